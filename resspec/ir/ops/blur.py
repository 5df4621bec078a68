"""Anti-aliasing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Op, Saved, Shape, Weight, Window, Work, expect_channels, expect_map, slide

BLUR_POOL = '''
class BlurPool(nn.Module):
    """A fixed binomial filter over each channel, at a stride (arXiv:1904.11486)."""

    kernel: Tensor

    def __init__(self, channels: int, kernel_size: int, stride: int) -> None:
        super().__init__()
        self.padding = [kernel_size // 2] * 4
        self.stride = stride
        kernel = torch.empty(channels, 1, kernel_size, kernel_size)
        self.register_buffer("kernel", kernel, persistent=False)

    def reset_kernel(self) -> None:
        """Fill in the binomial coefficients."""
        row = torch.ones(1)
        for _ in range(self.kernel.shape[-1] - 1):
            row = (F.pad(row, (1, 0)) + F.pad(row, (0, 1))) / 2
        with torch.no_grad():
            self.kernel.copy_(torch.outer(row, row))

    def forward(self, x: Tensor) -> Tensor:
        x = F.pad(x, self.padding, mode="reflect")
        return F.conv2d(x, self.kernel, stride=self.stride, groups=self.kernel.shape[0])

    def extra_repr(self) -> str:
        return f"{tuple(self.kernel.shape)}, stride={self.stride}"
'''


@final
@dataclass(frozen=True, slots=True)
class BlurPool(Op):
    """A fixed binomial k x k filter over each channel of the reflected map, at a stride (arXiv:1904.11486). It runs
    as a convolution and counts as one; the filter is a buffer that checkpoints leave out."""

    kind: ClassVar[str] = "blur_pool"
    macs_rule: ClassVar[str] = "k² per output element"
    precision: ClassVar[str] = "low"

    channels: int
    kernel: int = 3
    stride: int = 2

    def infer(self, *ins: Shape) -> Shape:
        """(C, H, W) -> (C, H', W')."""
        _, height, width = expect_map(self, ins[0])
        expect_channels(self, self.channels, ins[0])
        window = self.window()
        if min(height, width) <= window.padding:
            raise self.refuse("RS304", f"a map of {height} x {width} is too small to be reflected by {window.padding}")
        return self.channels, slide(self, height, window), slide(self, width, window)

    def weights(self) -> tuple[Weight, ...]:
        """The filter, once for each channel."""
        return (Weight("kernel", (self.channels, 1, self.kernel, self.kernel), learned=False, persistent=False),)

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """k² multiply-accumulates per output element."""
        return Work(self.kernel**2 * math.prod(out), activations=math.prod(out))

    def window(self) -> Window:
        """The filter."""
        return Window(self.kernel, self.stride, self.kernel // 2)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input, and the reflected map; the filter is a buffer."""
        _, height, width = ins[0]
        more = 2 * self.window().padding
        return Saved(inputs=(0,), extra=self.channels * (height + more) * (width + more))

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """The reflected map."""
        return self.saves(ins, out).extra, 0

    def call(self) -> Call:
        """`BlurPool`, defined in the emitted file."""
        args = (Arg("channels", self.channels), Arg("kernel_size", self.kernel), Arg("stride", self.stride))
        return Call("BlurPool", args, ("{m}.reset_kernel()",), support=BLUR_POOL)
