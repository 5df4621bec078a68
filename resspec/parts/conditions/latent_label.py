"""A class and the latent vector in chunks as the condition."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Given, Value
from resspec.ir.ops import Chunk, Concat, Embedding, Flatten, Index
from resspec.parts.families import Act, Condition


class LatentLabel(Condition):
    """A whole number `label` for each image, as a row of a table that all parts share, and the latent vector in equal
    chunks: chunk 0 alone, which the stem reads, the others behind the row, one for the norms of each block (BigGAN's
    hierarchy of latents, arXiv:1809.11096)."""

    kind: ClassVar[str] = "latent-label"

    classes: Annotated[int, Field(ge=1)] = 10
    """Number of classes."""
    width: Annotated[int, Field(ge=1)] = 128
    """Width of the table."""
    chunks: Annotated[int, Field(ge=2, le=64)] = 2
    """Number of chunks; they share the latent vector evenly."""

    def lay(self, b: Builder, image: Value, act: Act) -> Given:
        """label; in scope condition: classes, latent, chunk0, chunk1, told1, …"""
        label = b.add("label", Index(self.classes))
        b.site = self.family
        with b.scope(self.family, "LatentLabelCondition", self.kind, self.about()):
            row = b.add("classes", Embedding(self.classes, self.width), label)
            latent = b.add("latent", Flatten(), image)
            chunks = [b.add("chunk0", Chunk(self.chunks), latent)]
            for place in range(1, self.chunks):
                chunk = b.add(f"chunk{place}", Chunk(self.chunks, place), latent)
                chunks.append(b.add(f"told{place}", Concat(2), row, chunk))
        return Given(row, chunks=tuple(chunks))
