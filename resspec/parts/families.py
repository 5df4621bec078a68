"""The families of parts, each with its one abstract verb, and the `Site` a block is laid at."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from resspec.ir import Builder, Given, Value
from resspec.ir.ops import Add, DropPath
from resspec.parts.base import Part


class Act(Part):
    """An activation function."""

    family: ClassVar[str] = "act"

    @abstractmethod
    def lay(self, b: Builder, name: str, x: Value) -> Value:
        """The activated map, the shape kept."""


class Norm(Part):
    """A normalisation; it lays the activation too, since some norms are one with it."""

    family: ClassVar[str] = "norm"
    shifts: ClassVar[bool] = True
    """Whether the norm adds a learned shift, so that a convolution before it needs no bias."""

    @abstractmethod
    def lay(self, b: Builder, name: str, x: Value, act: Act | None, act_name: str, zero_init: bool = False) -> Value:
        """The normalised and, with `act`, activated map; `zero_init` starts the scale at 0."""


class Conv(Part):
    """How a convolution is made, together with the norm and activation that follow it."""

    family: ClassVar[str] = "conv"

    @abstractmethod
    def lay(self, b: Builder, names: Names, x: Value, unit: Unit) -> Value:
        """The unit's output; its nodes bear the given names."""


Convolve = Callable[[Value, int], Value]
"""(input, stride) -> the output of the block's spatial convolution, norm and activation."""


class Down(Part):
    """How the spatial convolution of a block lowers the resolution; asked where the stride is not 1, and where an
    output stride made it 1."""

    family: ClassVar[str] = "down"

    @abstractmethod
    def lay(self, b: Builder, name: str, x: Value, stride: int, convolve: Convolve) -> Value:
        """The convolved map at the lower resolution; `name` is free for a pool."""


class Gate(Part):
    """Attention that rescales the channels of a branch."""

    family: ClassVar[str] = "gate"

    @abstractmethod
    def lay(self, b: Builder, x: Value, block_input: int) -> Value:
        """The gated map, the shape kept; `block_input` is the width the block was given."""


class Attention(Part):
    """What follows a block: places of its map that look at one another."""

    family: ClassVar[str] = "attention"

    @abstractmethod
    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """The map behind it, the shape kept; `site` is the block's."""


class Condition(Part):
    """What a net is told beside its image."""

    family: ClassVar[str] = "condition"

    @abstractmethod
    def lay(self, b: Builder, image: Value, act: Act) -> Given:
        """Lay the inputs at the top, and what is made of them in a scope `condition`; `image` is what the net is given
        first, an image or a latent vector, and `act` the net's activation."""


class Shortcut(Part):
    """The path round a block."""

    family: ClassVar[str] = "shortcut"

    @abstractmethod
    def lay(self, b: Builder, raw: Value, activated: Value, site: Site, norm: Norm | None) -> Value | None:
        """The shortcut's end, or None for a plain net. `raw` is the block's input, `activated` what its first
        convolution reads (the same in post-activation blocks); `norm` follows a projection."""

    def exists(self, raw: Value, site: Site) -> bool:
        """Whether there is a path round the block at this site."""
        return True


class Block(Part):
    """A residual block."""

    family: ClassVar[str] = "block"
    preactivated: ClassVar[bool] = False
    """Whether norm and activation come before each convolution: the stem then ends bare and the body ends with them."""

    @abstractmethod
    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """The block's output at this site."""

    def inner(self, width: int) -> int:
        """The width of the middle of the block."""
        return width


Lay = Callable[[Value], Value]
"""Lays one block of a stage on a value, in the scope that is open: its output."""


class Stage(Part):
    """How the blocks of a stage are joined, and what stands around them."""

    family: ClassVar[str] = "stage"
    title: ClassVar[str] = "Stage"
    """What the class that a stage becomes is called; a row of blocks alone is a `Stage`."""

    def marks(self, site: Site) -> tuple[str, ...]:
        """The maps before its blocks that may be read by name; none by default."""
        return ()

    @abstractmethod
    def block_site(self, site: Site, place: int) -> Site:
        """Where the block at a place stands; `site` is the stage's, with the parts that the block is made with."""

    @abstractmethod
    def lay(self, b: Builder, x: Value, site: Site, blocks: Sequence[Lay]) -> Value:
        """The stage's output; every one of `blocks` is laid once."""


UNPOOLED = "unpooled"
"""The mark of the map that a stem's pool reads."""


class Pool(Part):
    """The pooling at the end of a stem."""

    family: ClassVar[str] = "pool"

    @property
    @abstractmethod
    def reduction(self) -> int:
        """The factor by which it lowers the resolution."""

    @abstractmethod
    def lay(self, b: Builder, name: str, x: Value, conv: Conv, norm: Norm, act: Act) -> Value:
        """The pooled map; the parts are the stem's, for pools that convolve."""


class Stem(Part):
    """The layers between the input and the first stage; its output channels are `width`, or the last of `widths`."""

    family: ClassVar[str] = "stem"

    def scaled(self, rule: Callable[[int], int]) -> dict[str, Any]:
        """The fields that count channels, each by the rule."""
        fields: dict[str, Any] = {}
        for name in ("width", "widths"):
            value = getattr(self, name, None)
            if value is not None:
                fields[name] = rule(value) if isinstance(value, int) else [rule(width) for width in value]
        return fields

    @property
    @abstractmethod
    def reduction(self) -> int:
        """The factor by which it lowers the resolution."""

    @abstractmethod
    def lay(self, b: Builder, x: Value, conv: Conv, norm: Norm, act: Act, bare: bool) -> Value:
        """The stem's output; `bare` leaves norm and activation off its last convolution (pre-activation nets)."""


