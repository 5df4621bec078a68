"""The families of parts behind a body that predict for places: necks, decoders and heads, and what they are given."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.errors import Fault, GraphError
from resspec.ir import Builder, Op, Shape, Value
from resspec.ir.ops import Conv2d, ResizeLike, TransposedConv2d
from resspec.ir.ops.conv import Start
from resspec.parts.base import Part, part_field
from resspec.parts.families import Act, Block, Conv, Down, Names, Norm, Shortcut, Site, Unit
from resspec.parts.steps import IMAGE, Step
from resspec.record import Listed

Tap = Annotated[int, Field(ge=0)] | str
"""A map of the body: a stage's number (0 is the stem), its name, or `unpooled`, what the stem's pool reads."""
Taps = Annotated[tuple[Tap, ...], Field(min_length=1), Listed]
Width = Annotated[int, Field(ge=1)]
Widths = Annotated[tuple[Width, ...], Field(min_length=1), Listed]


@dataclass(frozen=True, slots=True)
class Level:
    """A stage of the body, for a decoder that mirrors it: its name, its blocks' number, kind and site (that of a block
    that keeps the resolution), its stride, and the maps before its blocks that may be read."""

    name: str
    depth: int
    block: Block
    site: Site
    stride: int
    marks: tuple[str, ...]

    @property
    def maps(self) -> tuple[str, ...]:
        """The names of its maps: those before its blocks, its blocks', and its own."""
        return (*(f"{self.name}.{mark}" for mark in (*self.marks, *range(self.depth))), self.name)


@dataclass(frozen=True, slots=True)
class Kit:
    """The net's own parts, of which the parts behind the body make their convolutions, and the body's stages."""

    conv: Conv
    norm: Norm
    act: Act
    levels: tuple[Level, ...] = ()

    def unit(self, b: Builder, names: Names, x: Value, unit: Unit) -> Value:
        """A convolution in the net's way, and what the unit names behind it."""
        return self.conv.lay(b, names, x, unit)

    def finished(
        self, b: Builder, number: int | str, x: Value, width: int, kernel: int = 3, dilation: int = 1
    ) -> Value:
        """A convolution with norm and activation, of the usual names: conv1, bn1, act1."""
        names = Names(f"conv{number}", f"bn{number}", f"act{number}")
        return self.unit(b, names, x, Unit(width, kernel, dilation=dilation, norm=self.norm, act=self.act))


