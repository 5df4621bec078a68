"""The likeliest classes of a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar

from resspec.training.data.framing import drafted, framed
from resspec.training.data.pictures import upright
from resspec.training.predicting.predictor import Look, Prediction, Predictor

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class Likely:
    """A class, its name, and its probability."""

    label: int
    name: str
    probability: float


@dataclass(frozen=True, slots=True)
class Classes(Prediction):
    """The classes of a picture, likeliest first."""

    best: Sequence[Likely]

    def to_dict(self) -> dict[str, Any]:
        """`classes`: class, name and probability of each."""
        found = ({"class": one.label, "name": one.name, "probability": one.probability} for one in self.best)
        return {"classes": list(found)}

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Name and probability."""
        yield from ((one.name, f"{100 * one.probability:.2f} %") for one in self.best)


class ClassPredictor(Predictor):
    """Of logits [1, classes] the softmax, in the middle of the picture."""

    kind: ClassVar[str] = "classes"

    def prepared(self, file: Image, path: Path) -> Image:
        """As evaluation decodes it: a JPEG far too large at a fraction of its size."""
        return upright(drafted(file, self.view), path)

    def predicted(self, picture: Image, look: Look) -> Classes:
        """The likeliest classes."""
        random = Random(0)  # noqa: S311  # nothing is drawn
        shares = look(framed(picture, self.view, random))[0].float().softmax(0)
        best, labels = shares.topk(min(self.question.top, len(shares)))
        pairs = zip(labels.tolist(), best.tolist(), strict=True)
        return Classes([Likely(label, self.names[label], share) for label, share in pairs])
