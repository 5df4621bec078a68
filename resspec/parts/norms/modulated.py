"""Batch normalisation, its scale and its shift each made of a condition."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Concat, Embedding, Modulate, UncountedBatchNorm2d
from resspec.parts.conditioning import Numbered, conditioned
from resspec.parts.dividing import LINEARS, Spectral
from resspec.parts.families import Act, Norm


class ModulatedNorm(Norm):
    """Normalisation over the batch, then (1 + gain) x + bias for each channel, gain and bias made apart of what the net
    is told: by a table each of a class, by a matrix each of a vector (BigGAN, arXiv:1809.11096)."""

    kind: ClassVar[str] = "modulated"

    eps: Annotated[float, Field(gt=0)] = 1e-5
    """Added to the variance."""
    momentum: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Share of the new batch in the running statistics."""
    spectral: Spectral = False
    """Whether the matrices are divided by their largest singular value (arXiv:1802.05957); with `left` a step of the
    power method finds it in every run. Tables are not."""
    chunk: Numbered = None
    """Which chunk of the latent vector it reads, where the condition takes that apart (`latent-label`)."""

    def lay(self, b: Builder, name: str, x: Value, act: Act | None, act_name: str, zero_init: bool = False) -> Value:
        """In a scope: bn, gain, bias, both, told; then activation."""
        with b.scope(name, "ModulatedNorm", self.kind, self.about()):
            b.name_quantities(channels=x.channels)
            y = b.add("bn", UncountedBatchNorm2d(x.channels, self.eps, self.momentum, affine=False), x)
            made = [self.made(b, each, x.channels) for each in ("gain", "bias")]
            y = b.add("told", Modulate(), y, b.add("both", Concat(2), *made))
        return act.lay(b, act_name, y) if act else y

    def made(self, b: Builder, name: str, width: int) -> Value:
        """A vector of a width made of what the net is told."""
        given = conditioned(b, name, self.chunk)
        if given.below:
            return b.add(name, Embedding(given.below, width, "small"), given.value)
        return b.add(name, LINEARS[self.spectral](given.value.channels, width, bias=False), given.value)
