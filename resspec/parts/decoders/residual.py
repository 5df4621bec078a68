"""The decoder of residual blocks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Add, Concat, TransposedConv2d
from resspec.parts.base import part_field
from resspec.parts.dense import Decoder, Kit, placed, resized, standing
from resspec.parts.families import Act, Block, Names, Norm, Shortcut, Unit
from resspec.parts.steps import Step, last_of


class ResidualUp(Decoder):
    """A way up in steps: the map is enlarged to the next larger one of the body, which is put beside it (deep residual
    U-Net, arXiv:1711.10684) or added to it (SegResNet, arXiv:1810.11654), and residual blocks follow."""

    kind: ClassVar[str] = "residual"
    levels_up: ClassVar[bool] = True

    block: Annotated[Block, part_field(Block)] = Field(default_factory=lambda: Block.read("preact-basic"))
    """The residual blocks; they give as many channels as the body's map has."""
    shortcut: Annotated[Shortcut, part_field(Shortcut)] = Field(default_factory=lambda: Shortcut.read("projection"))
    """The path round a block."""
    depth: Annotated[int, Field(ge=1)] = 1
    """Blocks of each step."""
    join: Literal["concat", "add"] = "concat"
    """How the body's map joins; before it is added a 1x1 convolution brings the other to its width."""
    mode: Literal["nearest", "bilinear", "transposed"] = "transposed"
    """How the map is enlarged: by interpolation, or by a transposed convolution that doubles it."""
    finish: bool = False
    """Whether norm and activation end it, which pre-activation blocks leave open."""

    def usual(self, places: Sequence[str]) -> Sequence[str]:
        """The maps of all stages."""
        return [place for place in places if place not in ("stem", "unpooled")]

    def apart(self, maps: int, kit: Kit) -> Sequence[Step]:
        """A step for each map but the last; norm and activation where they end it."""
        x, found = str(maps - 1), []
        for place, skip in enumerate(map(str, reversed(range(maps - 1)))):
            laid = ResidualStep(place, self.block, self.shortcut, self.depth, self.join == "add", self.mode, kit)
            found.append(Step(laid, (x, skip), f"step{place}"))
            x = f"step{place}"
        return [*found, Step(Ended(kit.norm, kit.act), (x,), "map")] if self.finish else found

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """In scopes step0, step1, …: conv, up, cat or add, scopes block0, …; bn, act."""
        return last_of(b, self.apart(len(maps), kit), maps, image)


@dataclass(frozen=True, slots=True)
class ResidualStep:
    """Enlarged, joined with a skip, residual blocks."""

    place: int
    block: Block
    shortcut: Shortcut
    depth: int
    adds: bool
    mode: str
    kit: Kit

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The step on the map below and its skip."""
        x, skip = maps
        with placed(b, f"step{self.place}", "ResidualStep", "Enlarged, joined with a skip, residual blocks."):
            b.name_quantities(in_channels=x.channels, out_channels=skip.channels)
            x = self.joined(b, x, skip)
            for number in range(self.depth):
                block = self.block
                with b.scope(f"block{number}", type(block).__name__, block.kind, block.about()):
                    x = block.lay(b, x, standing(self.kit, skip.channels, self.shortcut, number == 0))
        return x

    def joined(self, b: Builder, x: Value, skip: Value) -> Value:
        """The map at the skip's size, and the skip."""
        if self.adds:
            x = self.kit.unit(b, Names("conv", "conv_bn"), x, Unit(skip.channels))
        if self.mode == "transposed":
            x = b.add("up", TransposedConv2d(x.channels, x.channels, 2, 2), x)
        else:
            x = resized(b, "up", x, skip, self.mode)
        return b.add("add", Add(), x, skip) if self.adds else b.add("cat", Concat(2), x, skip)


@dataclass(frozen=True, slots=True)
class Ended:
    """Norm and activation at the end."""

    norm: Norm
    act: Act

    def lay(self, b: Builder, *maps: Value) -> Value:
        """bn, act."""
        return self.norm.lay(b, "bn", maps[0], self.act, "act")
