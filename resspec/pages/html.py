"""A report as one HTML file that needs nothing else: totals, bars by stage, the drawing, sortable tables."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib.resources import files

from resspec.analysis.report import Report, report_of
from resspec.export.drawing import draw
from resspec.ir import Graph
from resspec.pages.levels import answered, level_sheet, sides
from resspec.pages.sheet import Sheet, shown
from resspec.spec.units import format_count

LEVELS = ("stages", "parts", "blocks", "layers")
PALETTE = ("#8fb8de", "#f4b183", "#9fd3a5", "#c9b1e0", "#f2d16b", "#e39aa6", "#8ed1d6", "#c8c3b6")
BARS = ("params", "macs", "activations")


def page(graph: Graph, batch: int = 1) -> str:
    """The page of a network."""
    report = report_of(graph).for_batch(batch)
    drawing = draw(graph, "block", "svg", "macs")
    body = "\n".join(
        (
            *head(report),
            *bars(report),
            "<h2>Drawing, of one image</h2>" if batch > 1 else "<h2>Drawing</h2>",
            f'<div class="drawing">{drawing}</div>',
            *tables(report),
            f'<p class="convention">{escape(report.convention)}</p>',
        )
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(report.name)}: costs</title>\n<style>\n{resource('page.css')}</style>\n</head>\n<body>\n"
        f"{body}\n<script>\n{resource('page.js')}</script>\n</body>\n</html>\n"
    )


def resource(name: str) -> str:
    """The text of a file beside this one."""
    return files("resspec.pages").joinpath(name).read_text(encoding="utf-8")


def head(report: Report) -> Iterator[str]:
    """Name, input and totals."""
    images = f"{report.batch} × " if report.batch > 1 else ""
    yield f"<h1>{escape(report.name)}</h1>"
    about = f"input {images}{sides(report.input)}{answered(report)} · fingerprint {report.fingerprint}"
    yield f'<p class="about">{about}</p>'
    yield '<div class="totals">'
    for name, value in report.costs.to_dict().items():
        yield f"<div>{name}<b>{format_count(value)}</b><span>{value:,}</span></div>"
    yield "</div>"


def bars(report: Report) -> Iterator[str]:
    """How each cost is spread over the stages."""
    colors = [PALETTE[place % len(PALETTE)] for place in range(len(report.stages))]
    yield '<h2>Where the costs are</h2>\n<div class="bars">'
    for cost in BARS:
        yield f'<span>{cost}</span><div class="bar">'
        for row, color in zip(report.stages, colors, strict=True):
            share = 100 * getattr(row, cost) / max(1, getattr(report, cost))
            words = f"{share:.0f} %" if share >= 4 else ""
            hint = escape(f"{row.name}: {getattr(row, cost):,} ({share:.2f} %)", quote=True)
            yield f'<i style="width:{share:.3f}%;background:{color}" title="{hint}">{words}</i>'
        yield "</div>"
    names = "".join(
        f'<span style="background:{color}"></span>{escape(row.name)}'
        for row, color in zip(report.stages, colors, strict=True)
    )
    yield f'<div class="key">{names}</div>\n</div>'


def tables(report: Report) -> Iterator[str]:
    """A table for each level; one is shown at a time."""
    yield '<h2>Rows</h2>\n<div class="tabs">'
    for level in LEVELS:
        yield f'<button data-level="{level}">{level} ({len(report.rows(level))})</button>'
    yield '<input type="search" placeholder="filter" aria-label="filter rows">\n</div>'
    for level in LEVELS:
        yield from table(level_sheet(report, level, whole=True), level)


def table(sheet: Sheet, level: str) -> Iterator[str]:
    """A sheet as a table whose cells carry what they are sorted by."""

    def row(cells: tuple[str | int, ...], tag: str) -> str:
        sides = ['class="word" '] * sheet.words + [""] * (len(cells) - sheet.words)
        written = (
            f'<{tag} {side}data-value="{escape(str(cell), quote=True)}">{escape(shown(cell))}</{tag}>'
            for side, cell in zip(sides, cells, strict=True)
        )
        return f"<tr>{''.join(written)}</tr>"

    yield f'<table data-level="{level}">\n<thead>{row(sheet.header, "th")}</thead>\n<tbody>'
    for cells in sheet.rows:
        yield row(cells, "td")
    yield f"</tbody>\n<tfoot>{row(sheet.foot, 'td')}</tfoot>\n</table>"
