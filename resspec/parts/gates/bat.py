"""Bilinear attention."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import AdaptiveMaxPool2d, Add, BlockProduct, Conv2d, DropChannels, ShareMatrices, WholeConv2d
from resspec.parts.base import part_field
from resspec.parts.families import Act, Gate, Norm
from resspec.parts.widths import divisible


class BilinearAttention(Gate):
    """x + W2 (P y Q) with y = W1 x: the image mixes its own blocks of rows and of columns, by a matrix P and a matrix
    Q for each group of channels (arXiv:2103.14000)."""

    kind: ClassVar[str] = "bat"

    blocks: Annotated[int, Field(ge=2)] = 7
    """Blocks along each side of the map, which they must tile."""
    groups: Annotated[int, Field(ge=1)] = 2
    """Groups of channels, each with its own two matrices."""
    ratio: Annotated[float, Field(gt=0)] = 0.25
    """Width of y as a share of the map's width, rounded to a multiple of 8."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2
    """Probability of dropping a channel of what is added to x in training."""
    norm: Annotated[Norm, part_field(Norm)] = Field(default_factory=lambda: Norm.read("batch"))
    """Normalisation behind each 1x1 convolution."""
    act: Annotated[Act, part_field(Act)] = Field(default_factory=lambda: Act.read("relu"))
    """Activation behind each of them."""

    def lay(self, b: Builder, x: Value, block_input: int) -> Value:
        """Four 1x1 convolutions with norm and activation; between the second and the third the two products."""
        width = divisible(x.channels * self.ratio, 8)
        with b.scope("se", "BilinearAttention", self.kind, self.about()):
            b.name_quantities(channels=x.channels, hidden=width)
            y = self.mixed(b, 1, x, width)
            with b.scope("ba", "BilinearTransform"):
                s = self.mixed(b, 1, y, self.groups)
                rows = self.matrices(b, "p", s, by_rows=True)
                columns = self.matrices(b, "q", s, by_rows=False)
                y = b.add("mix_rows", BlockProduct(columns=False), y, rows)
                y = b.add("mix_columns", BlockProduct(columns=True), y, columns)
                y = self.mixed(b, 2, y, width)
            y = self.mixed(b, 2, y, x.channels)
            if self.dropout > 0:
                y = b.add("drop", DropChannels(self.dropout), y)
            return b.add("add", Add(), y, x)

    def mixed(self, b: Builder, number: int, x: Value, width: int) -> Value:
        """A 1x1 convolution, norm, activation."""
        y = b.add(f"conv{number}", Conv2d(x.channels, width), x)
        return self.norm.lay(b, f"bn{number}", y, self.act, f"act{number}")

    def matrices(self, b: Builder, name: str, s: Value, by_rows: bool) -> Value:
        """A matrix between blocks of rows, or of columns, for each group."""
        height, width = (self.blocks, 1) if by_rows else (1, self.blocks)
        s = b.add(f"pool_{name}", AdaptiveMaxPool2d(height, width), s)
        s = b.add(f"conv_{name}", WholeConv2d(self.groups, self.groups * self.blocks**2, height, width), s)
        return b.add(f"shares_{name}", ShareMatrices(self.groups, self.blocks, by_rows), s)
