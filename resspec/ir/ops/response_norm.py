"""Filter response normalisation with its threshold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Op, Saved, Shape, Weight, Window, Work, expect_channels

FILTER_RESPONSE_NORM = '''
class FilterResponseNorm(nn.Module):
    """max(gamma x / sqrt(mean(x^2) + eps) + beta, tau), the mean over a channel's map."""

    def __init__(
        self, num_features: int, eps: float = 1e-5, threshold: bool = True
    ) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.empty(num_features))
        self.bias = nn.Parameter(torch.empty(num_features))
        self.tau = nn.Parameter(torch.empty(num_features)) if threshold else None

    def forward(self, x: Tensor) -> Tensor:
        power = x.float().square().mean((2, 3), keepdim=True)
        x = x * torch.rsqrt(power + self.eps).to(x.dtype)
        x = x * self.weight.view(-1, 1, 1) + self.bias.view(-1, 1, 1)
        return x if self.tau is None else torch.maximum(x, self.tau.view(-1, 1, 1))
'''


@final
@dataclass(frozen=True, slots=True)
class FilterResponseNorm(Op):
    """y = gamma x / sqrt(mean(x²) + eps) + beta, then max(y, tau) where there is a `threshold` (arXiv:1911.09737)."""

    kind: ClassVar[str] = "filter_response_norm"
    precision: ClassVar[str] = "promoted"
    cost_rule: ClassVar[str] = "5 per element (2 mean square, 1 normalise, 2 scale and shift), 1 more for the threshold"

    channels: int
    eps: float = 1e-5
    threshold: bool = True
    zero_init: bool = False

    def infer(self, *ins: Shape) -> Shape:
        """The shape stays."""
        expect_channels(self, self.channels, ins[0])
        return ins[0]

    def weights(self) -> tuple[Weight, ...]:
        """gamma, beta and, with a threshold, tau."""
        names = ("weight", "bias", "tau") if self.threshold else ("weight", "bias")
        return tuple(Weight(name, (self.channels,)) for name in names)

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """Statistics are computed for each image."""
        return Work(extra=(6 if self.threshold else 5) * math.prod(out))

    def window(self) -> Window:
        """Statistics reach over the whole map."""
        return Window(kernel=0)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input, the normalised map, what the threshold compares, and one factor per channel."""
        maps = math.prod(out)
        shifted = maps if self.threshold else 0
        return Saved(inputs=(0,), extra=shifted + self.channels, narrow=maps, floated=True)

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """Two of the normalised, the scaled and the shifted map, and a power per channel."""
        return 2 * math.prod(out) + self.channels, 0

    def call(self) -> Call:
        """`FilterResponseNorm`, defined in the emitted file; tau starts at 0, where the threshold is ReLU."""
        gamma = "zeros_" if self.zero_init else "ones_"
        fills = (f"nn.init.{gamma}({{m}}.weight)", "nn.init.zeros_({m}.bias)", "nn.init.zeros_({m}.tau)")
        args = (Arg("num_features", self.channels), Arg("eps", self.eps, 1e-5), Arg("threshold", self.threshold, True))
        return Call("FilterResponseNorm", args, fills if self.threshold else fills[:2], support=FILTER_RESPONSE_NORM)
