"""A search in figures: counts by state, best, front, how near each budget, as plain data and as Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from optuna.trial import TrialState

from resspec.pages.sheet import Cell, Sheet
from resspec.spec.budgets import QUANTITIES, Budget, read_budget
from resspec.study.result import Result
from resspec.study.trial import Trial
from resspec.study.words import layout, measured

STATES = {
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
    TrialState.RUNNING: "running",
    TrialState.WAITING: "waiting",
}


@dataclass(frozen=True, slots=True)
class Use:
    """How near a network is to a budget: the share of the upper bound that it uses, of the lower one that it keeps."""

    budget: Budget
    value: int

    @property
    def share(self) -> float:
        """Of the bound that matters."""
        bound = self.budget.high if self.budget.high is not None else self.budget.low
        return self.value / max(1, bound or 0)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"budget": str(self.budget), "value": self.value, "share": self.share}


def budgets_of(result: Result) -> tuple[Budget, ...]:
    """The budgets in figures, as the study keeps them."""
    return tuple(bounded(text) for text in result.budgets)


def bounded(text: str) -> Budget:
    """The budget that `str(budget)` wrote: `params <= 12,000`, `1,000 <= macs <= 2,000`."""
    words = text.replace(",", "").split()
    name = next(word for word in words if word in QUANTITIES)
    low, _, high = text.replace(",", "").partition(name)
    if not low:
        return read_budget(name, high.strip(), _nothing_named)
    return read_budget(name, f"{low.strip(' <=')}..{high.strip(' <=')}", _nothing_named)


def _nothing_named(_: str, name: str) -> int:
    raise AssertionError(f"a stored budget is in figures, not a share of {name}")


def uses(result: Result, trial: Trial) -> list[Use]:
    """How near a trial is to each budget of its search."""
    return [Use(b, trial.prices[b.cost]) for b in budgets_of(result) if b.cost in trial.prices]


def counts(result: Result) -> dict[str, int]:
    """Trials by state; states without any are left out."""
    return {name: result.count(state) for state, name in STATES.items() if result.count(state)}


def status(result: Result) -> dict[str, Any]:
    """How far a search has come."""
    knee, best, held = result.knee(), result.best, result.hypervolume()
    return {
        "name": result.name,
        "path": str(result.path),
        "total": result.study.user_attrs.get("total"),
        "trials": counts(result),
        "objectives": [goal.to_dict() for goal in result.goals],
        "best": brief(best) if best else None,
        "knee": knee.number if knee else None,
        "front": [trial.number for trial in result.pareto],
        "hypervolume": {"reference": held.reference, "ideal": held.ideal, "volume": held.last},
        "budgets": [
            {**use.to_dict(), "front": [trial.prices[use.budget.cost] for trial in result.pareto]}
            for use in (uses(result, best) if best else [])
        ],
    }


def brief(trial: Trial) -> dict[str, Any]:
    """A trial without its spec."""
    data = trial.to_dict()
    del data["spec"]
    return {**data, "stages": layout(trial)}


def marked(result: Result, trial: Trial) -> str:
    """A trial's name, with what it is: best, knee, base."""
    knee = result.knee()
    roles = [(result.base, "base"), (result.best, "best"), (knee, "knee")]
    words = [role for other, role in roles if other is not None and other.number == trial.number]
    return f"trial {trial.number}" + (f" ({', '.join(words)})" if words else "")


def front_sheet(result: Result) -> Sheet:
    """The front, the base beside it: costs, the main measure, the share of each budget."""
    rows = [trial for trial in ([result.base] if result.base else []) if trial not in result.pareto]
    budgets = budgets_of(result)
    costs = list(dict.fromkeys(["params", "macs", *(g.name for g in result.axes if g.is_cost)]))
    header = ("network", "stages", *costs, f"validation {result.main}", *(f"of {budget}" for budget in budgets))
    cells: list[tuple[Cell, ...]] = [
        (
            marked(result, trial),
            layout(trial),
            *(trial.prices[name] for name in costs),
            measured(result.main, trial.score),
            *(f"{100 * use.share:.1f} %" for use in uses(result, trial)),
        )
        for trial in [*rows, *result.pareto]
    ]
    ended = ", ".join(f"{count} {state}" for state, count in counts(result).items())
    axes = ", ".join(f"{goal.name} ({goal.direction})" for goal in result.axes)
    note = f"front over {axes}; hypervolume {result.hypervolume().last:.6g} from the worst value of each"
    return Sheet(f"{result.name}: {ended}", header, cells, words=2, note=note)
