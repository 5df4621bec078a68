"""How good a network is on a part of a data set, whatever it was to do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from torch import Tensor

from resspec.training.ranks import Ranks


class Score(ABC):
    """Figures of a network on a part of a data set. ONE of them leads, and higher is better: it chooses the weights
    that are kept, and is what a curve, a progress line and a search show. Kinds are frozen dataclasses of plain
    fields."""

    leading: ClassVar[str]
    """The leading figure's name in logs: `accuracy`, `miou`, `map50`, `psnr`."""
    title: ClassVar[str]
    """Its name for people."""
    unit: ClassVar[str] = " %"
    """What is written behind it; shares of one are shown in percent."""
    in_nats: ClassVar[bool] = True
    """Whether the loss is a cross-entropy."""
    columns: ClassVar[tuple[str, ...]]
    """Names of the figures of a line of the log: the leading one first."""

    count: int
    """Images that were judged."""
    loss: float
    """Mean loss of an image."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """A figure of the task's own: `accuracy`, `ious`, …"""

    @property
    @abstractmethod
    def score(self) -> float:
        """The leading figure."""

    @abstractmethod
    def measures(self) -> dict[str, float]:
        """The figures by the names of `columns`."""

    @abstractmethod
    def to_dict(self) -> dict[str, object]:
        """Plain data."""

    @abstractmethod
    def told(self) -> str:
        """All figures in a line for people."""

    def beside(self, other: Score) -> Score:
        """The figures with those of what learnt nothing, where the task knows of such; the same by default."""
        return self

    @classmethod
    def shown(cls, value: float) -> str:
        """A value of the leading figure as people read it."""
        return f"{100 * value:.2f}{cls.unit}" if "%" in cls.unit else f"{value:.2f}{cls.unit}"

    @property
    def brief(self) -> str:
        """The leading figure with its name, for a line of progress."""
        return f"{self.title} {self.shown(self.score)}"

    def pictured(self) -> tuple[str, float, str]:
        """What the curve of a training shows: a name, a value and its unit."""
        return self.title, 100 * self.score if "%" in self.unit else self.score, self.unit


class Tally(ABC):
    """Sums over the images of a part, batch by batch."""

    @abstractmethod
    def add(self, answer: object, y: Tensor) -> None:
        """Count a batch: a network's answer, and the truth about its images."""

    @abstractmethod
    def told(self, ranks: Ranks) -> Score:
        """The figures over all processes; all of them must ask."""
