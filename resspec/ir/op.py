"""What an operation is: one frozen record that states every fact readers may ask for.

Shapes are tuples without the batch: a feature map is (C, H, W), a vector is (C,).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from types import EllipsisType
from typing import ClassVar

from resspec.errors import Fault, GraphError

Shape = tuple[int, ...]
Literal = int | float | bool | str | tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Weight:
    """A tensor an op owns: its name below the node, its shape, whether it is a parameter (else it is a buffer), whether
    it stands in the state_dict, and whether training leaves it alone though it is a parameter."""

    name: str
    shape: Shape
    learned: bool = True
    persistent: bool = True
    frozen: bool = False

    @property
    def trained(self) -> bool:
        """Whether it has a gradient."""
        return self.learned and not self.frozen

    @property
    def elements(self) -> int:
        """Number of elements; 1 for a scalar."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class Work:
    """Arithmetic of one image: `macs` multiply-accumulates of convolutions and matrix products, and `extra`, every
    other operation (bias, norm, activation, add, pool) in eval mode. `activations` counts outputs of convolutions and
    products."""

    macs: int = 0
    extra: int = 0
    activations: int = 0

    @property
    def flops(self) -> int:
        """2 x macs + extra."""
        return 2 * self.macs + self.extra


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the input that one output element sees, per spatial axis; `kernel` 0 means the whole map. An op that
    gives a map another size states instead of how many `neighbours` of the input it makes an element."""

    kernel: int = 1
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    neighbours: int = 0


@dataclass(frozen=True, slots=True)
class Saved:
    """What backward keeps: operands by index and the output; for each image `extra` further elements in the output's
    type, `narrow` ones in the operand's, `indices` of 8 bytes, and the operand as float32 where it is `floated`; for
    the whole batch `shared` elements in float32 and `kernels` in the output's type."""

    inputs: tuple[int, ...] = ()
    output: bool = False
    extra: int = 0
    indices: int = 0
    shared: int = 0
    narrow: int = 0
    kernels: int = 0
    floated: bool = False


@dataclass(frozen=True, slots=True)
class Arg:
    """One argument of a constructor as torch names it; left out of the text where it equals `default`.
    Without a default it is written by position."""

    name: str
    value: Literal
    default: Literal | EllipsisType = ...

    @property
    def positional(self) -> bool:
        """Whether the argument is written by position."""
        return self.default is ...


@dataclass(frozen=True, slots=True)
class Call:
    """How torch spells an op.

    A module: `target` is its class (`nn.Conv2d`), `args` its constructor arguments, `init` the statements that fill
    its tensors (`{m}` is the module, `generator` is in sight). An expression: `target` is empty and `expression`
    combines the operands `{0}`, `{1}` … and the arguments `{name}`. `support` is source text that the target needs, and
    `ground` what that needs in turn, which several targets may share.
    """

    target: str = ""
    args: tuple[Arg, ...] = ()
    init: tuple[str, ...] = ()
    expression: str = ""
    inplace: str = ""
    support: str = ""
    ground: str = ""


