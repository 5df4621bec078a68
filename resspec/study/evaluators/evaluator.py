"""What an evaluator is: it sets up a bench on which every network of a search is measured alike."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from resspec.spec.net import NetSpec
from resspec.training.plugin import Plugin

Watch = Callable[[int, float], None]
"""Told a step, from 1, and the validation accuracy after it. What it raises ends the measurement."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a network reached on held-out images: share of right answers, and mean cross-entropy in nats."""

    accuracy: float
    loss: float


class Bench(ABC):
    """A set-up evaluator. Measuring the same network with the same seed gives the same figures."""

    steps: int
    """Steps of one measurement that are watched."""

    @abstractmethod
    def measure(self, spec: NetSpec, seed: int, watch: Watch) -> Figures:
        """A trial: figures on the validation images."""

    @abstractmethod
    def retrain(self, spec: NetSpec, seed: int, epochs: int | None, weights: Path) -> Figures:
        """A final run: figures on the validation images. The trained weights go to a file, whole or not at all; where
        the file is there, the run is done and its figures are read from it."""

    @abstractmethod
    def test(self, spec: NetSpec, weights: Path) -> Figures:
        """Figures of stored weights on the test images, which nothing else reads."""


class Evaluator(Plugin):
    """How networks are judged, as a search file says it."""

    family: ClassVar[str] = "evaluator"
    home: ClassVar[str] = "resspec.study.evaluators"
    group: ClassVar[str] = "resspec.evaluators"

    @abstractmethod
    def bench(self, base: NetSpec) -> AbstractContextManager[Bench]:
        """Set up for networks with the base's input and classes; an error of the user's before the first trial."""
