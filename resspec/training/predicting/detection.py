"""The things on a picture: class, score and box of each, and where a network tells them a mask and key points."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from resspec.training.data.framing import Fit
from resspec.training.detection.way import Found, Way
from resspec.training.predicting.drawing import Cut, Edges, Mark, marked
from resspec.training.predicting.palette import colour_of
from resspec.training.predicting.predictor import Look, Prediction, Predictor, Question

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing on a picture: its class, its name, its score from 0 to 1, its left, upper, right and lower edge in
    pixels, its mask, and its key points: across, down, and the logit of each."""

    label: int
    name: str
    score: float
    box: Edges
    mask: Cut | None = None
    points: Sequence[tuple[float, float, float]] | None = None

    def to_dict(self, size: tuple[int, int]) -> dict[str, Any]:
        """Plain data; the mask as COCO's uncompressed run lengths."""
        found: dict[str, Any] = {
            "class": self.label,
            "name": self.name,
            "score": round(self.score, 6),
            "box": [round(edge, 2) for edge in self.box],
        }
        if self.mask is not None:
            found["mask"] = {"size": [size[1], size[0]], "counts": run_lengths(self.mask, size)}
        if self.points is not None:
            found["keypoints"] = [[round(x, 2), round(y, 2), round(logit, 4)] for x, y, logit in self.points]
        return found

    def mark(self) -> Mark:
        """The thing as it is drawn; of key points those that are likelier there than not."""
        points = [(x, y) for x, y, logit in self.points or () if logit > 0]
        words = f"{self.name} {100 * self.score:.0f}%"
        return Mark(words, colour_of(self.label + 1), self.box, self.mask, points)


@dataclass(frozen=True, slots=True)
class Things(Prediction):
    """The things on a picture of a width and height, best first."""

    things: Sequence[Thing]
    size: tuple[int, int]

    def to_dict(self) -> dict[str, Any]:
        """Width, height, and `things`: class, name, score, box, and where known mask and keypoints."""
        things = [thing.to_dict(self.size) for thing in self.things]
        return {"width": self.size[0], "height": self.size[1], "things": things}

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Name, score, and the four edges."""
        for thing in self.things:
            yield thing.name, f"{100 * thing.score:.1f} %", *(f"{edge:.1f}" for edge in thing.box)

    def drawn(self, picture: Image) -> Mapping[str, Image]:
        """The things on the picture."""
        return {"boxes.png": marked(picture, [thing.mark() for thing in self.things])}


class ThingPredictor(Predictor):
    """A picture is fitted whole into the image that a network reads."""

    kind: ClassVar[str] = "things"

    def predicted(self, picture: Image, look: Look) -> Things:
        """The things whose score is the threshold or more."""
        _, height, width = self.view.shape
        fit = Fit.of((0, 0, *picture.size), width, height)
        answer = look(fit.image(picture, self.view))
        return Things(list(self.things(answer, fit, picture.size)), picture.size)

    @abstractmethod
    def things(self, answer: Any, fit: Fit, size: tuple[int, int]) -> Iterator[Thing]:
        """The things of an answer, best first, in pixels of a picture of a width and height."""

    def kept(self, found: Found, fit: Fit, size: tuple[int, int]) -> Iterator[tuple[int, int, float, NDArray[Any]]]:
        """Of the things of the first image that are told the place in the list, the label as the network has it, the
        score, and the edges in pixels of the picture, some of which may lie beside it."""
        rows = (found.labels[0].tolist(), found.scores[0].tolist(), found.boxes[0].double().cpu().numpy())
        for place, (label, score, box) in enumerate(zip(*rows, strict=True)):
            edges = fit.back(box)
            left, upper, right, lower = within(edges, size)
            if label >= 0 and score >= self.question.threshold and left < right and upper < lower:
                yield place, label, score, edges


class OneStep(ThingPredictor):
    """Heads that answer at every place of a picture."""

    def __init__(self, shape: tuple[int, int, int], classes: int, question: Question, way: Way) -> None:
        super().__init__(shape, classes, question)
        self._way = way

    def things(self, answer: Any, fit: Fit, size: tuple[int, int]) -> Iterator[Thing]:
        """As they are judged."""
        _, height, width = self.view.shape
        for _, label, score, edges in self.kept(self._way.found(answer, (height, width)), fit, size):
            yield Thing(label, self.names[label], score, within(edges, size))


def within(edges: NDArray[Any], size: tuple[int, int]) -> Edges:
    """Edges cut off at those of a picture of a width and height."""
    left, upper, right, lower = np.clip(edges, 0, [*size, *size]).tolist()
    return left, upper, right, lower


def run_lengths(mask: Cut, size: tuple[int, int]) -> list[int]:
    """The lengths of the runs of pixels outside and inside of a mask in turn, column by column, outside first: COCO's
    uncompressed form."""
    width, height = size
    whole = np.zeros((height, width), np.bool_)
    whole[mask.window()] = mask.pixels
    flat = whole.ravel("F")
    changes = (np.flatnonzero(flat[1:] != flat[:-1]) + 1).tolist()
    ends = [*([0] if flat[0] else []), *changes, flat.size]
    return [two - one for one, two in pairwise([0, *ends])]