class Op(ABC):
    """A primitive operation. Subclasses are frozen dataclasses and final; a fact that cannot be stated raises."""

    __slots__ = ()

    kind: ClassVar[str]
    """The name of the op in reports."""
    macs_rule: ClassVar[str] = "0"
    """Multiply-accumulates, as the cost table prints them."""
    cost_rule: ClassVar[str] = "0"
    """FLOPs beyond 2 x macs, as the cost table prints them."""
    aliases: ClassVar[bool] = False
    """Whether the output may share memory with the first operand (views; identities in eval mode)."""
    precision: ClassVar[str] = "widest"
    """What autocast makes of the op on a GPU: it runs in the `low` type or in float32 (`full`), casting its operands,
    or in the type of the `widest` operand, which float32 parameters may have `promoted`."""
    random: ClassVar[bool] = False
    """Whether training draws at random what eval mode passes on unchanged."""
    overwrites: ClassVar[bool] = False
    """Whether torch can write the result over the first operand and still run backward."""
    likened: ClassVar[bool] = False
    """Whether the second operand gives its size alone."""
    spreads: ClassVar[bool] = False
    """Whether the first axis of the output counts regions of an image, on each of which what reads it runs."""
    gathers: ClassVar[bool] = False
    """Whether it reads regions as one value of their image."""

    @property
    def arity(self) -> int:
        """The number of operands."""
        return 1

    @abstractmethod
    def infer(self, *ins: Shape) -> Shape:
        """Output shape from operand shapes; a GraphError with both numbers where they do not fit."""

    @abstractmethod
    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """The arithmetic of one image in eval mode."""

    @abstractmethod
    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """What autograd keeps of one image for backward, in train mode."""

    @abstractmethod
    def call(self) -> Call:
        """How torch spells the op."""

    def weights(self) -> tuple[Weight, ...]:
        """Parameters and buffers, in state_dict order; ops without any own none."""
        return ()

    def below(self) -> int:
        """Of an input of whole numbers the number that they lie below; 0 for real ones, the default."""
        return 0

    def within(self) -> tuple[int, ...]:
        """Of an input of boxes the height and width of the image that they lie in; nothing for others."""
        return ()

    @property
    def core(self) -> Op:
        """The op that runs on one region; itself where it runs on the image."""
        return self

    def around(self, core: Op) -> Op:
        """Another op in its place, on as many regions."""
        return core

    def one(self, shape: Shape) -> Shape:
        """The shape of one region's output where that of all is this; the default is an op on the image."""
        return shape

    def tensor(self, images: int, shape: Shape) -> Shape:
        """The shape of the tensor that torch sees for a batch of images."""
        return images, *shape

    def window(self) -> Window:
        """Kernel, stride, padding and dilation; the default is elementwise."""
        return Window()

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """Elements that exist only while the op runs in eval mode, beside operands and output: of each image, and of
        the whole batch whatever its size. The default is none."""
        return 0, 0

    def refuse(self, code: str, message: str, remedy: str = "") -> GraphError:
        """The error of an operand that does not fit."""
        return GraphError(Fault(code, message, remedy=remedy))


def expect_map(op: Op, shape: Shape) -> tuple[int, int, int]:
    """The shape as (C, H, W), or an error."""
    if len(shape) != 3:
        raise op.refuse("RS302", f"{op.kind} needs a feature map (C, H, W), got {shape}")
    return shape[0], shape[1], shape[2]


def expect_channels(op: Op, expected: int, shape: Shape) -> None:
    """An error unless the operand has the expected number of channels."""
    if not shape or shape[0] != expected:
        got = shape[0] if shape else 0
        raise op.refuse("RS303", f"{op.kind} is made for {expected} channels, its input has {got}")


def slide(op: Op, size: int, window: Window, ceil: bool = False) -> int:
    """Output length of a sliding window: floor((n + 2p - d(k - 1) - 1) / s) + 1; in ceil mode the last window must
    start inside the input or its left padding, as in torch."""
    span = size + 2 * window.padding - window.dilation * (window.kernel - 1) - 1
    if span < 0:
        reach = window.dilation * (window.kernel - 1) + 1
        raise op.refuse(
            "RS304",
            f"{op.kind} with a kernel reaching over {reach} does not fit a map of {size} with padding {window.padding}",
            remedy="use a larger input, a smaller kernel or fewer strides",
        )
    if not ceil:
        return span // window.stride + 1
    out = -(-span // window.stride) + 1
    return out - 1 if (out - 1) * window.stride >= size + window.padding else out


@dataclass(frozen=True, slots=True)
class Free(Op):
    """An op without arithmetic, which keeps nothing for backward."""

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """None."""
        return Work()

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """Nothing."""
        return Saved()


@dataclass(frozen=True, slots=True)
class View(Free):
    """The same elements in another shape."""

    aliases: ClassVar[bool] = True
