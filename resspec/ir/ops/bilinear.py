"""What bilinear attention is made of: pooling to strips, a convolution over a whole map, products with matrices that
the image itself gives (arXiv:2103.14000)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Op, Saved, Shape, Weight, Window, Work, expect_channels, expect_map


@final
@dataclass(frozen=True, slots=True)
class AdaptiveMaxPool2d(Op):
    """The maximum over each cell of a grid laid over the map: (C, H, W) -> (C, h, w) whatever the map's size."""

    kind: ClassVar[str] = "adaptive_max_pool2d"
    cost_rule: ClassVar[str] = "1 per input element (comparisons)"

    height: int
    width: int

    def infer(self, *ins: Shape) -> Shape:
        """The grid's size."""
        return expect_map(self, ins[0])[0], self.height, self.width

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """One comparison per input element."""
        return Work(extra=math.prod(ins[0]))

    def window(self) -> Window:
        """Cells reach over the whole map."""
        return Window(kernel=0)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input, and the place of each maximum."""
        return Saved(inputs=(0,), indices=math.prod(out))

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """The place of each maximum, 8 bytes."""
        return 2 * math.prod(out), 0

    def call(self) -> Call:
        """`nn.AdaptiveMaxPool2d`."""
        return Call("nn.AdaptiveMaxPool2d", (Arg("output_size", (self.height, self.width)),))


@final
@dataclass(frozen=True, slots=True)
class WholeConv2d(Op):
    """A convolution whose kernel is as large as the map: (C_in, h, w) -> (C_out, 1, 1); macs = C_out C_in h w."""

    kind: ClassVar[str] = "whole_conv2d"
    macs_rule: ClassVar[str] = "C_out C_in h w"
    precision: ClassVar[str] = "low"
    cost_rule: ClassVar[str] = "1 per output element (bias)"

    in_channels: int
    out_channels: int
    height: int
    width: int

    def infer(self, *ins: Shape) -> Shape:
        """One place."""
        expect_channels(self, self.in_channels, ins[0])
        if ins[0][1:] != (self.height, self.width):
            raise self.refuse("RS304", f"{self.kind} is made for maps of {(self.height, self.width)}, got {ins[0]}")
        return self.out_channels, 1, 1

    def weights(self) -> tuple[Weight, ...]:
        """`weight` (C_out, C_in, h, w) and `bias` (C_out)."""
        shape = (self.out_channels, self.in_channels, self.height, self.width)
        return Weight("weight", shape), Weight("bias", (self.out_channels,))

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """One multiply-accumulate per weight."""
        return Work(self.out_channels * math.prod(ins[0]), self.out_channels, self.out_channels)

    def window(self) -> Window:
        """The whole map."""
        return Window(kernel=0)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input."""
        return Saved(inputs=(0,))

    def call(self) -> Call:
        """`nn.Conv2d`, filled by He initialisation over the fan out (arXiv:1502.01852)."""
        args = (
            Arg("in_channels", self.in_channels),
            Arg("out_channels", self.out_channels),
            Arg("kernel_size", (self.height, self.width)),
        )
        normal = 'nn.init.kaiming_normal_({m}.weight, mode="fan_out", nonlinearity="relu", generator=generator)'
        return Call("nn.Conv2d", args, (normal, "nn.init.zeros_({m}.bias)"))


@final
@dataclass(frozen=True, slots=True)
class ShareMatrices(Op):
    """sigmoid(x) as a matrix for each group, whose rows or columns sum to 1: (g n², 1, 1) -> (g, n, n)."""

    kind: ClassVar[str] = "share_matrices"
    cost_rule: ClassVar[str] = "6 per element (4 sigmoid, 1 sum, 1 divide)"

    groups: int
    size: int
    by_rows: bool

    def infer(self, *ins: Shape) -> Shape:
        """A matrix per group."""
        expect_channels(self, self.groups * self.size**2, ins[0])
        return self.groups, self.size, self.size

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """Six operations per element."""
        return Work(extra=6 * math.prod(out))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The sigmoid, the sums, and these kept from 0."""
        return Saved(extra=math.prod(out) + 2 * self.groups * self.size)

    def call(self) -> Call:
        """`F.normalize` by the sum; the shares are positive."""
        args = (Arg("groups", self.groups), Arg("size", self.size), Arg("dim", 3 if self.by_rows else 2))
        text = "F.normalize({0}.sigmoid().view(-1, {groups}, {size}, {size}), 1.0, {dim})"
        return Call(args=args, expression=text)


BLOCK_PRODUCT = '''
class BlockProduct(nn.Module):
    """A matrix p of each group times its channels' maps (p x, or x p where it acts on
    columns); an entry of p mixes two blocks of rows place by place."""

    def __init__(self, columns: bool) -> None:
        super().__init__()
        self.columns = columns

    def forward(self, x: Tensor, p: Tensor) -> Tensor:
        side, blocks = x.shape[3 if self.columns else 2], p.shape[3]
        if side % blocks:
            raise ValueError(f"{blocks} blocks do not tile a map of {side} places")
        same = torch.eye(side // blocks, dtype=p.dtype, device=p.device)
        p = (p[:, :, :, None, :, None] * same[:, None]).flatten(4).flatten(2, 3)
        x = x.unflatten(1, (p.shape[1], -1))
        p = p.unsqueeze(2)
        return (x @ p if self.columns else p @ x).flatten(1, 2)
'''


@final
@dataclass(frozen=True, slots=True)
class BlockProduct(Op):
    """p x, or x p on `columns`: (C, H, W) and a matrix p (n, n) for each group of channels, an entry of which mixes
    two blocks of H / n rows place by place; macs = C H² W, or C H W² on columns."""

    kind: ClassVar[str] = "block_product"
    macs_rule: ClassVar[str] = "C H² W, on columns C H W²"
    precision: ClassVar[str] = "low"
    arity: ClassVar[int] = 2
    cost_rule: ClassVar[str] = "1 per element of the spread matrices"

    columns: bool

    def infer(self, *ins: Shape) -> Shape:
        """The shape stays; blocks must tile the side, groups the channels."""
        channels, height, width = expect_map(self, ins[0])
        groups, blocks, _ = expect_map(self, ins[1])
        side = width if self.columns else height
        if side % blocks:
            raise self.refuse(
                "RS304",
                f"{blocks} blocks do not tile a map of {side} places",
                remedy=f"use an input that makes each map's sides multiples of {blocks}",
            )
        if channels % groups:
            raise self.refuse("RS305", f"{groups} matrices cannot share {channels} channels")
        return ins[0]

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """A matrix product for each channel, and the spreading of each matrix."""
        side = out[2] if self.columns else out[1]
        return Work(math.prod(out) * side, ins[1][0] * side * side, math.prod(out))

    def window(self) -> Window:
        """Every row or column."""
        return Window(kernel=0)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The map, the spread matrix of each channel, and the identity that spreads them."""
        side = out[2] if self.columns else out[1]
        return Saved(inputs=(0,), extra=out[0] * side * side, shared=(side // ins[1][1]) ** 2)

    def call(self) -> Call:
        """`BlockProduct`, defined in the emitted file."""
        return Call("BlockProduct", (Arg("columns", self.columns),), support=BLOCK_PRODUCT)
