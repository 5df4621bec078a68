"""Figures: what a network reached, by the names of what was measured."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

Direction = Literal["maximize", "minimize"]
"""Which figures are better: the larger or the smaller ones."""
Measures = Mapping[str, Direction]
"""What is measured and which figures are better. The first is the main measure: it is reported step by step, trials are
pruned by it, and the others break its ties, in their order."""

CLASSIFICATION: Measures = {"accuracy": "maximize", "loss": "minimize"}
"""Share of right answers on held-out images, and mean cross-entropy in nats."""


class Figures(Mapping[str, float]):
    """What one measurement of a network gave, in the order of the evaluator's measures. Frozen."""

    __slots__ = ("_figures",)

    def __init__(self, figures: Mapping[str, float]) -> None:
        self._figures = dict(figures)

    def __getitem__(self, name: str) -> float:
        return self._figures[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._figures)

    def __len__(self) -> int:
        return len(self._figures)

    def __repr__(self) -> str:
        return f"Figures({self._figures!r})"

    @property
    def main(self) -> float:
        """The figure of the main measure."""
        return next(iter(self._figures.values()))

    @property
    def is_finite(self) -> bool:
        """Whether every figure is a number."""
        return all(map(math.isfinite, self._figures.values()))


def mean(runs: Sequence[Figures]) -> Figures:
    """The mean of each measure over runs of one network."""
    return Figures({name: sum(run[name] for run in runs) / len(runs) for name in runs[0]})


def order(figures: Mapping[str, float], measures: Measures) -> tuple[float, ...]:
    """A key that sorts the better figures first: by the main measure, equal ones by the next; what is missing last."""
    return tuple(
        -figures.get(name, -math.inf) if direction == "maximize" else figures.get(name, math.inf)
        for name, direction in measures.items()
    )
