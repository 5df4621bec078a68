"""Ops of generators and critics of classes: norms without a scale of their own, a learned gain, attention with pooled
keys, the inner product with a class's vector."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Op, Saved, Shape, Weight, Window, Work, expect_channels, expect_map
from resspec.ir.ops.divided import DividedEmbedding
from resspec.ir.ops.spectral import SPECTRAL, divided


@final
@dataclass(frozen=True, slots=True)
class BareBatchNorm2d(Op):
    """y = (x - mean) / sqrt(var + eps) over the batch (arXiv:1502.03167), neither scaled nor shifted."""

    kind: ClassVar[str] = "bare_batch_norm"
    cost_rule: ClassVar[str] = "2 per element (subtract, divide)"

    channels: int
    eps: float = 1e-5
    momentum: float = 0.1

    def infer(self, *ins: Shape) -> Shape:
        """The shape stays."""
        expect_channels(self, self.channels, ins[0])
        return ins[0]

    def weights(self) -> tuple[Weight, ...]:
        """The running statistics as buffers (`num_batches_tracked` is one element)."""
        names = {"running_mean": (self.channels,), "running_var": (self.channels,), "num_batches_tracked": ()}
        return tuple(Weight(name, shape, learned=False) for name, shape in names.items())

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """A difference and a quotient per element."""
        return Work(extra=2 * math.prod(out))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input, and mean and inverse deviation per channel."""
        return Saved(inputs=(0,), shared=2 * self.channels)

    def call(self) -> Call:
        """`nn.BatchNorm2d` without affine."""
        args = (
            Arg("num_features", self.channels),
            Arg("eps", self.eps, 1e-5),
            Arg("momentum", self.momentum, 0.1),
            Arg("affine", value=False, default=True),
        )
        return Call("nn.BatchNorm2d", args, ("{m}.reset_running_stats()",))


GAIN = '''
class Gain(nn.Module):
    """A learned number times x, from 0."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(()))

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * x
'''


@final
@dataclass(frozen=True, slots=True)
class Gain(Op):
    """g x, one learned number g for the whole map, which starts at 0."""

    kind: ClassVar[str] = "gain"
    precision: ClassVar[str] = "promoted"
    cost_rule: ClassVar[str] = "1 per element"

    def infer(self, *ins: Shape) -> Shape:
        """The shape stays."""
        return ins[0]

    def weights(self) -> tuple[Weight, ...]:
        """`weight` ()."""
        return (Weight("weight", ()),)

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """One multiplication per element."""
        return Work(extra=math.prod(out))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input."""
        return Saved(inputs=(0,))

    def call(self) -> Call:
        """`Gain`, defined in the emitted file."""
        return Call("Gain", (), ("nn.init.zeros_({m}.weight)",), support=GAIN)


POOLED = '''
def attended(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Sums of the places of v by shares softmax(q' k), at the places of q."""
    shares = F.softmax(q.flatten(2).mT @ k.flatten(2), -1)
    return (v.flatten(2) @ shares.mT).unflatten(2, q.shape[2:])
'''


@final
@dataclass(frozen=True, slots=True)
class MapAttention(Op):
    """softmax(q' k) v from the T places of a map to the S of two smaller ones (arXiv:1805.08318): (C, H, W), (C, h, w),
    (D, h, w) -> (D, H, W); macs = T S (C + D)."""

    kind: ClassVar[str] = "map_attention"
    macs_rule: ClassVar[str] = "T S (C + D)"
    precision: ClassVar[str] = "low"
    arity: ClassVar[int] = 3
    cost_rule: ClassVar[str] = "5 per pair of places (maximum, subtract, exp, sum, divide)"

    def infer(self, *ins: Shape) -> Shape:
        """The size of the queries, the channels of the values."""
        (c, height, width), (keys, *small), (d, *values) = (expect_map(self, shape) for shape in ins)
        if c != keys or small != values:
            raise self.refuse("RS306", f"queries {ins[0]}, keys {ins[1]} and values {ins[2]} do not go together")
        return d, height, width

    def pairs(self, ins: tuple[Shape, ...]) -> int:
        """Pairs of places."""
        return math.prod(ins[0][1:]) * math.prod(ins[1][1:])

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """Products of all pairs of places, their shares, and sums by these."""
        pairs = self.pairs(ins)
        return Work(pairs * (ins[0][0] + out[0]), extra=5 * pairs, activations=pairs + math.prod(out))

    def window(self) -> Window:
        """The whole map."""
        return Window(kernel=0)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The operands and the shares."""
        return Saved(inputs=(0, 1, 2), extra=self.pairs(ins))

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """Products and shares, before there is an output; then the shares."""
        pairs = self.pairs(ins)
        return max(pairs, 2 * pairs - math.prod(out)), 0

    def call(self) -> Call:
        """`attended`, defined in the emitted file."""
        return Call(expression="attended({0}, {1}, {2})", support=POOLED)


@final
@dataclass(frozen=True, slots=True)
class AddInner(Op):
    """y + <a, b>: a number for each pair of vectors, added to every score (arXiv:1802.05637, section 3)."""

    kind: ClassVar[str] = "add_inner"
    arity: ClassVar[int] = 3
    cost_rule: ClassVar[str] = "2 per element of the vectors, 1 per score"

    def infer(self, *ins: Shape) -> Shape:
        """(K,), (C,), (C,) -> (K,)."""
        scores, left, right = ins
        if len(scores) != 1 or len(left) != 1 or left != right:
            raise self.refuse("RS306", f"vectors {left} and {right} have no inner product to add to {scores}")
        return scores

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """Products, their sum, and the addition."""
        return Work(extra=2 * math.prod(ins[1]) + math.prod(out))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """Both vectors."""
        return Saved(inputs=(1, 2))

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """The products."""
        return math.prod(ins[1]), 0

    def call(self) -> Call:
        """`y + (a * b).sum(1, keepdim=True)`."""
        return Call(expression="{0} + ({1} * {2}).sum(1, keepdim=True)")


EMBEDDING = '''
class SpectralEmbedding(Spectral, nn.Embedding):
    """Table whose largest singular value, as a matrix, is 1."""

    def __init__(self, num_embeddings: int, embedding_dim: int) -> None:
        super().__init__(num_embeddings, embedding_dim)
        self.adopt()

    def forward(self, x: Tensor) -> Tensor:
        return F.embedding(x, self.divided())
'''


@final
@dataclass(frozen=True, slots=True)
class SpectralEmbedding(DividedEmbedding):
    """A row of a learned table for each whole number, the table divided by its largest singular value
    (arXiv:1802.05957)."""

    kind: ClassVar[str] = "spectral_embedding"
    cost_rule: ClassVar[str] = "5 per table element (2 matrix by vector, 2 norm, 1 divide)"

    def weights(self) -> tuple[Weight, ...]:
        """`weight_orig` (N, C), `weight_u` (N), `weight_v` (C)."""
        return divided((Weight("weight", (self.count, self.features)),))

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """That of dividing."""
        return Work(extra=5 * self.count * self.features)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The number; once a batch, the singular vectors and the value."""
        return Saved(inputs=(0,), shared=self.count + self.features + 1)

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """The divided table."""
        return 0, self.count * self.features

    def call(self) -> Call:
        """`SpectralEmbedding`, defined in the emitted file."""
        args = (Arg("num_embeddings", self.count), Arg("embedding_dim", self.features))
        fills = ("nn.init.normal_({m}.weight_orig, generator=generator)", "{m}.settle(generator)")
        return replace(Call("SpectralEmbedding", args, fills, support=EMBEDDING), ground=SPECTRAL)
