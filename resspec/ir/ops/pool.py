"""Pooling."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Op, Saved, Shape, Window, Work, expect_map, slide


@final
@dataclass(frozen=True, slots=True)
class MaxPool2d(Op):
    """The maximum over a k x k window."""

    kind: ClassVar[str] = "max_pool2d"
    cost_rule: ClassVar[str] = "k² - 1 per output element (comparisons)"

    kernel: int
    stride: int
    padding: int = 0
    ceil: bool = False

    def infer(self, *ins: Shape) -> Shape:
        """(C, H, W) -> (C, H', W')."""
        channels, height, width = expect_map(self, ins[0])
        window = self.window()
        return channels, slide(self, height, window, self.ceil), slide(self, width, window, self.ceil)

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """k² - 1 comparisons per output element."""
        return Work(extra=(self.kernel**2 - 1) * math.prod(out))

    def window(self) -> Window:
        """The window."""
        return Window(self.kernel, self.stride, self.padding)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input, and the place of each maximum."""
        return Saved(inputs=(0,), indices=math.prod(out))

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """The place of each maximum, 8 bytes."""
        return 2 * math.prod(out), 0

    def call(self) -> Call:
        """`nn.MaxPool2d`."""
        args = (
            Arg("kernel_size", self.kernel),
            Arg("stride", self.stride, None),
            Arg("padding", self.padding, 0),
            Arg("ceil_mode", self.ceil, False),
        )
        return Call("nn.MaxPool2d", args)


@final
@dataclass(frozen=True, slots=True)
class AvgPool2d(Op):
    """The mean over a k x k window; with `count_padding` off, over the part of it that lies inside the map."""

    kind: ClassVar[str] = "avg_pool2d"
    cost_rule: ClassVar[str] = "k² per output element (k² - 1 adds, 1 division)"

    kernel: int
    stride: int
    padding: int = 0
    ceil: bool = False
    count_padding: bool = True

    def infer(self, *ins: Shape) -> Shape:
        """(C, H, W) -> (C, H', W')."""
        channels, height, width = expect_map(self, ins[0])
        window = self.window()
        return channels, slide(self, height, window, self.ceil), slide(self, width, window, self.ceil)

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """k² operations per output element."""
        return Work(extra=self.kernel**2 * math.prod(out))

    def window(self) -> Window:
        """The window."""
        return Window(self.kernel, self.stride, self.padding)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input (torch asks it for its size)."""
        return Saved(inputs=(0,))

    def call(self) -> Call:
        """`nn.AvgPool2d`."""
        args = (
            Arg("kernel_size", self.kernel),
            Arg("stride", self.stride, None),
            Arg("padding", self.padding, 0),
            Arg("ceil_mode", self.ceil, False),
            Arg("count_include_pad", self.count_padding, True),
        )
        return Call("nn.AvgPool2d", args)


@final
@dataclass(frozen=True, slots=True)
class GlobalAvgPool(Op):
    """The mean over the whole map: (C, H, W) -> (C, 1, 1)."""

    kind: ClassVar[str] = "global_avg_pool"
    cost_rule: ClassVar[str] = "1 per input element (H W - 1 adds, 1 division per channel)"

    def infer(self, *ins: Shape) -> Shape:
        """(C, H, W) -> (C, 1, 1)."""
        return expect_map(self, ins[0])[0], 1, 1

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """One operation per input element."""
        return Work(extra=math.prod(ins[0]))

    def window(self) -> Window:
        """The whole map."""
        return Window(kernel=0)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """Nothing: the gradient needs the size alone."""
        return Saved()

    def call(self) -> Call:
        """`nn.AdaptiveAvgPool2d(1)`."""
        return Call("nn.AdaptiveAvgPool2d", (Arg("output_size", 1),))


@final
@dataclass(frozen=True, slots=True)
class AdaptiveAvgPool2d(Op):
    """The mean over each cell of a grid laid over the map: (C, H, W) -> (C, n, n) whatever the map's size."""

    kind: ClassVar[str] = "adaptive_avg_pool2d"
    cost_rule: ClassVar[str] = "1 per input element and 1 per output element (adds, divisions)"

    cells: int

    def infer(self, *ins: Shape) -> Shape:
        """The grid's size."""
        return expect_map(self, ins[0])[0], self.cells, self.cells

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """One addition per input element, one division per cell."""
        return Work(extra=math.prod(ins[0]) + math.prod(out))

    def window(self) -> Window:
        """Cells reach over the whole map."""
        return Window(kernel=0)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input (torch asks it for its size)."""
        return Saved(inputs=(0,))

    def call(self) -> Call:
        """`nn.AdaptiveAvgPool2d`."""
        return Call("nn.AdaptiveAvgPool2d", (Arg("output_size", self.cells),))


@final
@dataclass(frozen=True, slots=True)
class GlobalSum(Op):
    """The sum over the whole map: (C, H, W) -> (C,)."""

    kind: ClassVar[str] = "global_sum"
    cost_rule: ClassVar[str] = "1 per input element"

    def infer(self, *ins: Shape) -> Shape:
        """(C, H, W) -> (C,)."""
        return (expect_map(self, ins[0])[0],)

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """One addition per input element."""
        return Work(extra=math.prod(ins[0]))

    def window(self) -> Window:
        """The whole map."""
        return Window(kernel=0)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """Nothing: the gradient needs the size alone."""
        return Saved()

    def call(self) -> Call:
        """`sum`."""
        return Call(expression="{0}.sum((2, 3))")
