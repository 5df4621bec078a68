"""The identity shortcut."""

from typing import ClassVar

from resspec.errors import Fault, GraphError
from resspec.ir import Builder, Value
from resspec.parts.families import Norm, Shortcut, Site


class Identity(Shortcut):
    """x: blocks must keep width and stride."""

    kind: ClassVar[str] = "identity"

    def lay(self, b: Builder, raw: Value, activated: Value, site: Site, norm: Norm | None) -> Value:
        """The block's input."""
        if site.reshapes(raw):
            raise GraphError(
                Fault(
                    "RS307",
                    f"an identity shortcut cannot lead from {raw.channels} channels to {site.width} at stride {site.stride}",
                    node="downsample",
                    remedy="use `projection`, `pad` or `avgpool`, which are the identity wherever the shape stays",
                )
            )
        return raw