class Final(Part):
    """The layers between the last stage and the head."""

    family: ClassVar[str] = "final"

    @abstractmethod
    def lay(self, b: Builder, x: Value, conv: Conv, norm: Norm, act: Act) -> Value:
        """The map that the head reads."""


class Head(Part):
    """The layers that turn the last map into the network's output."""

    family: ClassVar[str] = "head"

    @abstractmethod
    def lay(self, b: Builder, x: Value) -> Value:
        """The network's output."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the nodes of a unit are called."""

    conv: str
    norm: str
    act: str = "act"

    @classmethod
    def numbered(cls, number: int) -> Names:
        """conv1, bn1, act1: the names the field uses."""
        return cls(f"conv{number}", f"bn{number}", f"act{number}")

    @classmethod
    def positions(cls, first: int) -> Names:
        """Positions in a row, as in nn.Sequential."""
        return cls(str(first), str(first + 1), str(first + 2))


@dataclass(frozen=True, slots=True)
class Unit:
    """One convolution and what follows it. `norm` and `act` None leave it bare."""

    width: int
    kernel: int = 1
    stride: int = 1
    dilation: int = 1
    groups: int = 1
    norm: Norm | None = None
    act: Act | None = None
    zero_init: bool = False
    spatial: bool = False
    """Whether it is the block's spatial convolution, which attention convolutions replace."""
    biased: bool = False
    """Whether the convolution has a shift of its own whatever follows."""
    unbiased: bool = False
    """Whether it has no shift, whatever its kind does elsewhere."""
    flush: bool = False
    """Whether it reads nothing beyond the border."""

    def ending(self, bare: bool) -> Unit:
        """The unit, or the convolution alone where it is to be bare."""
        return replace(self, norm=None, act=None) if bare else self

    @property
    def padding(self) -> int:
        """The padding that keeps the size at stride 1; none where the unit is flush."""
        return 0 if self.flush else self.dilation * (self.kernel - 1) // 2

    @property
    def bias(self) -> bool:
        """Whether the convolution needs its own shift: a norm slot that is filled, but shifts nothing."""
        return not self.unbiased and (self.biased or (self.norm is not None and not self.norm.shifts))

    def geometry(self, x: Value) -> tuple[int, int, int, int, int, int, int, bool]:
        """What every convolution op is made with: channels in and out, kernel, stride, padding, dilation, groups,
        bias."""
        return x.channels, self.width, self.kernel, self.stride, self.padding, self.dilation, self.groups, self.bias

    def finished(self, b: Builder, names: Names, y: Value) -> Value:
        """The convolved map `y` behind the unit's norm and activation."""
        if self.norm:
            return self.norm.lay(b, names.norm, y, self.act, names.act, self.zero_init)
        return self.act.lay(b, names.act, y) if self.act else y


@dataclass(frozen=True, slots=True)
class Site:
    """Where a block or a stage stands: its output width, stride and dilation, and the parts it is made with.

    `dilation` is the stage's; `entry_dilation` that of the block's first spatial convolution, which in the first
    block of a dilated stage is still the stage before's. `first` marks the first block of a stage."""

    width: int
    stride: int
    dilation: int
    entry_dilation: int
    first: bool
    conv: Conv
    down: Down
    shortcut: Shortcut
    norm: Norm
    act: Act
    gate: Gate | None = None
    attention: Attention | None = None
    drop_path: float = 0.0

    def reshapes(self, x: Value) -> bool:
        """Whether input and output of the block differ in channels or stride, also where the stride became dilation
        (sizes are never asked: they are free)."""
        return self.stride != 1 or x.channels != self.width or self.entry_dilation != self.dilation

    def convolve(self, b: Builder, names: Names, x: Value, unit: Unit) -> Value:
        """A spatial convolution, its stride taken in the way of the site's `down`."""

        def at(y: Value, stride: int) -> Value:
            return self.conv.lay(b, names, y, replace(unit, stride=stride, spatial=True))

        lowers = unit.stride != 1 or self.entry_dilation != self.dilation
        return self.down.lay(b, f"{names.conv}_pool", x, unit.stride, at) if lowers else at(x, 1)

    def gated(self, b: Builder, y: Value, x: Value) -> Value:
        """The branch `y` of a block with input `x`, behind the site's gate."""
        return self.gate.lay(b, y, x.channels) if self.gate else y

    def attended(self, b: Builder, x: Value) -> Value:
        """A block's output `x` behind the site's attention."""
        return self.attention.lay(b, x, self) if self.attention else x

    def join(self, b: Builder, branch: Value, skip: Value | None) -> Value:
        """F(x) + x, with stochastic depth on the branch; the branch alone where there is no shortcut."""
        if skip is None:
            return branch
        if self.drop_path > 0:
            branch = b.add("drop_path", DropPath(self.drop_path), branch)
        return b.add("add", Add(), branch, skip)
