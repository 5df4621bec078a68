"""The shortest file that means what a spec means: the same plan, so the same network, trained alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from resspec.authoring.settings import by_path, settings
from resspec.errors import ResspecError
from resspec.plan import Plan, resolve
from resspec.spec.loading import bases, load_spec, shipped_specs
from resspec.spec.merging import ADD, REMOVE
from resspec.spec.net import NetSpec
from resspec.spec.writing import shorthand, yaml_text

Data = dict[str, Any]

KEPT = ("name", "source", "budgets")
"""What is said about a network and not of it: kept as it was written."""
BASES_TRIED = 8
"""How many of the nearest shipped specs are tried as a base."""


def minimal(spec: NetSpec) -> str:
    """The shortest file that means what the spec means, as YAML."""
    written = spec.origin.written.plain() or spec.to_dict()
    about = {key: written[key] for key in KEPT if key in written}
    plan = resolve(spec)
    bodies = [stripped({}, body_of(written), plan)]
    for name in near(spec, exclude=own_names(spec, plan)):
        base = load_spec(name)
        over = changes(body_of(base.origin.written.plain()), body_of(written))
        if over is not None and means(found := {"extends": name} | over, plan):
            bodies.append(stripped({"extends": name}, {key: found[key] for key in over}, plan))
    return min((text(about, body) for body in bodies), key=len)


def body_of(data: Mapping[str, Any]) -> Data:
    """What decides the network."""
    return {key: value for key, value in data.items() if key not in (*KEPT, "resspec")}


def text(about: Data, body: Data) -> str:
    """A file, `extends` first."""
    head = {key: body[key] for key in ("extends",) if key in body}
    return yaml_text(shorthand(head | about | {key: value for key, value in body.items() if key != "extends"}))


def means(data: Data, plan: Plan) -> bool:
    """Whether data is a spec of this plan."""
    try:
        return resolve(load_spec({**data, "name": plan.name})) == plan
    except ResspecError:
        return False


def stripped(head: Data, body: Data, plan: Plan) -> Data:
    """The body without everything that can be left out, beside a head that stays."""
    for path in list(paths(body)):
        shorter = without(body, path)
        if shorter is not None and means(head | shorter, plan):
            body = shorter
    return head | body


def paths(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place of the data, the innermost first; the items of lists are no places, what they hold is."""
    items: Iterable[tuple[str | int, Any]] = ()
    if isinstance(data, dict):
        items = data.items()
    elif isinstance(data, list):
        items = enumerate(data)
    for step, inner in items:
        yield (*path, step)
        yield from paths(inner, (*path, step))


def without(data: Any, path: tuple[str | int, ...]) -> Any:
    """The data without one of its places; None where that is gone already or is an item of a list."""
    step, *rest = path
    if isinstance(data, dict) and not rest:
        return {key: value for key, value in data.items() if key != step} if step in data else None
    if not rest or (isinstance(data, dict) and step not in data):
        return None
    inner = without(data[step], tuple(rest))
    if inner is None:
        return None
    if isinstance(data, list):
        return [inner if place == step else item for place, item in enumerate(data)]
    return {key: inner if key == step else value for key, value in data.items()}


def changes(base: Data, wanted: Data) -> Data | None:
    """What laid over the base gives the wanted data; None where no such file is written."""
    over: Data = {}
    for key, value in wanted.items():
        if key not in base:
            over[key] = value
        elif base[key] != value:
            over[key] = change(key, base[key], value)
    return over | {REMOVE + key: None for key in base if key not in wanted}


def change(key: str, base: Any, wanted: Any) -> Any:
    """The value of a key that turns the base's into the wanted one."""
    if isinstance(base, dict) and isinstance(wanted, dict) and base.get("kind") == wanted.get("kind"):
        return changes(base, wanted)
    if key == "stages" and isinstance(base, list) and isinstance(wanted, list):
        return stage_changes(base, wanted)
    return wanted


def stage_changes(base: list[Data], wanted: list[Data]) -> Data:
    """What laid over a list of stages gives the wanted one, place by place."""
    over: Data = {}
    for place, (old, new) in enumerate(zip(base, wanted, strict=False), start=1):
        if old != new:
            over[str(place)] = changes(old, new)
    if len(wanted) > len(base):
        more = wanted[len(base) :]
        over[ADD] = more if len(more) > 1 else more[0]
    return over | {f"{REMOVE}{place}": None for place in range(len(wanted) + 1, len(base) + 1)}


def own_names(spec: NetSpec, plan: Plan) -> set[str]:
    """The names that a spec may not extend: its own, if it is a shipped one, and those of what extends it."""
    if spec.name not in shipped_specs() or resolve(load_spec(spec.name)) != plan:
        return set()
    return {spec.name} | {name for name in shipped_specs() if spec.name in bases(name)}


def near(spec: NetSpec, exclude: set[str]) -> list[str]:
    """The shipped specs whose values are nearest to the spec's."""
    own = by_path(settings(spec)).items()

    def gap(name: str) -> int:
        other = by_path(settings(load_spec(name))).items()
        return sum(1 for item in own if item not in other) + sum(1 for item in other if item not in own)

    candidates = [name for name in shipped_specs() if name not in exclude]
    return sorted(candidates, key=gap)[:BASES_TRIED]
