"""How the learning rate falls behind its warm-up: pure functions of the step, so that nothing is kept between steps."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.record import Listed
from resspec.training.plugin import Plugin

Share = Annotated[float, Field(ge=0, lt=1)]


class Schedule(Plugin):
    """The share of the peak learning rate that a step takes."""

    family: ClassVar[str] = "schedule"
    home: ClassVar[str] = "resspec.training.schedule"
    group: ClassVar[str] = "resspec.schedules"

    @abstractmethod
    def share(self, gone: float, whole: float) -> float:
        """The share where `gone` (0 to 1) of the steps behind the warm-up and `whole` of all steps are done."""


class Cosine(Schedule):
    """Half a cosine from the peak to the floor (arXiv:1608.03983)."""

    kind: ClassVar[str] = "cosine"

    floor: Share = 0.0
    """Share of the peak that is left at the end."""

    def share(self, gone: float, whole: float) -> float:
        """floor + (1 - floor) · (1 + cos πt) / 2."""
        return self.floor + (1 - self.floor) * (0.5 * (1 + math.cos(math.pi * gone)))


class OneCycle(Schedule):
    """A straight line from the peak to the floor: with the warm-up as its rising side, the triangle of
    arXiv:1708.07120."""

    kind: ClassVar[str] = "one-cycle"

    floor: Share = 0.0
    """Share of the peak that is left at the end."""

    def share(self, gone: float, whole: float) -> float:
        """1 - (1 - floor) · t."""
        return 1 - (1 - self.floor) * gone


class Step(Schedule):
    """The rate is multiplied by a factor at fixed places (arXiv:1512.03385: by 0.1 at 1/2 and 3/4)."""

    kind: ClassVar[str] = "step"

    at: Annotated[tuple[Annotated[float, Field(gt=0, lt=1)], ...], Listed] = (0.5, 0.75)
    """Shares of the whole training at which the rate falls."""
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """What the rate is multiplied by each time."""

    def share(self, gone: float, whole: float) -> float:
        """factor ^ (places passed)."""
        return self.factor ** sum(whole >= place for place in self.at)


class Constant(Schedule):
    """The peak, to the end."""

    kind: ClassVar[str] = "constant"

    def share(self, gone: float, whole: float) -> float:
        """1."""
        return 1.0
