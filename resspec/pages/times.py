"""Sheets of times: what was measured, what is predicted, and how well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resspec.analysis.latency import TRUSTED, Table, op_seconds
from resspec.ir import Graph
from resspec.pages.sheet import Cell, Sheet

NOTE = "one forward pass of the emitted module, eager, in eval mode without autograd: the sum over its operations"


def bench_sheet(name: str, data: Mapping[str, Any]) -> Sheet:
    """A row for each form and job: median, quartiles, and images per second."""
    setting = data["setting"]
    rows: list[tuple[Cell, ...]] = [
        (
            row["form"],
            row["job"],
            _ms(row["median"]),
            _ms(row["low"]),
            _ms(row["high"]),
            f"{100 * row['interquartile'] / row['median']:.1f} %",
            f"{setting['images'] / row['median']:,.1f}",
        )
        for row in data["rows"]
    ]
    where = f"{data['device']}, {setting['dtype']}, batch {setting['images']}, {_threads(setting['threads'])}"
    rounds = data["rows"][0]["rounds"] if data["rows"] else 0
    note = f"median and quartiles of {rounds} rounds, in ms; torch {data['torch']}"
    header = ("form", "job", "median", "low", "high", "spread", "images/s")
    return Sheet(f"{name} on {where}", header, rows, words=2, note=note)


def table_sheet(table: Table) -> Sheet:
    """How a table predicts networks that it was not made from."""
    rows: list[tuple[Cell, ...]] = [
        (one.name, _ms(one.measured), _ms(one.predicted), f"{100 * (one.predicted / one.measured - 1):+.1f} %")
        for one in table.unseen
    ]
    verdict = "may bound a budget" if table.trusted else f"above {TRUSTED:.0%}: bounds no budget"
    title = f"latency on {where(table)}: median error {table.error:.1%} on {len(table.unseen)} unseen networks"
    return Sheet(title, ("network", "measured", "predicted", "off"), rows, words=1, note=f"in ms; the table {verdict}")


def latency_sheet(graph: Graph, table: Table) -> Sheet:
    """The predicted time of each stage, and of the whole."""
    stages: dict[str, float] = {}
    for node in graph:
        if node.op.arity:
            stage = node.site.partition(".")[0]
            stages.setdefault(stage, 0.0)
            stages[stage] += op_seconds(node.op, graph.shapes_in(node), node.shape, table)
    whole = sum(stages.values())
    rows: list[tuple[Cell, ...]] = [
        (name, _ms(taken), f"{100 * taken / whole:.1f} %") for name, taken in stages.items()
    ]
    error = f"median error {table.error:.1%} on {len(table.unseen)} unseen networks"
    title = f"{graph.facts.name}: predicted latency in ms on {where(table)}"
    return Sheet(title, ("stage", "ms", "share"), rows, ("total", _ms(whole), ""), 1, f"{NOTE}; {error}")


def where(table: Table) -> str:
    """The device and setting of a table."""
    return f"{table.device}, {table.dtype}, batch {table.images}, {_threads(table.threads)}"


def _threads(count: int) -> str:
    return f"{count} thread" + "s" * (count > 1)


def _ms(seconds: float) -> str:
    """Seconds in milliseconds to four digits."""
    return f"{1e3 * seconds:.4g}"
