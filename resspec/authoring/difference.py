"""What two specs differ in: in the language, value by value, and in cost, stage by stage."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resspec.analysis.cost import Costs
from resspec.analysis.figures import FIGURES
from resspec.analysis.report import Report, report_of
from resspec.authoring.settings import by_path, settings
from resspec.compile import compile_spec
from resspec.spec.budgets import COSTS, QUANTITIES
from resspec.spec.net import NetSpec

NAMES = ("name", "source")
"""What is said about a network and makes no difference."""
ABSENT = Costs(0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Change:
    """A value of the first spec and of the second; None where one has none."""

    path: str
    before: Any
    after: Any

    def __str__(self) -> str:
        if self.before is None:
            return f"+ {self.path}: {word(self.after)}"
        if self.after is None:
            return f"- {self.path}: {word(self.before)}"
        return f"  {self.path}: {word(self.before)} -> {word(self.after)}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"path": self.path, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class Step:
    """The costs of a stage, or of the whole, in the first network and in the second."""

    name: str
    before: Costs
    after: Costs

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"name": self.name, "before": self.before.to_dict(), "after": self.after.to_dict()}


@dataclass(frozen=True, slots=True)
class Measure:
    """The memory (bytes) or latency (nanoseconds) of the first network and of the second; no sum over stages."""

    name: str
    before: int
    after: int

    def __str__(self) -> str:
        return move(self.before, self.after, QUANTITIES[self.name].exact)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"name": self.name, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class Difference:
    """The whole: the two names, whether the networks are the same, the changed values, the stages, the totals, and what
    is known of the whole alone."""

    names: tuple[str, str]
    same: bool
    changes: tuple[Change, ...]
    stages: tuple[Step, ...]
    total: Step
    measures: tuple[Measure, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        changes, stages = [change.to_dict() for change in self.changes], [step.to_dict() for step in self.stages]
        head = {"names": list(self.names), "same": self.same}
        measures = [measure.to_dict() for measure in self.measures]
        return {**head, "changes": changes, "stages": stages, "total": self.total.to_dict(), "measures": measures}

    def markdown(self) -> str:
        """The difference for a pull request."""
        first, second = self.names
        lines = [f"### `{first}` → `{second}`", ""]
        if self.same:
            lines += ["The same network.", ""]
        if self.changes:
            lines += ["| value | before | after |", "|---|---|---|"]
            lines += [f"| `{c.path}` | {_cell(c.before)} | {_cell(c.after)} |" for c in self.changes]
            lines.append("")
        lines += ["| stage | " + " | ".join(COSTS) + " |", "|---|" + "--:|" * len(COSTS)]
        for step in (*self.stages, self.total):
            lines.append(f"| {step.name} | " + " | ".join(moves(step)) + " |")
        lines += ["", *(f"{measure.name}: {measure}  " for measure in self.measures)]
        return "\n".join(lines) + "\n"


def difference(first: NetSpec, second: NetSpec, measured: Sequence[str] = ("memory",)) -> Difference:
    """What two specs differ in, with these figures of the whole; SpecError where one is no legal network, BudgetError
    where latency is asked for and no table is there."""
    graphs = compile_spec(first), compile_spec(second)
    before, after = (report_of(graph) for graph in graphs)
    changes = _changes(by_path(settings(first)), by_path(settings(second)))
    total = Step("total", before.costs, after.costs)
    measures = tuple(Measure(name, *(FIGURES[name](graph) for graph in graphs)) for name in measured)
    same = before.fingerprint == after.fingerprint
    return Difference((before.name, after.name), same, changes, _stages(before, after), total, measures)


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """The values that are not the same, in the order of the first spec, then those that only the second has."""
    paths = [path for path in dict.fromkeys((*before, *after)) if path not in NAMES]
    found = [Change(path, before.get(path), after.get(path)) for path in paths]
    return tuple(change for change in found if change.before != change.after)


def _stages(before: Report, after: Report) -> tuple[Step, ...]:
    """The costs of each stage of either network; what follows the stages stands last."""
    rows = [{row.name: row.costs for row in report.stages} for report in (before, after)]
    last = [name for name in merged(*rows) if not name.startswith(("stem", "layer"))]
    body = sorted({*rows[0], *rows[1]}.difference(last), key=lambda name: (name != "stem", len(name), name))
    return tuple(Step(name, rows[0].get(name, ABSENT), rows[1].get(name, ABSENT)) for name in (*body, *last))


def merged(first: Iterable[str], second: Iterable[str]) -> list[str]:
    """The names of both in one order: what only the second has stands before what follows it there."""
    found, after = list(first), list(second)
    for place, name in enumerate(after):
        if name not in found:
            following = next((other for other in after[place + 1 :] if other in found), None)
            found.insert(len(found) if following is None else found.index(following), name)
    return found


def moves(step: Step) -> list[str]:
    """Each cost of a step: how it changed, or what it stayed."""
    return [move(getattr(step.before, cost), getattr(step.after, cost)) for cost in COSTS]


def move(before: int, after: int, written: Callable[[int], str] = "{:,}".format) -> str:
    """1,000 -> 1,500 (+50 %); the figure alone where it stayed."""
    if before == after:
        return written(before)
    share = f" ({100 * (after - before) / before:+.1f} %)" if before else ""
    return f"{written(before)} -> {written(after)}{share}"


def word(value: Any) -> str:
    """A value as a spec would write it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _cell(value: Any) -> str:
    """A value in a table of Markdown; empty for none."""
    return "" if value is None else "`" + word(value).replace("|", "\\|").replace("`", "'") + "`"
