"""The stem of generators."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Flatten, Unflatten
from resspec.parts.conditioning import Numbered, conditioned
from resspec.parts.dividing import LINEARS, Spectral
from resspec.parts.families import Act, Conv, Norm, Stem


class Latent(Stem):
    """A linear layer from a latent vector to a small map (arXiv:1511.06434). The input is [D, 1, 1]; modules take
    vectors of D values too."""

    kind: ClassVar[str] = "latent"

    width: Annotated[int, Field(ge=1)] = 256
    """Channels of the map."""
    size: Annotated[int, Field(ge=1, le=64)] = 4
    """Side of the map."""

    spectral: Spectral = False
    """Whether the layer's matrix is divided by its largest singular value (arXiv:1802.05957); with `left` a step of the
    power method finds it in every run."""
    chunk: Numbered = None
    """Which chunk of the latent vector it reads, where the condition takes that apart (`latent-label`: 0)."""

    @property
    def reduction(self) -> int:
        """None: it starts at a point."""
        return 1

    def lay(self, b: Builder, x: Value, conv: Conv, norm: Norm, act: Act, bare: bool) -> Value:
        """vector, project, map."""
        whole = self.chunk is None
        x = b.add("vector", Flatten(), x) if whole else conditioned(b, "project", self.chunk).value
        x = b.add("project", LINEARS[self.spectral](x.channels, self.width * self.size**2), x)
        return b.add("map", Unflatten(self.size), x)
