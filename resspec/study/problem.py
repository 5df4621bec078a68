"""What a search asks, with every name resolved: the base, the space around it, the budgets in figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from resspec.analysis.cost import Costs
from resspec.analysis.figures import FIGURES, latency_nanoseconds
from resspec.analysis.latency import Table
from resspec.analysis.tables import trusted_table
from resspec.compile import compile_spec
from resspec.errors import BudgetError, Fault, ResspecError, SpecError
from resspec.ir import Graph
from resspec.plan import resolve
from resspec.pricing import Pricer
from resspec.spec.budgets import COSTS, Budget, read_budget
from resspec.spec.loading import load_spec
from resspec.spec.net import NetSpec
from resspec.study.chain import Chain
from resspec.study.columns import Columns
from resspec.study.constraints import Rule, rules_of
from resspec.study.declaration import Search
from resspec.study.dimensions import each_stage, space_of
from resspec.study.figures import Measures
from resspec.study.frontier import Frontier, frontier_of
from resspec.study.objectives import Goal, axes_of, goals_of, main_goal, preference
from resspec.study.profile import Profile, profile_of
from resspec.study.space import Dimension, Point, Space
from resspec.study.survey import Survey, survey

BASE = "base"
MOST_VALUES_TRIED = 100


@dataclass(frozen=True, eq=False)
class Problem:
    """A search whose base is legal and whose space and budgets are read."""

    search: Search
    base: NetSpec
    space: Space
    rules: tuple[Rule, ...]
    budgets: tuple[Budget, ...]
    pricer: Pricer
    goals: tuple[Goal, ...]
    table: Table | None = None
    """What latency is predicted by, where a budget or a goal asks for it."""

    @cached_property
    def preference(self) -> Measures:
        """What trials are ranked by."""
        return preference(self.goals, self.search.evaluator.measures)

    @property
    def main(self) -> str:
        """The name of the main measure."""
        return next(iter(self.search.evaluator.measures))

    @cached_property
    def axes(self) -> tuple[Goal, ...]:
        """What fronts are drawn over: the goals, and where there is one alone, the budgeted costs beside it."""
        return axes_of(self.goals, [budget.cost for budget in self.budgets])

    @cached_property
    def base_costs(self) -> Costs:
        """The base's costs."""
        return self.pricer.price({})

    @cached_property
    def base_fingerprint(self) -> str:
        """What the base is recognised by."""
        return compile_spec(self.base).fingerprint

    @cached_property
    def base_point(self) -> Point | None:
        """Where the base lies in the space; None outside, or where it breaks a budget."""
        positions = [self._base_position(dimension) for dimension in self.space.dimensions]
        point = tuple(p for p in positions if p is not None)
        inside = self.keeps({**self.base_costs.to_dict(), **self.prices(compile_spec(self.base))})
        if len(point) < len(positions) or not inside or not all(rule.holds(point) for rule in self.rules):
            return None
        return point

    @cached_property
    def chain(self) -> Chain:
        """The space as tables of parts."""
        return Chain(self.space, self.base, self.rules, Columns.of([b.cost for b in self.budgets], self.table))

    @cached_property
    def survey(self) -> Survey:
        """The space summed over, listed or sampled."""
        return survey(self.chain, self.budgets)

    def profile(self) -> Profile:
        """What can be reached; BudgetError when nothing is inside the budgets."""
        return profile_of(self.search.name, self.survey)

    def frontier(self) -> Frontier:
        """Every network inside the budgets, all still open."""
        return frontier_of(self.survey)

    def spec(self, point: Point) -> NetSpec:
        """The complete spec of a point."""
        return self.pricer.spec(self.space.values(point))

    def fingerprint(self, point: Point) -> str:
        """What a point's network is recognised by."""
        return compile_spec(self.spec(point)).fingerprint

    def facts(self, point: Point) -> dict[str, Any]:
        """What is stored with a point's trial beside its parameters."""
        costs = self.pricer.price(self.space.values(point))
        spec = self.spec(point)
        graph = compile_spec(spec)
        prices = {**costs.to_dict(), **self.prices(graph)}
        return {"fingerprint": graph.fingerprint, "costs": prices, "spec": spec.to_dict()}

    def identity(self) -> dict[str, Any]:
        """What makes the figures of two runs comparable; a study goes on only where all of it is the same."""
        said = self.search.to_dict()
        kept = {
            key: said[key] for key in ("space", "constraints", "duplicates", "evaluator", "sampler", "pruner", "seed")
        }
        goals = [[goal.name, goal.direction] for goal in self.goals]
        budgets = [str(budget) for budget in self.budgets]
        rates = {"latency table": self.table.to_dict()["rates"]} if self.table else {}
        spoken = [dimension.path for dimension in self.space.dimensions if dimension.spoken]
        names = {"names of parts": spoken} if spoken else {}  # before there were any, these were stored by position
        return {BASE: self.base.to_dict(), "objectives": goals, "budgets": budgets, **rates, **names, **kept}

    def implied(self) -> dict[str, Any]:
        """What the identity of a study means that was written before searches could say more."""
        goal = main_goal(self.search.evaluator.measures)
        return {"objectives": [[goal.name, goal.direction]], "constraints": [], "duplicates": "skip"}

    def keeps(self, prices: Mapping[str, int]) -> bool:
        """Whether a network of these costs is inside every budget."""
        return all(budget.holds(prices[budget.cost]) for budget in self.budgets)

    def prices(self, graph: Graph) -> dict[str, int]:
        """The figures of a network that are no counts, as far as budgets and goals ask: memory in bytes, latency in
        nanoseconds."""
        asked = {budget.cost for budget in self.budgets} | {goal.name for goal in self.goals if goal.is_cost}
        return {name: figure_of(graph, name, self.table) for name in sorted(asked - set(COSTS))}

    def _base_position(self, dimension: Dimension) -> int | None:
        """The value of a dimension that leaves the base what it is."""
        plan = resolve(self.base)
        for position, settings in enumerate(dimension.settings[:MOST_VALUES_TRIED]):
            try:
                if resolve(self.pricer.spec(settings)) == plan:
                    return position
            except SpecError:
                continue
        return None


