"""What a sort of network's answer to one picture is, and how it is told and drawn."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from torch import Tensor, nn

from resspec.errors import DataError
from resspec.training.data.framing import View
from resspec.training.data.pictures import upright
from resspec.training.recipe import Recipe

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

Look = Callable[["NDArray[np.uint8]"], Any]
"""What a network answers of an image [C, H, W] in bytes: its outputs for a batch of one."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person wants to know of pictures."""

    top: int = 5
    """Classes of a picture that are told, the likeliest."""
    threshold: float = 0.5
    """The least score of a thing that is told."""
    names: Sequence[str] | None = None
    """What the classes are called, from class 0 on; by default their numbers."""
    centre: float = Recipe().centre
    """The part of a picture's shorter side that a network sees at once, where it does not see a picture whole."""

    def named(self, classes: int) -> tuple[str, ...]:
        """The name of each class; DataError where there are more or fewer names."""
        if self.names is None:
            return tuple(map(str, range(classes)))
        if len(self.names) != classes:
            message = f"there are {len(self.names)} names for {classes} classes"
            raise DataError.of("RS670", message, remedy="give a name for each class, from class 0 on, one a line")
        return tuple(self.names)


class Prediction(ABC):
    """What a network says of one picture."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Plain data; places in pixels of the picture, turned as its camera says."""

    @abstractmethod
    def rows(self) -> Iterator[tuple[str, ...]]:
        """The same for people: a row of cells for each class or thing, its name first, then figures."""

    def drawn(self, picture: Image) -> Mapping[str, Image]:
        """Pictures to look at, by the ends of their names; none by default."""
        return {}


class Predictor(ABC):
    """What the answers of one sort of networks mean."""

    kind: ClassVar[str]
    """What is told: `classes`, `mask`, `things`."""

    def __init__(self, shape: tuple[int, int, int], classes: int, question: Question) -> None:
        """For images [C, H, W]; DataError where the names are not those of the classes."""
        self.view = View(shape, centre=question.centre)
        self.names = question.named(classes)
        self.question = question

    def network(self, model: nn.Module) -> Callable[[Tensor], Any]:
        """What is asked of normalised images [B, C, H, W], with a model's tensors; the model itself by default."""
        return model

    def prepared(self, file: Image, path: Path) -> Image:
        """A picture that was opened, decoded and upright; DataError RS653 where its pixels have more than 8 bits."""
        return upright(file, path)

    @abstractmethod
    def predicted(self, picture: Image, look: Look) -> Prediction:
        """What a picture of any size, upright, shows."""
