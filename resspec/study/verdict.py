"""The verdict of the last comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from resspec.study.figures import Figures, mean

PLURALS = {"accuracy": "accuracies", "loss": "losses"}
"""How a contender's record writes the figures of all its runs; other measures stand under their own names."""
SINGULARS = {plural: name for name, plural in PLURALS.items()}


@dataclass(frozen=True)
class Contender:
    """A network of the last comparison, with the validation figures of each of its runs. `number` is that of its trial,
    None for a base outside the space or the budgets; `costs` are those among several objectives."""

    name: str
    number: int | None
    runs: tuple[Figures, ...]
    costs: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def figures(self) -> Figures:
        """The mean of each measure over the runs."""
        return mean(self.runs)

    @property
    def accuracy(self) -> float:
        """Mean validation accuracy."""
        return self.figures["accuracy"]

    @property
    def loss(self) -> float:
        """Mean validation loss."""
        return self.figures["loss"]

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        listed = {PLURALS.get(name, name): [run[name] for run in self.runs] for name in self.runs[0]}
        costs = {"costs": dict(self.costs)} if self.costs else {}
        return {"name": self.name, "number": self.number, **costs, **listed}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Contender:
        """The contender that `to_dict` wrote."""
        listed = {SINGULARS.get(key, key): runs for key, runs in data.items() if key not in ("name", "number", "costs")}
        runs = (dict(zip(listed, run, strict=True)) for run in zip(*listed.values(), strict=True))
        return cls(data["name"], data["number"], tuple(Figures(run) for run in runs), data.get("costs", {}))


@dataclass(frozen=True)
class Verdict:
    """The last comparison: all contenders, which of them won, and the main measure of the winner's and the base's runs
    on the test images, read here for the first time. With several objectives, `front` names the contenders that no
    other beats, and they are tested too."""

    contenders: tuple[Contender, ...]
    winner: str
    test: dict[str, tuple[float, ...]]
    front: tuple[str, ...] = ()

    def contender(self, name: str) -> Contender:
        """The contender of a name."""
        return next(c for c in self.contenders if c.name == name)

    def test_accuracy(self, name: str) -> float:
        """Mean of the main measure of the winner or the base on the test images."""
        return sum(self.test[name]) / len(self.test[name])

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "winner": self.winner,
            **({"front": list(self.front)} if self.front else {}),
            "contenders": [contender.to_dict() for contender in self.contenders],
            "test": {name: list(runs) for name, runs in self.test.items()},
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Verdict:
        """The verdict that `to_dict` wrote."""
        contenders = tuple(Contender.from_dict(contender) for contender in data["contenders"])
        test = {name: tuple(runs) for name, runs in data["test"].items()}
        return cls(contenders, data["winner"], test, tuple(data.get("front", ())))
