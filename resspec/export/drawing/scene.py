"""The scene: boxes in boxes. Stages hold blocks, blocks hold cells; equal neighbours are one box."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from resspec.export.drawing.cells import NONE, Cell, Load, cells_of
from resspec.export.drawing.labels import sides
from resspec.export.drawing.skips import ENTRY, body_of, skip_of
from resspec.ir import Graph, Shape

NOTHING = Load()


@dataclass(frozen=True, slots=True)
class Box:
    """Something that is drawn: a cell, a block or a stage. `inputs` are siblings, the empty key being what enters the
    box around; `inside` are its own boxes; `count` equal boxes stand in a row; `skip` names the path round its body."""

    key: str
    title: str
    lines: tuple[str, ...] = ()
    role: str = "group"
    shape: Shape = ()
    load: Load = NOTHING
    inputs: tuple[str, ...] = ()
    inside: tuple[Box, ...] = ()
    count: int = 1
    skip: str = ""
    sign: str = ""
    styles: tuple[tuple[str, str], ...] = ()
    """Inputs whose line has a style: (sibling, `identity`, `projection` …)."""
    look: tuple[object, ...] = ()
    """What makes two boxes equal."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A network to draw: its name and input, the boxes of its stages, and their load in all."""

    name: str
    zoom: str
    input: Shape
    stages: tuple[Box, ...]
    load: Load
    others: tuple[str, ...] = ()
    """What the network is given besides."""

    @property
    def given(self) -> str:
        """All that the network is given: the sides of its image, and names."""
        return ", ".join((sides(self.input), *self.others))


def scene_of(graph: Graph, zoom: str, memory: Mapping[str, int] = NONE) -> Scene:
    """The scene at a zoom (`stage`, `block`, `op`), with the bytes of each node."""
    groups: dict[str, list[Cell]] = {}
    cells = cells_of(graph, memory)
    split = _split(graph, cells)
    for cell in cells:
        groups.setdefault(column_of(cell.site, split), []).append(cell)
    stages = [_stage(graph, name, members, zoom) for name, members in groups.items()]
    owner = {cell.key: name for name, members in groups.items() for cell in members}
    linked = [replace(stage, inputs=_sources(groups[stage.key], owner, stage.key)) for stage in stages]
    image, *others = graph.signature
    names = tuple(argument.name for argument in others)
    return Scene(graph.facts.name, zoom, image.shape, tuple(linked), _sum(cell.load for cell in cells), names)


def _split(graph: Graph, cells: Sequence[Cell]) -> set[str]:
    """What stands behind the body in steps or levels of its own, each of which is drawn like a stage."""
    inner = {cell.site.partition(".")[0] for cell in cells if "." in cell.site}
    shared = {cell.site.partition(".")[0] for cell in cells if cell.maps > 1}
    return {top for top in inner - shared if top in graph.scopes and graph.scopes[top].kind != "stage"}


def column_of(site: str, split: set[str]) -> str:
    """The stage that a site is drawn in."""
    steps = site.split(".")
    return ".".join(steps[:2]) if steps[0] in split else steps[0]


def _stage(graph: Graph, name: str, cells: Sequence[Cell], zoom: str) -> Box:
    """A stage: its blocks, and cells of its own between them."""
    groups: dict[str, list[Cell]] = {}
    for cell in cells:
        groups.setdefault(cell.key if cell.site == name else cell.site, []).append(cell)
    owner = {cell.key: group for group, members in groups.items() for cell in members}
    boxes = []
    for group, members in groups.items():
        scope = graph.scopes.get(group)
        inputs = _sources(members, owner, group)
        if members[0].site == name:
            boxes.append(replace(_cell(members[0]), inputs=inputs))
        else:
            kind = scope.kind if scope else group
            maps = max(cell.maps for cell in members)
            boxes.append(_block(group, f"{kind} on {maps} maps" if maps > 1 else kind, members, zoom, inputs))
    inside = collapsed(boxes)
    return Box(name, name, shape=cells[-1].shape, load=_sum(cell.load for cell in cells), inside=inside)


def _block(key: str, kind: str, cells: Sequence[Cell], zoom: str, inputs: tuple[str, ...]) -> Box:
    """A block; at the zoom of blocks its body is one box that lists the convolutions."""
    names = {cell.key: f"{place}" for place, cell in enumerate(cells)}
    inner = [
        replace(_cell(cell), inputs=tuple(dict.fromkeys(name if name in names else ENTRY for name in cell.inputs)))
        for cell in cells
    ]
    look = tuple((box.title, box.lines, box.shape, tuple(names.get(n, ENTRY) for n in box.inputs)) for box in inner)
    load = _sum(cell.load for cell in cells)
    skip = skip_of(cells)
    if zoom == "op":
        inside = tuple(
            replace(box, styles=((skip.source, skip.style),)) if skip and box.key == skip.join else box for box in inner
        )
    else:
        body = Box(f"{key}/body", "", body_of(cells), "block", cells[-1].shape, load, (ENTRY,))
        inside = (body,)
        if skip:
            inside += (
                Box(
                    f"{key}/join",
                    "",
                    skip.finish,
                    "join",
                    cells[-1].shape,
                    Load(),
                    (body.key, ENTRY),
                    sign="+",
                    styles=((ENTRY, skip.style),),
                ),
            )
    return Box(
        key, kind, (), "group", cells[-1].shape, load, inputs, inside, skip=skip.style if skip else "", look=look
    )


def _cell(cell: Cell) -> Box:
    look = (cell.title, cell.finish, cell.shape)
    return Box(
        cell.key, cell.title, cell.finish, cell.role, cell.shape, cell.load, cell.inputs, sign=cell.sign, look=look
    )


def _sources(cells: Sequence[Cell], owner: dict[str, str], group: str) -> tuple[str, ...]:
    """The siblings that a group of cells reads, the empty key for what comes from outside."""
    found = dict.fromkeys(owner.get(name, ENTRY) for cell in cells for name in cell.inputs)
    found.pop(group, None)
    return tuple(found)


def collapsed(boxes: Sequence[Box]) -> tuple[Box, ...]:
    """Boxes where a run of equal blocks in a chain is one box with a count."""
    readers: dict[str, int] = {}
    for box in boxes:
        for source in box.inputs:
            readers[source] = readers.get(source, 0) + 1
    kept: list[Box] = []
    stands: dict[str, str] = {}
    for box in boxes:
        last = kept[-1] if kept else None
        chained = last is not None and len(box.inputs) == 1 and stands.get(box.inputs[0]) == last.key
        if last and chained and box.inside and box.look == last.look and readers[box.inputs[0]] == 1:
            kept[-1] = replace(last, count=last.count + 1)
            stands[box.key] = last.key
        else:
            kept.append(replace(box, inputs=tuple(stands.get(name, name) for name in box.inputs)))
            stands[box.key] = box.key
    return tuple(kept)


def _sum(loads: Iterable[Load]) -> Load:
    return sum(loads, NOTHING)