def predictor(  # an op and how it starts
    b: Builder, name: str, x: Value, width: int, kernel: int = 1, start: Start | None = None
) -> Value:
    """A convolution with bias, neither norm nor activation behind it, that keeps the size."""
    return b.add(name, Conv2d(x.channels, width, kernel, padding=kernel // 2, bias=True, start=start), x)


def resized(b: Builder, name: str, x: Value, like: Value, mode: str = "bilinear", align: bool = False) -> Value:
    """A map at the size of another."""
    return b.add(name, ResizeLike("nearest" if mode == "nearest" else "bilinear", align), x, like)


def standing(kit: Kit, width: int, shortcut: Shortcut, first: bool = True) -> Site:
    """Where a residual block behind the body stands: it keeps the size."""
    return Site(width, 1, 1, 1, first, kit.conv, Down.read("strided"), shortcut, kit.norm, kit.act)


def doubled(b: Builder, kit: Kit, x: Value, width: int) -> Value:
    """A transposed 3x3 convolution with bias that doubles a map, norm and activation: up, bn, act."""
    x = b.add("up", TransposedConv2d(x.channels, width, 3, 2, 1, output_padding=1), x)
    return kit.norm.lay(b, "bn", x, kit.act, "act")


@contextmanager
def placed(b: Builder, name: str, title: str, doc: str = "", kind: str = "") -> Iterator[None]:
    """A scope that is a site of its own: reports and drawings show it as one block."""
    outer = b.site
    with b.scope(name, title, kind or title, doc):
        b.site = b.prefix[:-1]
        try:
            yield
        finally:
            b.site = outer


@contextmanager
def level(b: Builder, name: str) -> Iterator[None]:
    """A site of its own without a scope: what is laid for one level, whose names stand beside the others'."""
    outer = b.site
    b.site = f"{outer}.{name}"
    try:
        yield
    finally:
        b.site = outer


class Neck(Part):
    """The maps of a body made into a pyramid of levels of one width."""

    family: ClassVar[str] = "neck"

    taps: Taps | None = None
    """The maps that it reads, from the input down; by default those of all stages."""

    def apart(self, maps: int, kit: Kit) -> Sequence[Step]:
        """What it lays on so many maps, called 0, 1, … from the largest, step by step, where its cost is to come apart;
        none by default."""
        return ()

    def levels(self, maps: int) -> tuple[str, ...]:
        """Which of the maps of its steps are the levels, from the largest to the smallest."""
        return ()

    @abstractmethod
    def lay(self, b: Builder, maps: Sequence[Value], kit: Kit) -> Mapping[str, Value]:
        """The levels by name, from the largest to the smallest; `maps` come in that order too."""


class Decoder(Part):
    """The maps of a body, or the levels of a neck, made into one map."""

    family: ClassVar[str] = "decoder"
    whole: ClassVar[bool] = False
    """Whether its map is as large as the image."""
    levels_up: ClassVar[bool] = False
    """Whether its map is as large as the largest that it reads."""

    mirrors: ClassVar[bool] = False
    """Whether it reads the maps of every block, and has a stage for each of the body's."""

    taps: Taps | None = None
    """The maps that it reads, from the input down; by default those that its kind needs."""

    def usual(self, places: Sequence[str]) -> Sequence[str]:
        """Of the maps that the body has, those that the decoder reads where a spec names none; the last by default."""
        return places[-1:]

    def apart(self, maps: int, kit: Kit) -> Sequence[Step]:
        """What it lays on so many maps, called 0, 1, … from the largest, and IMAGE, step by step; the last gives its
        map. By default one step that reads all."""
        return (Step(AtOnce(self, kit), (*map(str, range(maps)), IMAGE), "map"),)

    @abstractmethod
    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """The map; `maps` come from the largest to the smallest, and `image` gives its size alone."""


@dataclass(frozen=True, slots=True)
class AtOnce:
    """A decoder as one step."""

    decoder: Decoder
    kit: Kit

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The decoder's map, of the maps that it reads and last the image."""
        return self.decoder.lay(b, maps[:-1], maps[-1], self.kit)


@dataclass(frozen=True, slots=True)
class Sight:
    """What heads look at: the levels of a neck or the one map of a decoder by name, the map of the body that an
    auxiliary head was told to read, the body's last map, and the image for its size; `whole` where the map is as large
    as that."""

    levels: Mapping[str, Value]
    image: Value
    aux: Value | None = None
    whole: bool = False
    deepest: Value | None = None
    given: Mapping[str, Value] = field(default_factory=dict)
    """What the heads asked to be given beside the image, by name."""

    def alone(self, kind: str) -> Value:
        """The one map that heads of a kind read; GraphError where a neck gives several."""
        x, *others = self.levels.values()
        if others:
            law = f"{kind} heads read one map, and the neck gives {len(self.levels)}"
            raise GraphError(Fault("RS306", law, remedy="add a decoder"))
        return x


class Heads(Part):
    """The layers that turn maps into the named outputs of a network."""

    family: ClassVar[str] = "heads"

    @property
    def early(self) -> Tap | None:
        """The map of the body that they read besides, for training; none by default."""
        return None

    @property
    def deep(self) -> bool:
        """Whether they read the body's last map besides."""
        return False

    def asked(self, image: Shape) -> Mapping[str, Op]:
        """The inputs that they are given beside an image (C, H, W), by name; none by default."""
        return {}

    @abstractmethod
    def lay(self, b: Builder, sight: Sight, kit: Kit) -> Mapping[str, Value]:
        """The outputs by name."""


class Region(Part):
    """What a detector of two steps tells of each region of an image: layers on the map that its box cuts out."""

    family: ClassVar[str] = "region"

    size: Width = 7
    """Side of the map that a box cuts out."""
    samples: Width = 2
    """Samples along each axis of which a cell of it is the mean."""
    widths: Annotated[tuple[Width, ...], Listed] = ()
    """Channels of the 3x3 convolutions on it."""
    norm: Annotated[Norm, part_field(Norm)] = Field(default_factory=lambda: Norm.read("none"))
    """The norm behind these."""

    @abstractmethod
    def lay(self, b: Builder, x: Value, classes: int, kit: Kit) -> Mapping[str, Value]:
        """The outputs by name, of one region's map."""

    def convolved(self, b: Builder, x: Value, kit: Kit) -> Value:
        """The map behind its convolutions: conv0, bn0, conv0_act, …"""
        for place, width in enumerate(self.widths):
            names = Names(f"conv{place}", f"bn{place}", f"conv{place}_act")
            x = kit.unit(b, names, x, Unit(width, 3, norm=self.norm, act=kit.act))
        return x
