"""What a search is after: measures of its evaluator, and costs, which are exact and never noisy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator

from resspec.analysis.figures import FIGURES
from resspec.errors import Fault, SpecError, did_you_mean
from resspec.record import Record
from resspec.spec.tree import Entry
from resspec.study.figures import Direction, Measures


class Objective(Record):
    """An objective as a search file writes it; `macs` alone is short for `{name: macs}`."""

    name: str
    """A measure of the evaluator, or a cost: params, macs, flops, activations, memory, latency."""
    direction: Direction | None = None
    """maximize or minimize; by default what the measure says, and minimize for costs."""


def _spelled_out(value: Any) -> Any:
    """A list of names and mappings as objectives; a single name as a list of one."""
    given = [value] if isinstance(value, (str, Mapping, Objective)) else value
    if not isinstance(given, (list, tuple)):
        return given
    return tuple({"name": one} if isinstance(one, str) else one for one in given)


Objectives = Annotated[tuple[Objective, ...], BeforeValidator(_spelled_out)]


@dataclass(frozen=True, slots=True)
class Goal:
    """An objective whose name is known: `is_cost` where it follows from the network alone."""

    name: str
    direction: Direction
    is_cost: bool

    @property
    def sign(self) -> int:
        """1 where more is better, -1 where less is."""
        return 1 if self.direction == "maximize" else -1

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"name": self.name, "direction": self.direction, "cost": self.is_cost}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Goal:
        """The goal that `to_dict` wrote."""
        return cls(data["name"], data["direction"], data["cost"])


def cost_goal(name: str) -> Goal:
    """A cost, the less the better."""
    return Goal(name, "minimize", is_cost=True)


def main_goal(measures: Measures) -> Goal:
    """The main measure alone: what a search is after that names nothing."""
    name, direction = next(iter(measures.items()))
    return Goal(name, direction, is_cost=False)


def goals_of(objectives: Sequence[Objective], measures: Measures, root: Entry) -> tuple[Goal, ...]:
    """The goals that a search file names, by default the main measure; SpecError for a name that is no measure and no
    cost, for one that is named twice, and where nothing measured is asked for."""
    if not objectives:
        return (main_goal(measures),)
    faults, goals = [], list[Goal]()
    known = list(dict.fromkeys([*measures, *FIGURES]))
    for place, objective in enumerate(objectives):
        mark = root.nearest(("objectives", place)).mark
        name = objective.name
        if name not in known:
            found = f"there is no objective {name!r}: it is no measure of the evaluator and no cost"
            faults.append(Fault("RS521", found, mark, did_you_mean(name, known) or f"one of {', '.join(known)}"))
        elif name in (goal.name for goal in goals):
            faults.append(Fault("RS521", f"the objective {name!r} is named twice", mark, "name it once"))
        else:
            default = measures.get(name, "minimize")
            goals.append(Goal(name, objective.direction or default, name not in measures))
    if not faults and all(goal.is_cost for goal in goals):
        message = "costs are known before any trial; a search needs an objective that is measured"
        faults.append(Fault("RS521", message, root.nearest(("objectives",)).mark, f"add {next(iter(measures))}"))
    if faults:
        raise SpecError(*faults)
    return tuple(goals)


def preference(goals: Sequence[Goal], measures: Measures) -> Measures:
    """What trials are ranked by: the measured goals in their order, then the other measures."""
    return {goal.name: goal.direction for goal in goals if not goal.is_cost} | {
        name: direction for name, direction in measures.items() if name not in [goal.name for goal in goals]
    }


def axes_of(goals: Sequence[Goal], budgeted: Sequence[str]) -> tuple[Goal, ...]:
    """What fronts are drawn over: the goals, and where there is one alone, the budgeted costs beside it, by default
    macs and params."""
    if len(goals) > 1:
        return tuple(goals)
    return (*goals, *(cost_goal(name) for name in dict.fromkeys(budgeted or ("macs", "params"))))


def values_of(
    goals: Sequence[Goal], figures: Mapping[str, float], costs: Mapping[str, float]
) -> tuple[float, ...] | None:
    """The goals' values in their order; None where one is not known."""
    found = [costs.get(goal.name) if goal.is_cost else figures.get(goal.name) for goal in goals]
    known = tuple(float(value) for value in found if value is not None)
    return known if len(known) == len(goals) else None
