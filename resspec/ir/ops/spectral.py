"""Layers whose weight is divided by its largest singular value (arXiv:1802.05957)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, final

from resspec.ir.op import Call, Op, Saved, Shape, Weight, Work
from resspec.ir.ops.conv import Convolution
from resspec.ir.ops.divided import DividedLinear

SPECTRAL = '''
class Spectral(nn.Module):
    """A layer whose weight is divided by its largest singular value, which a step of
    the power method follows in training.
    """

    weight: Tensor
    weight_orig: Tensor
    weight_u: Tensor
    weight_v: Tensor

    def adopt(self) -> None:
        """Take the layer's own weight as what is divided."""
        weight = self.weight
        del self.weight
        rows = weight.flatten(1)
        self.weight_orig = nn.Parameter(weight)
        self.register_buffer("weight_u", torch.empty_like(rows[:, 0]))
        self.register_buffer("weight_v", torch.empty_like(rows[0]))
        if not weight.is_meta:
            self.settle()

    def divided(self) -> Tensor:
        """The weight with a largest singular value of 1."""
        matrix = self.weight_orig.flatten(1)
        if self.training:
            self.follow(matrix, 1)
        u, v = self.weight_u.clone(), self.weight_v.clone()
        return self.weight_orig / torch.dot(u, torch.mv(matrix, v))

    @torch.no_grad()
    def follow(self, matrix: Tensor, steps: int) -> None:
        """Steps of the power method."""
        for _ in range(steps):
            self.weight_v.copy_(F.normalize(torch.mv(matrix.t(), self.weight_u), dim=0))
            self.weight_u.copy_(F.normalize(torch.mv(matrix, self.weight_v), dim=0))

    def settle(self, generator: torch.Generator | None = None) -> None:
        """Find the largest singular value from a random start."""
        self.weight_u.normal_(generator=generator)
        self.follow(self.weight_orig.flatten(1), 15)
'''

CONV = '''
class SpectralConv2d(Spectral, nn.Conv2d):
    """Convolution whose kernel has a largest singular value of 1."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: int = 0,
        dilation: int = 1,
        groups: int = 1,
        bias: bool = True,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            groups,
            bias,
        )
        self.adopt()

    def forward(self, x: Tensor) -> Tensor:
        return self._conv_forward(x, self.divided(), self.bias)
'''

LINEAR = '''
class SpectralLinear(Spectral, nn.Linear):
    """Linear layer whose matrix has a largest singular value of 1."""

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: torch.device | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(in_features, out_features, bias, device, dtype)
        self.adopt()

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.divided(), self.bias)
'''
SETTLE = "{m}.settle(generator)"
RULE = "5 per weight element (2 matrix by vector, 2 norm, 1 divide), 1 per output element where there is a bias"


def divided(weights: tuple[Weight, ...]) -> tuple[Weight, ...]:
    """The tensors of a layer whose weight is divided: `bias`, `weight_orig`, and the singular vectors as buffers."""
    weight, *bias = weights
    rows = weight.shape[0]
    return (
        *bias,
        replace(weight, name="weight_orig"),
        Weight("weight_u", (rows,), learned=False),
        Weight("weight_v", (weight.elements // rows,), learned=False),
    )


def kernel_of(op: Op) -> int:
    """Elements of the weight that is divided."""
    return next(weight.elements for weight in op.weights() if weight.name == "weight_orig")


def filled(call: Call, target: str, support: str) -> Call:
    """The call of a plain layer made that of a divided one."""
    init = tuple(text.replace("{m}.weight", "{m}.weight_orig") for text in call.init)
    return replace(call, target=target, init=(*init, SETTLE), support=support, ground=SPECTRAL)


@final
@dataclass(frozen=True, slots=True)
class SpectralConv2d(Convolution):
    """Convolution whose kernel, as a matrix of one row per filter, is divided by its largest singular value."""

    kind: ClassVar[str] = "spectral_conv2d"
    cost_rule: ClassVar[str] = RULE

    def weights(self) -> tuple[Weight, ...]:
        """`bias`, `weight_orig` (C_out, C_in / groups, k, k), `weight_u` (C_out), `weight_v` (C_in / groups k²)."""
        return divided(super(SpectralConv2d, self).weights())

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """The convolution's work, and that of dividing."""
        work = super(SpectralConv2d, self).work(ins, out)
        return replace(work, extra=work.extra + 5 * kernel_of(self))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input; once a batch, the divided kernel, the singular vectors and the value."""
        rows = self.out_channels
        return Saved(inputs=(0,), shared=rows + kernel_of(self) // rows + 1, kernels=kernel_of(self))

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """The divided kernel."""
        return 0, kernel_of(self)

    def call(self) -> Call:
        """`SpectralConv2d`, defined in the emitted file."""
        return filled(Call("", self.arguments, self.filling), "SpectralConv2d", CONV)


@final
@dataclass(frozen=True, slots=True)
class SpectralLinear(DividedLinear):
    """y = W x / s + b with s the largest singular value of W: macs = F_in F_out."""

    kind: ClassVar[str] = "spectral_linear"
    cost_rule: ClassVar[str] = RULE

    def weights(self) -> tuple[Weight, ...]:
        """`bias`, `weight_orig` (F_out, F_in), `weight_u` (F_out), `weight_v` (F_in)."""
        return divided(self.plain.weights())

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """The layer's work, and that of dividing."""
        work = self.plain.work(ins, out)
        return replace(work, extra=work.extra + 5 * kernel_of(self))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input; once a batch, the divided matrix, the singular vectors and the value."""
        return Saved(inputs=(0,), shared=self.in_features + self.out_features + 1, kernels=kernel_of(self))

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """The divided matrix."""
        return 0, kernel_of(self)

    def call(self) -> Call:
        """`SpectralLinear`, defined in the emitted file."""
        return filled(self.plain.call(), "SpectralLinear", LINEAR)
