"""The identity shortcut."""

from typing import ClassVar, Literal

from resspec.errors import Fault, GraphError
from resspec.ir import Builder, Value
from resspec.parts.families import Norm, Shortcut, Site


class Identity(Shortcut):
    """x: blocks keep width and stride, or have no shortcut where they change them (RegNetZ, arXiv:2103.06877)."""

    kind: ClassVar[str] = "identity"

    on_change: Literal["refuse", "none"] = "refuse"
    """What becomes of a block that changes width or stride: an error, or a block without a shortcut."""

    def lay(self, b: Builder, raw: Value, activated: Value, site: Site, norm: Norm | None) -> Value | None:
        """The block's input."""
        if not site.reshapes(raw):
            return raw
        if self.on_change == "none":
            return None
        raise GraphError(
            Fault(
                "RS307",
                f"the identity cannot lead from {raw.channels} to {site.width} channels at stride {site.stride}",
                node="downsample",
                remedy="use `projection`, `pad` or `avgpool`, which are the identity wherever the shape stays",
            )
        )

    def exists(self, raw: Value, site: Site) -> bool:
        """Where the shape stays, if blocks that change it have none."""
        return self.on_change == "refuse" or not site.reshapes(raw)
