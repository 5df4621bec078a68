"""The class of each pixel of a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from resspec.training.data.framing import in_channels, middle, part_of, planes
from resspec.training.predicting.palette import coloured, hexadecimal, palette
from resspec.training.predicting.predictor import Look, Prediction, Predictor, Question

if TYPE_CHECKING:
    from PIL.Image import Image

AT_ONCE = 1 << 24
"""Logits that are brought to a picture's pixels at once."""
TINT = 0.55
"""How much of a class's colour lies over a picture."""
GROUND = 0
"""The class that is left as it is in an overlay: by custom the ground."""
Logits = Tensor


@dataclass(frozen=True, slots=True)
class Mask(Prediction):
    """The class of each pixel [height, width] of a picture."""

    classes: NDArray[np.uint8 | np.uint16]
    names: Sequence[str]

    def to_dict(self) -> dict[str, Any]:
        """Width, height, and of the classes that occur the number, name, colour in the overlay and share of pixels."""
        height, width = self.classes.shape
        found = (
            {"class": label, "name": self.names[label], "colour": hexadecimal(label), "share": share}
            for label, share in self._shares()
        )
        return {"width": width, "height": height, "classes": list(found)}

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Name, colour and share of the pixels."""
        yield from ((self.names[at], hexadecimal(at), f"{100 * share:.2f} %") for at, share in self._shares())

    def drawn(self, picture: Image) -> dict[str, Image]:
        """The mask, whose bytes are the classes (16 bits from 257 classes on), and it over the picture."""
        from PIL import Image as Pictures  # noqa: PLC0415  # an extra, and the picture was read by it

        mask = Pictures.fromarray(self.classes)
        if self.classes.dtype == np.uint8:
            mask.putpalette(palette().tobytes())
        below = np.asarray(picture.convert("RGB"))
        above = coloured(np.arange(len(self.names)))[self.classes]
        mixed = (below * np.float32(1 - TINT) + above * np.float32(TINT)).round().astype(np.uint8)
        over = np.where((self.classes == GROUND)[..., None], below, mixed)
        return {"mask.png": mask, "overlay.png": Pictures.fromarray(over)}

    def _shares(self) -> Iterator[tuple[int, float]]:
        counts = np.bincount(self.classes.ravel())
        order = np.argsort(-counts, kind="stable")
        yield from ((int(label), float(counts[label] / self.classes.size)) for label in order if counts[label])


class MaskPredictor(Predictor):
    """Windows as large as what is judged of a picture at once lie side by side until they cover it; the logits of each
    are interpolated between the middles of their pixels, and a pixel is judged in the window to whose middle it is
    nearest."""

    kind: ClassVar[str] = "mask"

    def __init__(self, shape: tuple[int, int, int], classes: int, question: Question, *, shares: bool) -> None:
        """A network of one class tells two apart, ground and things, by its logit, or by `shares` from 0 to 1."""
        super().__init__(shape, max(2, classes), question)
        self._even = 0.5 if shares else 0.0

    def predicted(self, picture: Image, look: Look) -> Mask:
        """The class of each pixel."""
        channels, height, width = self.view.shape
        picture = in_channels(picture, channels)
        wide, high = picture.size
        found = np.empty((high, wide), np.uint8 if len(self.names) <= 1 << 8 else np.uint16)
        if (wide, high) == (width, height):
            self._fill(found, self._logits(look, planes(np.asarray(picture))), (0, 0, wide, high), (0, wide, 0, high))
            return Mask(found, self.names)
        left, upper, right, lower = middle(wide, high, self.view)
        for top, bottom, first, last in windows(high, lower - upper):
            for start, stop, low, past in windows(wide, right - left):
                box = (start, top, stop, bottom)
                logits = self._logits(look, part_of(picture, box, (width, height)))
                self._fill(found, logits, box, (low, past, first, last))
        return Mask(found, self.names)

    def _logits(self, look: Look, image: NDArray[np.uint8]) -> Logits:
        """The logits [1, classes, h, w] of an image; a class alone is beside its ground."""
        answer = look(image)
        found: Tensor = (answer if isinstance(answer, Tensor) else answer["out"]).float()
        return found if found.shape[1] > 1 else torch.cat([torch.full_like(found, self._even), found], 1)

    def _fill(
        self,
        found: NDArray[Any],
        logits: Logits,
        box: tuple[float, float, float, float],
        own: tuple[int, int, int, int],
    ) -> None:
        """Write the classes of the pixels from column to column and row to row, by the logits of a box."""
        low, past, first, last = own
        left, upper, right, lower = box
        across = middles(low, past, left, right, logits.device)
        rows = max(1, AT_ONCE // (logits.shape[1] * max(1, past - low)))
        for top in range(first, last, rows):
            bottom = min(last, top + rows)
            down = middles(top, bottom, upper, lower, logits.device)
            grid = torch.stack(torch.meshgrid(across, down, indexing="xy"), -1)[None]
            near = functional.grid_sample(logits, grid, padding_mode="border", align_corners=False)
            found[top:bottom, low:past] = near[0].argmax(0).cpu().numpy()


def middles(first: int, last: int, low: float, high: float, device: torch.device) -> Tensor:
    """The middles of pixels, where a box from `low` to `high` is from -1 to 1."""
    return (torch.arange(first, last, device=device) + 0.5 - low) / (high - low) * 2 - 1


def windows(length: int, size: float) -> list[tuple[float, float, int, int]]:
    """The fewest windows of a size, of a pixel at least, that cover a length, evenly apart: where each begins and ends,
    and the pixels from, and up to, which it is the nearest."""
    size = max(1.0, size)
    count = max(1, int(np.ceil(length / size - 1e-9)))
    starts = [number * (length - size) / max(1, count - 1) for number in range(count)]
    between = [round((one + size + two) / 2) for one, two in pairwise(starts)]
    own = pairwise([0, *between, length])
    # a rounding must not lead out of the picture
    return [(start, min(start + size, length), *pixels) for start, pixels in zip(starts, own, strict=True)]
