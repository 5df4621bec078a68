"""A trial of a search, as its result shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from optuna.trial import FrozenTrial, TrialState

from resspec.analysis.cost import NAMES, Costs
from resspec.spec.loading import load_spec
from resspec.spec.net import NetSpec
from resspec.study.figures import Figures, Measures, order
from resspec.study.objectives import Goal


@dataclass(frozen=True, eq=False)
class Trial:
    """A network and what became of it. `values` holds the objectives of a complete trial and the last ones seen of a
    pruned one; `params` are the values of the space; `figures` are the measures of a complete trial; `reported` is the
    main measure when it was last reported; `lineage` tells from which trial's weights it started, if from any, and how
    many tensors and elements, of how many, it took."""

    number: int
    state: TrialState
    fingerprint: str
    values: tuple[float, ...] | None
    costs: Costs
    params: dict[str, Any]
    figures: Figures
    reported: float | None
    seconds: float
    error: str
    lineage: dict[str, Any] | None
    _spec: dict[str, Any] = field(repr=False)
    _prices: dict[str, int] = field(repr=False, default_factory=dict)

    @cached_property
    def spec(self) -> NetSpec:
        """The complete spec of the network."""
        return load_spec(self._spec)

    @property
    def value(self) -> float | None:
        """The first objective."""
        return self.values[0] if self.values else None

    @property
    def score(self) -> float | None:
        """The main measure: of a complete trial, or as last reported; None for a failed one."""
        return None if self.state == TrialState.FAIL else self.figures.main if self.figures else self.reported

    def figure(self, goal: Goal) -> float:
        """What a complete trial reached or costs."""
        return self._prices[goal.name] if goal.is_cost else self.figures[goal.name]

    @property
    def prices(self) -> dict[str, int]:
        """Every cost that is known: those of `costs`, and memory (bytes) or latency (nanoseconds) where the search
        asks for them."""
        return dict(self._prices)

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
            "figures": dict(self.figures),
            "costs": self.prices,
            "params": self.params,
            "seconds": round(self.seconds, 3),
            "error": self.error,
            "lineage": self.lineage,
            "spec": self._spec,
        }


def trial_of(frozen: FrozenTrial) -> Trial:
    """The trial that Optuna stored."""
    facts = frozen.user_attrs
    prices = dict(facts.get("costs", {}))
    measured = dict(facts.get("figures", {}))
    seconds = measured.pop("seconds", 0.0)
    return Trial(
        number=frozen.number,
        state=frozen.state,
        fingerprint=facts.get("fingerprint", ""),
        values=tuple(frozen.values) if frozen.values else None,
        costs=Costs(**{name: figure for name, figure in prices.items() if name in NAMES}),
        params=dict(frozen.params),
        figures=Figures(measured),
        reported=frozen.intermediate_values.get(max(frozen.intermediate_values, default=0)),
        seconds=seconds,
        error=facts.get("error", ""),
        lineage=facts.get("lineage"),
        _spec=facts.get("spec", {}),
        _prices=prices,
    )


def ranked(trials: Sequence[Trial], measures: Measures) -> list[Trial]:
    """Complete trials, the best first: by the main measure, equal ones by the next, then by fewer macs and by
    number."""
    return sorted(
        (trial for trial in trials if trial.is_complete),
        key=lambda t: (*order(t.figures, measures), t.costs.macs, t.number),
    )
