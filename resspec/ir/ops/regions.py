"""Ops of detectors of two steps: boxes as an input, the maps that they cut out of a pyramid, and the way back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Free, Op, Saved, Shape, View, Window, Work, expect_map


def expect_boxes(op: Op, shape: Shape) -> int:
    """The number of boxes, or an error unless the operand is rows of four edges."""
    if len(shape) != 2 or shape[1] != 4:
        raise op.refuse("RS302", f"{op.kind} needs boxes (R, 4), got {shape}")
    return shape[0]


@final
@dataclass(frozen=True, slots=True)
class Boxes(Free):
    """An input of boxes in each image, `count` as costs have it and any number when it runs: left, upper, right and
    lower edge in pixels of an image of a height and width. Shape (R, 4)."""

    kind: ClassVar[str] = "boxes"
    arity: ClassVar[int] = 0

    count: int
    height: int
    width: int

    def within(self) -> tuple[int, ...]:
        """The image's size."""
        return self.height, self.width

    def infer(self, *ins: Shape) -> Shape:
        """Rows of four edges."""
        return self.count, 4

    def call(self) -> Call:
        """The argument of `forward`."""
        return Call()


ROI_ALIGN = '''
class RoIAlign(nn.Module):
    """The maps that boxes (N, R, 4) cut out of a pyramid's levels (N, C, H, W), each out
    of the level that suits its size: (N R, C, size, size). A level's number is log2 of
    its stride, `first` the largest's.
    """

    def __init__(self, first: int, size: int, samples: int) -> None:
        super().__init__()
        self.first = first
        self.size = size
        self.samples = samples

    def forward(self, *given: Tensor) -> Tensor:
        *levels, boxes = given
        edges = boxes.float()
        sides = (edges[..., 2:] - edges[..., :2]).clamp(min=0)
        octave = torch.floor(4 + torch.log2(sides.prod(-1).sqrt() / 224) + 1e-6)
        level = (octave - self.first).clamp(0, len(levels) - 1)
        edges = edges * torch.exp2(-self.first - level)[..., None]
        heights, widths = [x.shape[2] for x in levels], [x.shape[3] for x in levels]
        sizes = [height * width for height, width in zip(heights, widths, strict=True)]
        starts = [sum(sizes[:place]) for place in range(len(sizes))]
        width = chosen(widths, level)
        down, down_share = self.along(edges[..., 1::2], chosen(heights, level))
        across, across_share = self.along(edges[..., ::2], width)
        start = torch.arange(boxes.shape[0], device=boxes.device)[:, None] * sum(sizes)
        start = start + chosen(starts, level)
        down = start[..., None, None] + down * width[..., None, None]
        index = down[..., :, None, :, None] + across[..., None, :, None, :]
        share = down_share[..., :, None, :, None] * across_share[..., None, :, None, :]
        pixels = torch.cat([x.flatten(2).mT for x in levels], 1).flatten(0, 1)
        pixels = pixels.to(torch.promote_types(pixels.dtype, boxes.dtype))
        share = share.flatten(0, 3).flatten(1).to(pixels.dtype)
        index = index.flatten(0, 3).flatten(1)
        x = blended(pixels, index, share)
        x = x.unflatten(0, (-1, self.size, self.size))
        return x.permute(0, 3, 1, 2).contiguous()

    def along(self, ends: Tensor, length: Tensor) -> tuple[Tensor, Tensor]:
        """The two pixels next to each sample of each cell along an axis (N, R, size,
        2 samples), and their shares; samples further out than a pixel have none.
        """
        count = self.size * self.samples
        step = (ends[..., 1] - ends[..., 0]).clamp(min=1) / count
        steps = torch.arange(count, device=ends.device) + 0.5
        at = ends[..., :1] + steps * step[..., None]
        length = length[..., None]
        inside = (at >= -1) & (at <= length)
        at = at.clamp(min=0).minimum(length - 1)
        low = at.floor()
        share = at - low
        pixels = torch.stack([low, (low + 1).minimum(length - 1)], -1).long()
        shares = torch.stack([1 - share, share], -1) * inside[..., None] / self.samples
        cells = (self.size, 2 * self.samples)
        return (
            pixels.flatten(-2).unflatten(-1, cells),
            shares.flatten(-2).unflatten(-1, cells),
        )

    def extra_repr(self) -> str:
        return f"first={self.first}, size={self.size}, samples={self.samples}"


def chosen(numbers: list[int], level: Tensor) -> Tensor:
    """For each box the number of its level."""
    places = [number * (level == place) for place, number in enumerate(numbers)]
    return torch.stack(places).sum(0)


def blended(pixels: Tensor, index: Tensor, share: Tensor) -> Tensor:
    """Sums of pixels (P, C) by their shares: of the places (cells, k), (cells, C)."""
    if torch.onnx.is_in_onnx_export():  # it would write a loop over the cells
        parts = zip(index.unbind(1), share.unbind(1), strict=True)
        first, *others = [pixels[at] * part[:, None] for at, part in parts]
        return sum(others, first)
    return F.embedding_bag(index, pixels, mode="sum", per_sample_weights=share)
'''


