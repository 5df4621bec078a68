"""A tree for terminals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from resspec.export.drawing.heat import WORDS, Heat
from resspec.export.drawing.labels import short, sides
from resspec.export.drawing.legend import skips_of
from resspec.export.drawing.scene import Box, Scene

BAR = 12


def tree(scene: Scene, heat: Heat) -> str:
    """The scene as text: a line for each box, its shape, and bars for heat."""
    load = scene.load
    head = f"{scene.name}  {scene.given}  {short(load.params)} params  {short(load.macs)} MACs"
    rows = [
        row
        for place, stage in enumerate(scene.stages)
        for row in _rows(stage, "", place == len(scene.stages) - 1, scene.zoom, heat, 1, _read(scene.stages, place))
    ]
    words = max((len(left) for left, _, _ in rows), default=0)
    shapes = max((len(shape) for _, shape, _ in rows), default=0)
    lines = [f"{left:{words}}  {shape:>{shapes}}  {bar}".rstrip() for left, shape, bar in rows]
    foot = [f"bars: {WORDS[heat.cost]}, {short(heat.all)} in all"] if heat.cost else []
    return "\n".join([head, *lines, *foot, ""])


Line = tuple[str, str, str]


def _rows(
    box: Box, stem: str, last: bool, zoom: str, heat: Heat, times: int, read: str | None = None
) -> Iterator[Line]:
    """The lines of a box and of what it holds. `read` tells what it reads, where its own words do not."""
    times *= box.count
    branch, below = ("└─ ", "   ") if last else ("├─ ", "│  ")
    yield stem + branch + _words(box, zoom, read), sides(box.shape), _bar(heat, box, times)
    inside = () if zoom == "stage" else tuple(inner for inner in box.inside if inner.role != "block" and inner.title)
    if zoom == "block" and box.skip:
        inside = ()
    for place, inner in enumerate(inside):
        yield from _rows(inner, stem + below, place == len(inside) - 1, zoom, heat, times)


def _read(stages: Sequence[Box], place: int) -> str:
    """What a stage reads, in the end of its name where no other ends so; empty where that is the stage before it."""
    box = stages[place]
    if box.inputs == ((stages[place - 1].key,) if place else ("",)):
        return ""
    ends = Counter(stage.key.rpartition(".")[2] for stage in stages)
    names = []
    for key in box.inputs:
        end = key.rpartition(".")[2]
        names.append((end if ends[end] == 1 and not end.isdigit() else key) or "input")
    return f"  <- {', '.join(names)}"


def _words(box: Box, zoom: str, read: str | None = None) -> str:
    count = f" ×{box.count}" if box.count > 1 else ""
    body = next((inner.lines for inner in box.inside if inner.role == "block"), ())
    if zoom != "stage" and (box.skip or body):
        skip = f" + {box.skip}" if box.skip else ""
        return f"{box.title}{count}  [{' | '.join(body)}]{skip}" if body else f"{box.title}{count}{skip}"
    if zoom == "stage":
        kinds = counted(title for inner in box.inside if inner.inside for title in [inner.title] * inner.count)
        skips = counted(skips_of(box))
        return "  ".join(filter(None, (box.title, kinds, f"+ {skips}" if skips else ""))) + (read or "")
    finish = f" · {' · '.join(box.lines)}" if box.lines and box.role != "block" else ""
    styles = dict(box.styles)
    ways = [styles.get(name) or name.rpartition(".")[2] or "entry" for name in box.inputs]
    joined = read if read is not None else f"  <- {', '.join(ways)}" if len(ways) > 1 else ""
    return f"{box.title}{count}{finish}{joined}"


def counted(words: Iterable[str]) -> str:
    """`projection ×1, identity ×2`."""
    return ", ".join(f"{word} ×{count}" for word, count in Counter(words).items())


def _bar(heat: Heat, box: Box, times: int) -> str:
    """A bar by share of the network, and the share."""
    if not heat.cost:
        return ""
    share = heat.share(box, times)
    filled = round(share * BAR)
    return f"{'█' * filled}{'░' * (BAR - filled)} {100 * share:5.1f} %"
