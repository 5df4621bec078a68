"""A trial of a search, as its result shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from optuna.trial import FrozenTrial, TrialState

from resspec.analysis.cost import Costs
from resspec.spec.loading import load_spec
from resspec.spec.net import NetSpec
from resspec.study.figures import Figures, Measures, order


@dataclass(frozen=True, eq=False)
class Trial:
    """A network and what became of it. `values` holds the objectives of a complete trial and the last ones seen of a
    pruned one; `params` are the values of the space; `figures` are the measures of a complete trial."""

    number: int
    state: TrialState
    fingerprint: str
    values: tuple[float, ...] | None
    costs: Costs
    params: dict[str, Any]
    figures: Figures
    seconds: float
    error: str
    _spec: dict[str, Any] = field(repr=False)

    @cached_property
    def spec(self) -> NetSpec:
        """The complete spec of the network."""
        return load_spec(self._spec)

    @property
    def value(self) -> float | None:
        """The objective."""
        return self.values[0] if self.values else None

    @property
    def loss(self) -> float | None:
        """The validation loss of a complete trial, where the evaluator measures it."""
        return self.figures.get("loss")

    @property
    def is_complete(self) -> bool:
        """Whether the trial ran to its end."""
        return self.state == TrialState.COMPLETE

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {
            "number": self.number,
            "state": self.state.name.lower(),
            "fingerprint": self.fingerprint,
            "values": list(self.values) if self.values else None,
            "loss": self.loss,
            "costs": self.costs.to_dict(),
            "params": self.params,
            "seconds": round(self.seconds, 3),
            "error": self.error,
            "spec": self._spec,
        }


def trial_of(frozen: FrozenTrial) -> Trial:
    """The trial that Optuna stored."""
    facts = frozen.user_attrs
    measured = dict(facts.get("figures", {}))
    seconds = measured.pop("seconds", 0.0)
    return Trial(
        number=frozen.number,
        state=frozen.state,
        fingerprint=facts.get("fingerprint", ""),
        values=tuple(frozen.values) if frozen.values else None,
        costs=Costs(**facts.get("costs", {})),
        params=dict(frozen.params),
        figures=Figures(measured),
        seconds=seconds,
        error=facts.get("error", ""),
        _spec=facts.get("spec", {}),
    )


def ranked(trials: Sequence[Trial], measures: Measures) -> list[Trial]:
    """Complete trials, the best first: by the main measure, equal ones by the next, then by fewer macs and by
    number."""
    return sorted(
        (trial for trial in trials if trial.is_complete),
        key=lambda t: (*order(t.figures, measures), t.costs.macs, t.number),
    )


def pareto_front(trials: Sequence[Trial], measures: Measures, costs: Sequence[str]) -> tuple[Trial, ...]:
    """Complete trials that no other beats: as accurate and as cheap in every cost, and better in one. The cheapest
    first."""
    rated = [
        ((trial.value or 0.0, *(-getattr(trial.costs, cost) for cost in costs)), trial)
        for trial in ranked(trials, measures)
    ]
    front = [trial for mine, trial in rated if not any(_beats(other, mine) for other, _ in rated)]
    return tuple(sorted(front, key=lambda t: (getattr(t.costs, costs[0]), t.number)))


def _beats(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(a >= b for a, b in zip(one, other, strict=True))