def problem_of(search: Search) -> Problem:
    """The problem a search states; SpecError for a base or a space that is wrong, BudgetError for malformed budgets."""
    base = search.base_spec()
    compile_spec(base)
    pricer = Pricer(base)
    space = space_of(search, base)
    refuse_unknown_paths(search, space, pricer)
    marks = [search.root.nearest(("constraints", place, "of")).mark for place in range(len(search.constraints))]
    rules = rules_of(list(zip(search.constraints, marks, strict=True)), space, base)

    goals = goals_of(search.objectives, search.evaluator.measures, search.root)
    table = table_for(search, goals)

    def cost_of(cost: str, name: str) -> int:
        spec = base if name == BASE else load_spec(search.named(name, ("budgets", cost)))
        return figure_of(compile_spec(spec), cost, table)

    budgets, wrong = list[Budget](), list[ResspecError]()
    for cost, written in search.budgets.items():
        try:
            budgets.append(read_budget(cost, written, cost_of, search.root.nearest(("budgets", cost)).mark))
        except ResspecError as error:
            wrong.append(error)
    if wrong:
        raise type(wrong[0])(*(fault for error in wrong for fault in error.faults)) from wrong[0].__cause__
    return Problem(search, base, space, rules, tuple(budgets), pricer, goals, table)


LATENCY = "latency"


def table_for(search: Search, goals: Sequence[Goal]) -> Table | None:
    """The table of latency in use, where a budget or a goal asks for it; BudgetError at the place that does where there
    is none, or none to trust."""
    asked: list[tuple[str, ...]] = [("budgets", LATENCY)] if LATENCY in search.budgets else []
    asked += [("objectives",)] if any(goal.name == LATENCY and goal.is_cost for goal in goals) else []
    if not asked:
        return None
    try:
        return trusted_table()
    except BudgetError as error:
        mark = search.root.nearest(asked[0]).mark
        raise BudgetError(*(replace(fault, mark=mark) for fault in error.faults)) from None


def figure_of(graph: Graph, cost: str, table: Table | None) -> int:
    """The figure of a network for a cost, latency by a table that was read before."""
    return latency_nanoseconds(graph, table) if cost == LATENCY else FIGURES[cost](graph)


MISSPELT = ("RS203", "RS206")
"""Faults of a value that no other value mends: it names no kind, or is none of what may stand there."""
MISSPELT_PART = ("RS201", "RS202", *MISSPELT)
"""The same of a part that is written out with its kind."""


def is_slip(fault: Fault, dimension: Dimension, position: int) -> bool:
    """Whether a value that fails beside the base's others would beside any: it is no such part, or no such number."""
    value = dimension.values[position]
    if isinstance(value, Mapping) and "kind" in value:
        return fault.code in MISSPELT_PART
    is_own = any(fault.message.startswith(f"{path}: ") for path in dimension.paths)
    return fault.code in MISSPELT or (fault.code == "RS207" and is_own)


def refuse_unknown_paths(search: Search, space: Space, pricer: Pricer) -> None:
    """SpecError for every dimension none of whose values gives a network, and for listed values that can be no part of
    one; a value that fails beside some others only is left to the pricing of each point."""
    faults = []
    for dimension in space.dimensions:
        errors: dict[int, Fault] = {}
        tried = dimension.settings[:MOST_VALUES_TRIED]
        for position, settings in enumerate(tried):
            try:
                pricer.price(settings)
            except SpecError as error:
                errors[position] = error.faults[0]
            else:
                if dimension.ordered:
                    break
        key = ("space", written_for(dimension, search))
        if len(errors) == len(tried):
            entry = search.root.nearest(key)
            faults.append(replace(errors[0], mark=entry.key or entry.mark))
            continue
        for position, fault in errors.items():
            if not dimension.ordered and is_slip(fault, dimension, position):
                faults.append(replace(fault, mark=search.root.nearest((*key, position)).mark))
    if faults:
        raise SpecError(*faults)


def written_for(dimension: Dimension, search: Search) -> str:
    """The key of the space that a dimension came from."""
    if dimension.path in search.space:
        return dimension.path
    return next(key for key in search.space if dimension.path in each_stage(key, search.base_spec()))
