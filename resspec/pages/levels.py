"""A report at one level as a sheet: per op, block, stage or part."""

from __future__ import annotations

from resspec.analysis.cost import NAMES, Costs
from resspec.analysis.report import Report
from resspec.ir import Shape
from resspec.pages.sheet import Cell, Sheet

SHOWN = ("params", "macs", "flops", "activations")


def level_sheet(report: Report, level: str, *, whole: bool = False) -> Sheet:
    """The rows of a level and the totals; `whole` has every column, as spreadsheets want it."""
    header, costs = (("name", "kind", "op", "input", "output"), NAMES) if whole else (("name", "kind", "output"), SHOWN)
    rows: list[tuple[Cell, ...]] = []
    for row in report.rows(level):
        words = (row.name, row.kind, row.op, sides(row.input), sides(row.output))
        rows.append((*(words if whole else (row.name, row.op or row.kind, words[-1])), *_figures(row.costs, costs)))
    foot: tuple[Cell, ...] = ("total", *[""] * (len(header) - 1), *_figures(report.costs, costs))
    return Sheet(title(report), (*header, *costs), rows, foot, len(header), report.convention)


def title(report: Report) -> str:
    """What the figures are about."""
    images = f"{report.batch} x " if report.batch > 1 else ""
    maps = f"input {images}{sides(report.input)}{answered(report)}"
    return f"{report.name}: {maps}, {report.buffers:,} buffer elements, fingerprint {report.fingerprint}"


def answered(report: Report) -> str:
    """`, outputs out 21x512x512, aux 21x512x512` where a network has several; empty where it has one."""
    told = ", ".join(f"{name} {sides(shape)}" for name, shape in report.outputs.items())
    return f", outputs {told}" if len(report.outputs) > 1 else ""


def sides(shape: Shape) -> str:
    """64x56x56."""
    return "x".join(str(side) for side in shape)


def _figures(costs: Costs, wanted: tuple[str, ...]) -> tuple[int, ...]:
    figures = costs.to_dict()
    return tuple(figures[name] for name in wanted)
