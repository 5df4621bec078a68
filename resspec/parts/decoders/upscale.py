"""The decoder that enlarges a map."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from resspec.errors import Fault, GraphError
from resspec.ir import Builder, Value
from resspec.ir.ops import Add, PixelShuffle, TransposedConv2d, Upsample
from resspec.parts.base import part_field
from resspec.parts.dense import Decoder, Kit, Width, Widths, placed
from resspec.parts.families import Act, Names, Norm, Unit
from resspec.parts.widths import repeated


class Upscale(Decoder):
    """The last map enlarged by 2 (or 3) at a time, beyond the image's size for super-resolution: by convolution and
    pixel shuffle (arXiv:1609.05158), by interpolation and convolution (arXiv:1603.08155), or by transposed
    convolution (arXiv:1703.10593). A long skip adds the stem's map to it first (arXiv:1609.04802)."""

    kind: ClassVar[str] = "upscale"

    scale: Annotated[int, Field(ge=1, le=64)] = 2
    """How many times larger the map becomes: a product of twos and threes."""
    mode: Literal["pixel-shuffle", "nearest", "bilinear", "transposed"] = "pixel-shuffle"
    """How it is enlarged."""
    skip: bool = False
    """Whether a 3x3 convolution follows the body and the stem's map is added to it."""
    width: Width | None = None
    """Channels of every step; by default the last map's."""
    widths: Widths | None = None
    """Channels of each step, in place of `width`; the last stands for further ones."""
    norm: Annotated[Norm, part_field(Norm)] = Field(default_factory=lambda: Norm.read("none"))
    """The norm of the steps."""
    act: Annotated[Act, part_field(Act)] = Field(default_factory=lambda: Act.read("none"))
    """The activation of the steps."""
    refine: bool = False
    """Whether a 3x3 convolution and the steps' activation follow the last step."""

    def usual(self, places: Sequence[str]) -> Sequence[str]:
        """The last map, and for the long skip the stem's."""
        return ["stem", places[-1]] if self.skip else places[-1:]

    def factors(self) -> Iterator[int]:
        """By how much each step enlarges."""
        left = self.scale
        for factor in (2, 3):
            while left % factor == 0:
                left //= factor
                yield factor
        if left > 1:
            law = f"a scale of {self.scale} is no product of twos and threes"
            raise GraphError(Fault("RS304", law, remedy="use 2, 3, 4, 6 or 8"))

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """conv, bn, add; in scopes step0, step1, …: conv1, up, bn1, act1; conv2, act2."""
        x = maps[-1]
        if self.skip:
            x = kit.unit(b, Names("conv", "bn"), x, Unit(x.channels, 3, norm=kit.norm))
            x = b.add("add", Add(), x, maps[0])
        factors = list(self.factors())
        for place, (factor, width) in enumerate(zip(factors, self.steps(len(factors), x.channels), strict=True)):
            with placed(b, f"step{place}", "Enlarged", "A map enlarged, with a convolution."):
                b.name_quantities(in_channels=x.channels, out_channels=width)
                x = self.step(b, x, factor, width, kit)
        if self.refine:
            x = kit.unit(b, Names.numbered(2), x, Unit(x.channels, 3, norm=self.norm, act=self.act))
        return x

    def steps(self, count: int, width: int) -> list[int]:
        """Output channels of each step."""
        return repeated(self.widths, count) if self.widths else [self.width or width] * count

    def step(self, b: Builder, x: Value, factor: int, width: int, kit: Kit) -> Value:
        """A map `factor` times larger."""
        unit = Unit(width, 3, norm=self.norm, act=self.act)
        if self.mode in ("nearest", "bilinear"):
            mode: Literal["nearest", "bilinear"] = "nearest" if self.mode == "nearest" else "bilinear"
            return kit.unit(b, Names.numbered(1), b.add("up", Upsample(mode, factor=factor), x), unit)
        if self.mode == "transposed":
            # of kernel 3, or as wide as the factor: the smallest that leaves no gap, the map just `factor` times larger
            kernel = max(3, factor)
            padding = (kernel - factor + 1) // 2
            more = factor - kernel + 2 * padding
            bias = not self.norm.shifts
            x = b.add("conv1", TransposedConv2d(x.channels, width, kernel, factor, padding, more, bias), x)
            return unit.finished(b, Names.numbered(1), x)
        wide = replace(unit, width=width * factor**2, act=None, norm=None, biased=True)
        x = kit.unit(b, Names.numbered(1), x, wide)
        x = b.add("up", PixelShuffle(factor), x)
        return unit.finished(b, Names.numbered(1), x)
