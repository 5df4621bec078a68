"""The decoder that enlarges a map."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from resspec.errors import Fault, GraphError
from resspec.ir import Builder, Value
from resspec.ir.ops import Add, PixelShuffle, TransposedConv2d, Upsample
from resspec.parts.base import part_field
from resspec.parts.dense import Decoder, Kit, Width, Widths, placed
from resspec.parts.families import Act, Names, Norm, Unit
from resspec.parts.steps import Step, last_of
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

    def apart(self, maps: int, kit: Kit) -> Sequence[Step]:
        """The long skip; a step for each factor; the convolution behind them."""
        x, found = str(maps - 1), []
        if self.skip:
            found.append(Step(Skipped(kit), (x, "0"), "skipped"))
            x = "skipped"
        factors = list(self.factors())
        widths = repeated(self.widths, len(factors)) if self.widths else [self.width] * len(factors)
        like = x
        for place, (factor, width) in enumerate(zip(factors, widths, strict=True)):
            laid = Enlarged(place, factor, width, self.mode, self.norm, self.act, kit)
            found.append(Step(laid, (x, like), f"step{place}"))
            x = f"step{place}"
        return [*found, Step(Refined(self.norm, self.act, kit), (x,), "map")] if self.refine else found

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """conv, bn, add; in scopes step0, step1, …: conv1, up, bn1, act1; conv2, act2."""
        return last_of(b, self.apart(len(maps), kit), maps, image)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A 3x3 convolution on the last map, and the stem's."""

    kit: Kit

    def lay(self, b: Builder, *maps: Value) -> Value:
        """conv, bn, add."""
        x, skip = maps
        x = self.kit.unit(b, Names("conv", "bn"), x, Unit(x.channels, 3, norm=self.kit.norm))
        return b.add("add", Add(), x, skip)


@dataclass(frozen=True, slots=True)
class Refined:
    """A 3x3 convolution behind the last step."""

    norm: Norm
    act: Act
    kit: Kit

    def lay(self, b: Builder, *maps: Value) -> Value:
        """conv2, bn2, act2."""
        unit = Unit(maps[0].channels, 3, norm=self.norm, act=self.act)
        return self.kit.unit(b, Names.numbered(2), maps[0], unit)


@dataclass(frozen=True, slots=True)
class Enlarged:
    """A map enlarged by a factor, with a convolution of this width, or where there is none of that of a second map."""

    place: int
    factor: int
    width: int | None
    mode: str
    norm: Norm
    act: Act
    kit: Kit

    def lay(self, b: Builder, *maps: Value) -> Value:
        """In the scope of its place: conv1, up, bn1, act1."""
        x, width = maps[0], self.width or maps[-1].channels
        with placed(b, f"step{self.place}", "Enlarged", "A map enlarged, with a convolution."):
            b.name_quantities(in_channels=x.channels, out_channels=width)
            return self.made(b, x, width)

    def made(self, b: Builder, x: Value, width: int) -> Value:
        """A map `factor` times larger."""
        unit, factor = Unit(width, 3, norm=self.norm, act=self.act), self.factor
        if self.mode in ("nearest", "bilinear"):
            mode: Literal["nearest", "bilinear"] = "nearest" if self.mode == "nearest" else "bilinear"
            return self.kit.unit(b, Names.numbered(1), b.add("up", Upsample(mode, factor=factor), x), unit)
        if self.mode == "transposed":
            # of kernel 3, or as wide as the factor: the smallest that leaves no gap, the map just `factor` times larger
            kernel = max(3, factor)
            padding = (kernel - factor + 1) // 2
            more = factor - kernel + 2 * padding
            bias = not self.norm.shifts
            x = b.add("conv1", TransposedConv2d(x.channels, width, kernel, factor, padding, more, bias), x)
            return unit.finished(b, Names.numbered(1), x)
        wide = replace(unit, width=width * factor**2, act=None, norm=None, biased=True)
        x = self.kit.unit(b, Names.numbered(1), x, wide)
        x = b.add("up", PixelShuffle(factor), x)
        return unit.finished(b, Names.numbered(1), x)
