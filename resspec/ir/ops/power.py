"""Layers whose weight is divided by its largest singular value, as a step of the power method finds it in every run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Saved, Shape, Weight, Work
from resspec.ir.ops.conv import Convolution
from resspec.ir.ops.divided import DividedEmbedding, DividedLinear
from resspec.ir.ops.projection import EMBEDDING
from resspec.ir.ops.spectral import CONV, LINEAR

POWER = '''
class Power(nn.Module):
    """A layer whose weight is divided by its largest singular value, to which every
    run takes a step of the power method from the vector that is kept.
    """

    weight: Tensor
    u0: Tensor
    sv0: Tensor

    def adopt(self) -> None:
        """Keep a vector, and the value that it led to."""
        self.register_buffer("u0", self.weight.new_empty(1, self.weight.shape[0]))
        self.register_buffer("sv0", self.weight.new_empty(1))
        if not self.weight.is_meta:
            self.settle()

    def divided(self) -> Tensor:
        """The weight with a largest singular value of about 1."""
        u, v = self.step(self.u0[0])
        value = torch.dot(u, torch.mv(self.weight.flatten(1), v))
        if self.training:
            self.u0.copy_(u[None])
            self.sv0.copy_(value.detach()[None])
        return self.weight / value

    def step(self, u: Tensor) -> tuple[Tensor, Tensor]:
        """Both singular vectors a step further, without gradients."""
        matrix = self.weight.detach().flatten(1)
        v = F.normalize(torch.mv(matrix.t(), u), dim=0)
        return F.normalize(torch.mv(matrix, v), dim=0), v

    @torch.no_grad()
    def settle(self, generator: torch.Generator | None = None) -> None:
        """Find the largest singular value from a random start."""
        u = self.u0.normal_(generator=generator)[0]
        for _ in range(15):
            u, v = self.step(u)
        self.u0.copy_(u[None])
        self.sv0.copy_(torch.dot(u, torch.mv(self.weight.flatten(1), v))[None])
'''


def powered(support: str) -> str:
    """The text of a class of spectral layers as that of one of these."""
    return (
        support.replace("Spectral", "Power").replace("value of 1", "value of about 1").replace("is 1.", "is about 1.")
    )


SETTLE = "{m}.settle(generator)"
RULE = "7 per weight element (3 products with vectors, 1 divide), 3 per row and column (norm, divide)"


def kept(weights: tuple[Weight, ...]) -> tuple[Weight, ...]:
    """The tensors of a layer whose weight is divided: `weight`, `bias`, and as buffers a vector of one value per row,
    `u0` (1, rows), and the value, `sv0` (1)."""
    rows = weights[0].shape[0]
    return (*weights, Weight("u0", (1, rows), learned=False), Weight("sv0", (1,), learned=False))


def step(weight: Weight) -> int:
    """Arithmetic of a step and of dividing: u W, W v and u W v once more with gradients, and two norms."""
    rows = weight.shape[0]
    return 7 * weight.elements + 3 * (rows + weight.elements // rows)


def vectors(weight: Weight) -> int:
    """Elements of both singular vectors and the value."""
    rows = weight.shape[0]
    return rows + weight.elements // rows + 1


def filled(call: Call, target: str, support: str) -> Call:
    """The call of a plain layer made that of a divided one, from the text of the spectral layer of its sort."""
    return replace(call, target=target, init=(*call.init, SETTLE), support=powered(support), ground=POWER)


@final
@dataclass(frozen=True, slots=True)
class PowerConv2d(Convolution):
    """Convolution whose kernel, as a matrix of one row per filter, is divided by an estimate of its largest singular
    value, to which every run takes a step of the power method from the kept u (arXiv:1802.05957, algorithm 1)."""

    kind: ClassVar[str] = "power_conv2d"
    cost_rule: ClassVar[str] = f"{RULE}, 1 per output element where there is a bias"

    def weights(self) -> tuple[Weight, ...]:
        """`weight` (C_out, C_in / groups, k, k), `bias` (C_out), `u0` (1, C_out), `sv0` (1)."""
        return kept(super(PowerConv2d, self).weights())

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """The convolution's work, a step and a division."""
        work = super(PowerConv2d, self).work(ins, out)
        return replace(work, extra=work.extra + step(self.weights()[0]))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input; once a batch, the divided kernel, both vectors and the value."""
        weight = self.weights()[0]
        return Saved(inputs=(0,), shared=vectors(weight), kernels=weight.elements)

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """The divided kernel."""
        return 0, self.weights()[0].elements

    def call(self) -> Call:
        """`PowerConv2d`, defined in the emitted file."""
        return filled(Call("", self.arguments, self.filling), "PowerConv2d", CONV)


@final
@dataclass(frozen=True, slots=True)
class PowerLinear(DividedLinear):
    """y = W x / s + b with s the estimate of W's largest singular value: macs = F_in F_out."""

    kind: ClassVar[str] = "power_linear"
    cost_rule: ClassVar[str] = f"{RULE}, 1 per output element where there is a bias"

    def weights(self) -> tuple[Weight, ...]:
        """`weight` (F_out, F_in), `bias` (F_out), `u0` (1, F_out), `sv0` (1)."""
        return kept(self.plain.weights())

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """The layer's work, a step and a division."""
        work = self.plain.work(ins, out)
        return replace(work, extra=work.extra + step(self.weights()[0]))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input; once a batch, the divided matrix, both vectors and the value."""
        weight = self.weights()[0]
        return Saved(inputs=(0,), shared=vectors(weight), kernels=weight.elements)

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """The divided matrix."""
        return 0, self.weights()[0].elements

    def call(self) -> Call:
        """`PowerLinear`, defined in the emitted file."""
        return filled(self.plain.call(), "PowerLinear", LINEAR)


@final
@dataclass(frozen=True, slots=True)
class PowerEmbedding(DividedEmbedding):
    """A row of a learned table for each whole number, the table divided by the estimate of its largest singular
    value."""

    kind: ClassVar[str] = "power_embedding"
    cost_rule: ClassVar[str] = RULE

    def weights(self) -> tuple[Weight, ...]:
        """`weight` (N, C), `u0` (1, N), `sv0` (1)."""
        return kept((Weight("weight", (self.count, self.features)),))

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """A step and a division."""
        return Work(extra=step(self.weights()[0]))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The number; once a batch, both vectors and the value."""
        return Saved(inputs=(0,), shared=vectors(self.weights()[0]))

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """The divided table."""
        return 0, self.weights()[0].elements

    def call(self) -> Call:
        """`PowerEmbedding`, defined in the emitted file, filled from N(0, 1)."""
        args = (Arg("num_embeddings", self.count), Arg("embedding_dim", self.features))
        fill = ("nn.init.normal_({m}.weight, generator=generator)",)
        return filled(Call("", args, fill), "PowerEmbedding", EMBEDDING)
