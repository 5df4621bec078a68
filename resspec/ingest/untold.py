"""What shapes do not tell of a network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Literal, get_args, get_origin

from resspec.compile import compile_spec
from resspec.errors import ResspecError
from resspec.ingest.fit import weights_of
from resspec.ingest.numbers import Place, changed, parts_of
from resspec.ingest.templates import classifies
from resspec.ir import Graph
from resspec.parts import FAMILIES, Part
from resspec.plan import resolve
from resspec.spec.net import NetSpec

ENDS = ("neck", "decoder", "head", "heads", "condition")
"""The parts of a network that is no classifier whose fields are looked at one by one."""
LEFT_OUT = ("zero_init",)
"""Fields of how training starts."""


def untold(spec: NetSpec) -> tuple[str, ...]:
    """The values of a spec that no name or shape shows, as texts."""
    plan = resolve(spec)
    site, block = plan.stages[0].blocks[0].site, plan.stages[0].blocks[0].block
    stem: Any = plan.stem.stem
    found = [f"input {'x'.join(str(side) for side in spec.input)}"]
    found += [f"stem stride {stem.stride}"] if hasattr(stem, "stride") else []
    found += [f"stem pool {stem.pool.kind}"] if hasattr(stem, "pool") and stem.pool.kind != "conv" else []
    found.append("strides " + " ".join(str(stage.stride) for stage in spec.stages))
    found += [f"output stride {spec.output_stride}"] if spec.output_stride else []
    found.append(f"act {site.act.kind}")
    found.append(f"down {site.down.kind}")
    found += [f"stride_on {stride_on}"] if (stride_on := getattr(block, "stride_on", "")) else []
    found += [f"shortcut {site.shortcut.kind}"] if site.shortcut.kind in ("pad", "none", "identity") else []
    found += [f"norm {key} {value}" for key, value in site.norm.to_data().items() if key in ("eps", "groups")]
    return (*found, *(() if classifies(plan) else unseen(spec)))


def unseen(spec: NetSpec) -> Iterator[str]:
    """The fields of what follows the body, and of what the network is told, that may be others beside the same
    tensors, and then make another network."""
    own = compile_spec(spec)
    full = parts_of(resolve(spec), spec)
    for key in ENDS:
        for place, value, others in choices((key,), full.get(key)):
            if any(is_hidden(spec, place, other, own) for other in others):
                text = str(value).lower() if isinstance(value, bool) else str(value)
                yield f"{' '.join(str(step) for step in place if step != 'kind')} {text}"


def choices(place: Place, data: Any) -> Iterator[tuple[Place, Any, list[Any]]]:
    """The fields of a part with their places, values, and other values."""
    if not isinstance(data, dict):
        return
    kind: type[Part] = FAMILIES[str(place[-1])].kinds()[data["kind"]]
    for name, field in kind.model_fields.items():
        value = data[name]
        if name in FAMILIES and isinstance(value, dict):
            kinds = FAMILIES[name].kinds()
            yield (*place, name, "kind"), value["kind"], [other for other in kinds if other != value["kind"]]
            yield from choices((*place, name), value)
        elif name not in LEFT_OUT:
            yield (*place, name), value, others_than(value, field.annotation)


def others_than(value: Any, annotation: Any) -> list[Any]:
    """Values that a field may have in place of its own."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, float):
        return [value * 2, value + 0.5, value / 2]
    if isinstance(value, int):
        return [value * 2 or 1, value + 1]
    return [other for other in get_args(annotation) if other != value] if get_origin(annotation) is Literal else []


def is_hidden(spec: NetSpec, place: Place, value: Any, own: Graph) -> bool:
    """Whether a spec with another value somewhere is another network of the same tensors."""
    with suppress(ResspecError):
        other = compile_spec(changed(spec, {place: value}))
        return weights_of(other) == weights_of(own) and other.fingerprint != own.fingerprint
    return False
