"""The table of the zoo: every shipped spec with its exact costs. No graph is composed: blocks are priced by site."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from resspec.analysis.cost import CONVENTION, NAMES, Costs, total
from resspec.ir import Shape
from resspec.pages.sheet import Cell, Sheet
from resspec.plan import resolve
from resspec.pricing import priced
from resspec.spec.loading import load_spec, shipped_specs


@dataclass(frozen=True, slots=True)
class Entry:
    """A shipped spec: its family (the folder it lies in), its source (the peer or paper whose network it is), input and
    costs."""

    name: str
    family: str
    source: str
    input: Shape
    costs: Costs

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        head = {"name": self.name, "family": self.family, "source": self.source, "input": list(self.input)}
        return {**head, **self.costs.to_dict()}


def entries(names: Sequence[str], *overrides: str) -> Iterator[Entry]:
    """The entries of shipped specs, with changes laid over each of them; about 5 ms each."""
    paths = shipped_specs()
    for name in names:
        spec = load_spec(name, *overrides)
        plan = resolve(spec)
        costs = total(part for part, _ in priced(plan))
        yield Entry(name, paths[name].parent.name, spec.source or "", plan.input, costs)


COLUMNS = ("name", "family", "source", "input")


def zoo(listed: Sequence[Entry], costs: Sequence[str] = NAMES, *, brief: bool = False) -> Sheet:
    """Entries as a table with these costs; `brief` names the peer of a source and leaves out which of its files."""
    rows: list[tuple[Cell, ...]] = [
        (
            entry.name,
            entry.family,
            entry.source.partition("/")[0] if brief else entry.source,
            "x".join(map(str, entry.input)),
            *_figures(entry.costs, costs),
        )
        for entry in listed
    ]
    return Sheet(
        "1 network" if len(rows) == 1 else f"{len(rows)} networks",
        (*COLUMNS, *costs),
        rows,
        words=len(COLUMNS),
        note=CONVENTION,
    )


def _figures(costs: Costs, wanted: Sequence[str]) -> tuple[int, ...]:
    figures = costs.to_dict()
    return tuple(figures[name] for name in wanted)
