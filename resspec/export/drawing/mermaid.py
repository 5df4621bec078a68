"""Mermaid flowcharts, as GitHub renders them in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from resspec.export.drawing.heat import Heat
from resspec.export.drawing.labels import sides
from resspec.export.drawing.legend import skips_of
from resspec.export.drawing.scene import Box, Scene
from resspec.export.drawing.skips import ENTRY


def mermaid(scene: Scene, heat: Heat) -> str:
    """The scene as a flowchart: stages are subgraphs, skips are dotted lines that bear their style."""
    chart = _Chart(heat, scene.zoom)
    direction = "LR" if scene.zoom == "stage" else "TB"
    lines = [f"flowchart {direction}", f'  input(["input<br/>{scene.given}"])']
    exits: dict[str, str] = {ENTRY: "input"}
    for stage in scene.stages:
        first, *others = stage.inputs or (ENTRY,)
        number = chart.number + 1
        body, exits[stage.key] = chart.box(stage, exits.get(first, "input"), "  ", 1)
        whole = "subgraph" in body[0]
        chart.links += [f"  {exits[name]} --> {'g' if whole else 'n'}{number}" for name in others if name in exits]
        lines += body
    return "\n".join([*lines, *chart.links, *chart.styles, ""])


class _Chart:
    """Numbers the nodes and gathers lines between them."""

    def __init__(self, heat: Heat, zoom: str) -> None:
        self.heat = heat
        self.zoom = zoom
        self.links: list[str] = []
        self.styles: list[str] = []
        self.number = 0

    def box(self, box: Box, entry: str, indent: str, times: int) -> tuple[list[str], str]:
        """The lines of a box that is entered from a node, and the node it is left by."""
        times *= box.count
        if not box.inside or (self.zoom == "stage" and times == 1 and indent == "  "):
            return self.leaf(box, {ENTRY: entry}, indent, times)
        self.number += 1
        lines = [f'{indent}subgraph g{self.number}["{_title(box)}"]']
        nodes = {ENTRY: entry}
        for inner in box.inside:
            if inner.inside:
                source = nodes[inner.inputs[0]] if inner.inputs else entry
                body, nodes[inner.key] = self.box(inner, source, indent + "  ", times)
            else:
                body, nodes[inner.key] = self.leaf(inner, nodes, indent + "  ", times)
            lines += body
        return [*lines, f"{indent}end"], nodes[box.inside[-1].key]

    def leaf(self, box: Box, nodes: Mapping[str, str], indent: str, times: int) -> tuple[list[str], str]:
        """A node, and the lines into it."""
        self.number += 1
        node = f"n{self.number}"
        styles = dict(box.styles)
        for source in dict.fromkeys(name if name in nodes else ENTRY for name in box.inputs or (ENTRY,)):
            style = styles.get(source, "")
            arrow = f"-. {style} .->" if style else "-->"
            self.links.append(f"  {nodes[source]} {arrow} {node}")
        if self.heat.cost:
            fill, ink = self.heat.fill(box, times), self.heat.ink(box, times)
            self.styles.append(f"  style {node} fill:{fill},color:{ink}")
        return [f"{indent}{node}{_shape(box, list(_lines(box, self.zoom)))}"], node


def _title(box: Box) -> str:
    return f"{box.title} ×{box.count}" if box.count > 1 else box.title


def _lines(box: Box, zoom: str) -> Iterator[str]:
    yield _title(box)
    if zoom == "stage":
        yield from (_title(inner) for inner in box.inside if inner.inside)
        styles = list(skips_of(box))
        yield from (f"{style} ×{styles.count(style)}" for style in dict.fromkeys(styles))
    elif box.lines:
        yield from box.lines if box.role == "block" else [" · ".join(box.lines)]
    yield sides(box.shape)


def _shape(box: Box, lines: list[str]) -> str:
    """Joins are circles, all else is a box; text is quoted and its own marks are taken out."""
    if box.sign:
        return f'(("{box.sign}"))'
    return '["' + "<br/>".join(line.replace('"', "'") for line in lines if line) + '"]'
