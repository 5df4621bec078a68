"""Option A: zero channels."""

from typing import ClassVar

from resspec.errors import Fault, GraphError
from resspec.ir import Builder, Value
from resspec.ir.ops import PadChannels, Subsample
from resspec.parts.families import Norm, Shortcut, Site


class Pad(Shortcut):
    """Every s-th pixel, and zeros for the new channels, half before and half after: no parameters (option A of
    arXiv:1512.03385)."""

    kind: ClassVar[str] = "pad"

    def lay(self, b: Builder, raw: Value, activated: Value, site: Site, norm: Norm | None) -> Value:
        """downsample.subsample, downsample.pad."""
        extra = site.width - raw.channels
        if extra < 0:
            raise GraphError(
                Fault(
                    "RS307",
                    f"a pad shortcut adds channels, but the block leads from {raw.channels} to {site.width}",
                    node="downsample",
                    remedy=f"use a width of at least {raw.channels}, or `projection`",
                )
            )
        if not site.reshapes(raw):
            return raw
        x = raw
        with b.scope("downsample"):
            if site.stride > 1:
                x = b.add("subsample", Subsample(site.stride), x)
            if extra:
                x = b.add("pad", PadChannels(extra // 2, extra - extra // 2), x)
        return x