@final
@dataclass(frozen=True, slots=True)
class RoIAlign(Op):
    """The maps that boxes cut out of a pyramid (arXiv:1703.06870): each cell the mean of s x s samples, each of these
    interpolated between four pixels, of the level floor(4 + log2(sqrt(w h) / 224)) (arXiv:1612.03144, equation 1).
    `levels` levels are there, the largest of stride 2 ** `first`. What is behind it runs on each region."""

    kind: ClassVar[str] = "roi_align"
    cost_rule: ClassVar[str] = "8 s² - 1 per output element (4 s² products, the rest adds)"
    spreads: ClassVar[bool] = True

    levels: int
    first: int
    size: int
    samples: int = 2

    @property
    def arity(self) -> int:
        """The levels and the boxes."""
        return self.levels + 1

    def infer(self, *ins: Shape) -> Shape:
        """(C, H, W) …, (R, 4) -> (R, C, size, size); the levels have equal channels."""
        channels = {expect_map(self, shape)[0] for shape in ins[:-1]}
        if len(channels) != 1:
            raise self.refuse("RS306", f"{self.kind} needs levels of equal channels, got {ins[:-1]}")
        return expect_boxes(self, ins[-1]), *channels, self.size, self.size

    def tensor(self, images: int, shape: Shape) -> Shape:
        """Regions and images in one axis."""
        return images * shape[0], *shape[1:]

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """A weighted sum of four pixels for each sample."""
        return Work(extra=(8 * self.samples**2 - 1) * math.prod(out))

    def window(self) -> Window:
        """The whole map."""
        return Window(kernel=0)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """For each cell the places of its pixels and their weights."""
        cells = math.prod(out) // out[1]
        pixels = 4 * self.samples**2
        return Saved(extra=cells * pixels, indices=cells * (pixels + 3))

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """The levels' pixels in a row; places and shares of samples along each axis, and of the pixels of each cell;
        the cells' values before they are put in order."""
        pixels = sum(math.prod(shape) for shape in ins[:-1])
        cells = self.size**2 * 12 * self.samples**2
        along = self.size * 12 * self.samples + 10
        return pixels + 2 + out[0] * (cells + along) + math.prod(out), 0

    def call(self) -> Call:
        """`RoIAlign`, defined in the emitted file."""
        args = (Arg("first", self.first), Arg("size", self.size), Arg("samples", self.samples))
        return Call("RoIAlign", args, support=ROI_ALIGN)


@final
@dataclass(frozen=True, slots=True)
class ByImage(View):
    """What was computed of each region as rows of its image's, beside the boxes (R, 4): (R, …) -> (R, …)."""

    kind: ClassVar[str] = "by_image"
    arity: ClassVar[int] = 2
    gathers: ClassVar[bool] = True
    likened: ClassVar[bool] = True

    def infer(self, *ins: Shape) -> Shape:
        """The shape stays."""
        if ins[0][:1] != (expect_boxes(self, ins[1]),):
            raise self.refuse("RS306", f"{self.kind} needs as many regions as boxes, got {ins[0]} and {ins[1]}")
        return ins[0]

    def call(self) -> Call:
        """Images and regions as two axes."""
        return Call(expression="{0}.unflatten(0, {1}.shape[:2])")
