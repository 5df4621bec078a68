"""The block of residual dense blocks."""

from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.errors import Fault, GraphError
from resspec.ir import Builder, Value
from resspec.ir.ops import Add, Concat, Times
from resspec.parts.families import Block, Names, Site, Unit


class ResidualDense(Block):
    """Dense blocks in a row, each of 3x3 convolutions that read all maps before them and added to what it was given,
    and a path round them all; every branch is scaled (ESRGAN, arXiv:1809.00219). Where the shape changes, they read the
    shortcut's end."""

    kind: ClassVar[str] = "residual-dense"

    repeats: Annotated[int, Field(ge=1)] = 3
    """Number of dense blocks."""
    depth: Annotated[int, Field(ge=1)] = 5
    """Convolutions of each."""
    growth: Annotated[int, Field(ge=1)] = 32
    """Output channels of every convolution but the last."""
    res_scale: Annotated[float, Field(gt=0)] = 0.2
    """A constant that every branch is multiplied by before its addition."""

    def inner(self, width: int) -> int:
        """The channels that a convolution adds."""
        return self.growth

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """downsample; in scopes dense1, dense2, …: conv1, bn1, act1, cat2, conv2, …, scale, add; scale, add."""
        b.name_quantities(in_channels=x.channels, out_channels=site.width, growth=self.growth, stride=site.stride)
        skip = site.shortcut.lay(b, x, x, site, site.norm)
        if skip is None and site.reshapes(x):
            law = f"dense blocks keep width and stride, and nothing leads from {x.channels} to {site.width} channels"
            raise GraphError(Fault("RS307", law, node="dense1", remedy="use the shortcut `projection`"))
        y = x if skip is None else skip
        for number in range(1, self.repeats + 1):
            with b.scope(f"dense{number}", "DenseBlock"):
                b.name_quantities(channels=site.width, growth=self.growth)
                y = self.dense(b, y, site)
        y = site.gated(b, y, x)
        return site.join(b, self.scaled(b, y), skip)

    def dense(self, b: Builder, x: Value, site: Site) -> Value:
        """One dense block."""
        maps = [x]
        unit = Unit(self.growth, 3, dilation=site.dilation, norm=site.norm, act=site.act)
        for number in range(1, self.depth + 1):
            y = b.add(f"cat{number}", Concat(len(maps)), *maps) if len(maps) > 1 else x
            last = number == self.depth
            own = replace(unit, width=site.width, act=None) if last else unit
            maps.append(site.conv.lay(b, Names.numbered(number), y, own))
        return b.add("add", Add(), self.scaled(b, maps[-1]), x)

    def scaled(self, b: Builder, x: Value) -> Value:
        """A branch times the constant."""
        return b.add("scale", Times(self.res_scale), x) if self.res_scale != 1 else x
