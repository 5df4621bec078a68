"""Drawings of a graph: SVG with a layout of its own, Mermaid, and a tree for terminals, at the zoom of stages, blocks
or operations. Readers of ops, shapes, sites and scopes alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from resspec.export.drawing.cells import NONE
from resspec.export.drawing.heat import Heat
from resspec.export.drawing.mermaid import mermaid
from resspec.export.drawing.scene import Scene, scene_of
from resspec.export.drawing.strip import strip
from resspec.export.drawing.svg import columns
from resspec.export.drawing.tree import tree
from resspec.ir import Graph

ZOOMS = ("stage", "block", "op")
FORMATS = ("svg", "mermaid", "text")


def draw(graph: Graph, zoom: str = "block", form: str = "svg", heat: str = "", memory: Mapping[str, int] = NONE) -> str:
    """The drawing as text; `heat` (macs, params, activations, memory) colours boxes by their share of a cost. `memory`
    gives the bytes of each node, which a reader of costs knows."""
    scene = scene_of(graph, zoom, memory)
    tint = Heat.of(scene, heat)
    writers: dict[str, Callable[[Scene, Heat], str]] = {"mermaid": mermaid, "text": tree}
    picture = strip if zoom == "stage" else columns
    return writers.get(form, picture)(scene, tint)
