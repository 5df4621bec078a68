"""What an evaluator is: it sets up a bench on which every network of a search is measured alike."""

from __future__ import annotations

import gc
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from resspec.spec.net import NetSpec
from resspec.study.figures import CLASSIFICATION, Figures, Measures
from resspec.training.plugin import Plugin

Watch = Callable[[int, float], None]
"""Told a step, from 1, and the main measure after it. What it raises ends the measurement."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a trial stands: its number, the folder of its study, in which a bench may keep files of its own, and
    `note`, which records a fact with the trial."""

    number: int
    folder: Path
    note: Callable[[str, Any], None]


class Bench(ABC):
    """A set-up evaluator. Measuring the same network with the same seed gives the same figures: one for each of the
    evaluator's measures, in their order."""

    steps: int
    """Steps of one measurement that are watched."""
    can_retrain: bool = True
    """Whether a network can be measured better than a trial does; without it a search has no last comparison."""

    def knows(self, spec: NetSpec) -> bool:
        """Whether a network can be measured here at all. One that cannot never becomes a trial."""
        return True

    def recover(self) -> None:
        """Give back the memory of a measurement that failed, before the next one."""
        gc.collect()

    @abstractmethod
    def measure(self, spec: NetSpec, seed: int, watch: Watch) -> Figures:
        """A trial: figures on the validation images."""

    def run(self, place: Place, spec: NetSpec, seed: int, watch: Watch) -> Figures:
        """A trial at its place in a study; for benches that learn from one network for the next."""
        return self.measure(spec, seed, watch)

    def retrain(self, spec: NetSpec, seed: int, epochs: int | None, weights: Path) -> Figures:
        """A final run: figures on the validation images. Trained weights, if any, go to a file, whole or not at all;
        where the file is there, the run is done and its figures are read from it."""
        raise NotImplementedError

    def test(self, spec: NetSpec, weights: Path) -> Figures:
        """Figures of a final run's network on the test images, which nothing else reads."""
        raise NotImplementedError


class Evaluator(Plugin):
    """How networks are judged, as a search file says it."""

    family: ClassVar[str] = "evaluator"
    home: ClassVar[str] = "resspec.study.evaluators"
    group: ClassVar[str] = "resspec.evaluators"

    @property
    def runs_code(self) -> bool:
        """Whether it runs code that the search file names: whoever runs the search has to allow that."""
        return False

    @property
    def measures(self) -> Measures:
        """What a measurement gives, the main measure first."""
        return CLASSIFICATION

    @abstractmethod
    def bench(self, base: NetSpec) -> AbstractContextManager[Bench]:
        """Set up for networks with the base's input and classes; an error of the user's before the first trial."""
