"""What a task is: the truth it needs, its loss, how the truth moves with the images, how a network is judged."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from resspec.errors import DataError
from resspec.spec.net import NetSpec
from resspec.training.augmentation import Draws
from resspec.training.data.source import Truth
from resspec.training.predicting.predictor import Predictor, Question
from resspec.training.recipe import Recipe
from resspec.training.score import Score, Tally


class Task(ABC):
    """A task. The truth about a batch is ONE tensor whose first axis is the images; a task says what its other axes
    are."""

    kind: ClassVar[str]
    """The task's name."""
    truth: ClassVar[Truth]
    """What a data set must tell of an image."""
    score: ClassVar[type[Score]]
    """The figures that it is judged by."""
    whole: ClassVar[bool] = False
    """Whether images are judged at their own sizes instead of the network's."""
    foreign: ClassVar[Sequence[str]] = ()
    """Fields of a recipe that mean nothing here and so keep their default."""
    classes: int | None = None
    """Classes that the network tells apart, where the task knows; otherwise the module says."""
    scale: int = 1
    """How many times larger than an image the truth about it is, where that is an image."""

    def check(self, recipe: Recipe) -> None:
        """DataError where a recipe asks for what means nothing here."""
        plain = Recipe()
        asked = [name for name in self.foreign if getattr(recipe, name) != getattr(plain, name)]
        if asked:
            message = f"{', '.join(asked)} of the recipe mean nothing for {self.kind.replace('-', ' ')}"
            remedy = " ".join(f"recipe.{name}={getattr(plain, name)}" for name in asked)
            raise DataError.of("RS665", message, remedy=remedy)

    def moved(self, y: Tensor, recipe: Recipe, draws: Draws, size: tuple[int, int]) -> Tensor:
        """The truth about images of a height and width after the changes that `draws` made to them."""
        return y

    def answer(self, network: Callable[..., Any], x: Tensor, y: Tensor | None = None) -> Any:
        """What a network answers of normalised images; the truth about them is given while it learns."""
        return network(x)

    @abstractmethod
    def loss(self, answer: Any, y: Tensor, kept: float, recipe: Recipe) -> Tensor:
        """Mean loss of a batch, a scalar; the images are mixed with those in reverse order by 1 - `kept`."""

    @abstractmethod
    def tally(self, device: torch.device, confusion: int = 0) -> Tally:
        """What counts a part while it is judged; with `confusion`, among so many classes, also which are mistaken for
        which, where a task knows such a table."""

    def predictor(self, spec: NetSpec, question: Question) -> Predictor:
        """What the answers of the network of a spec to pictures of one's own mean; DataError where it tells nothing of
        them."""
        message = f"{spec.name} is made for {self.kind.replace('-', ' ')}; it tells nothing of pictures"
        remedy = "name a classifier, a segmentation net or a detector; `resspec enlarge` makes pictures larger"
        raise DataError.of("RS659", message, remedy=remedy)

    def unlearned(self, model: nn.Module) -> nn.Module | None:
        """What does the task without having learnt, to be judged beside a network on the same images; None where there
        is nothing of the kind."""
        return None
