"""Modules beside the network that their tensors tell: the same tensors, the same answers."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from resspec.compile import compile_spec
from resspec.errors import ResspecError, WeightsError
from resspec.export.inputs import inputs
from resspec.export.module import build_module
from resspec.export.source import source_of
from resspec.export.weights import load_weights
from resspec.ingest.answers import by_name, share
from resspec.ingest.importing import Imported, changed
from resspec.ingest.inferring import infer
from resspec.ingest.templates import classifies, shipped
from resspec.ingest.told import Inferred
from resspec.ingest.untold import untold
from resspec.plan import resolve
from resspec.spec.loading import load_spec
from resspec.spec.net import NetSpec

TOLERANCE = 1e-4
"""The largest difference of outputs, as a share of their root mean square."""
SIDES = (0, 5)
"""What is added to the spec's own size, so that odd sizes are compared too."""
SMALL = 128
"""The side of images that networks other than classifiers are compared on."""
BOUND = ("attention-pool",)
"""Heads that read one size alone."""
VARIATIONS: tuple[tuple[str, ...], ...] = (
    *((f"act={act}",) for act in ("silu", "leaky-relu", "gelu")),
    ("block.stride_on=1x1",),
    ("down=blur",),
    ("down=avg",),
    ("stem.pool=none",),
    ("stem.pool=max",),
    ("stem.stride=1", "stem.pool=none"),
    ("stem.stride=2", "stem.pool=none"),
    ("stages.1.stride=2",),
    ("stem.pool=avg",),
    ("stem.pool=max-blur", "down=blur"),
    ("block.linear_out=true",),
)
"""What shapes do not tell, varied where the answers differ."""


def from_module(module: Any, *overrides: str, like: str = "", name: str = "") -> Imported:
    """The spec of a torch module, whose answers are compared."""
    if not isinstance(module, nn.Module):
        raise WeightsError.of("RS616", f"the function returns a {type(module).__name__}, not a torch module")
    given = {key: tuple(tensor.shape) for key, tensor in module.state_dict().items()}
    found = infer(given, like)
    found = replace(found, spec=changed(found, given, overrides, name or "imported"))
    if not is_classifier(found) and not is_comparable(module, found):
        assumed = untold(found.spec)
        return Imported(found.spec, found.naming, found.like, assumed, found.equals, confirmed=False, body=found.body)
    same = confirmed(module, found)
    if same is None:
        listed = "; ".join(untold(found.spec))
        raise WeightsError.of(
            "RS615",
            f"the module has the tensors of {found.like}, but answers otherwise (taken: {listed})",
            remedy="set what differs: act=silu, stages.1.stride=2, …, or name a spec: --like",
        )
    data = {key: value for key, value in same[0].to_dict().items() if key not in ("source", "budgets")}
    spec = load_spec({**data, "name": name or "imported"})
    return Imported(spec, found.naming, same[1], (), (), confirmed=True, body=found.body)


def confirmed(module: nn.Module, found: Inferred) -> tuple[NetSpec, str] | None:
    """The spec that gives the module's answers, and the shipped one it is like: the one inferred, another of the same
    tensors, or a variation of what shapes do not tell; None where none does."""
    theirs = filled(module)
    for spec, like in candidates(found):
        try:
            if difference(theirs, spec) <= TOLERANCE:
                return spec, like
        except Exception:  # noqa: BLE001, S112  # a size or a variation that this network refuses; whatever theirs raises
            continue
    return None


def is_classifier(found: Inferred) -> bool:
    """Whether the network tells classes of images apart: then it answers as others do."""
    return classifies(resolve(found.spec))


def is_comparable(module: nn.Module, found: Inferred) -> bool:
    """Whether a module takes what the network takes, and answers in as many tensors of these shapes: whole detectors
    answer with the boxes that they chose."""
    try:
        difference(filled(module), found.spec)
    except Exception:  # noqa: BLE001  # whatever a stranger's module raises
        return False
    return True


def candidates(found: Inferred) -> Iterator[tuple[NetSpec, str]]:
    """The specs to try, each with the shipped one it is like; the inferred one first."""
    yield found.spec, found.like
    yield from ((shipped(name), name) for name in found.equals)
    for overrides in VARIATIONS:
        try:
            yield load_spec(found.spec, *overrides), found.like
        except ResspecError:
            continue


def filled(module: nn.Module) -> nn.Module:
    """A copy in eval mode whose tensors are all different from one another and from 0, so that answers tell."""
    theirs = copy.deepcopy(module).eval().float()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, tensor in theirs.state_dict().items():
            if tensor.is_floating_point():
                tensor.copy_(_values(name, tensor, generator))
    return theirs


def _values(name: str, tensor: Tensor, generator: torch.Generator) -> Tensor:
    """Values that keep the size of what passes through."""
    noise: Tensor = torch.randn(tensor.shape, generator=generator)
    if name.endswith("running_var"):
        return 1 + 0.2 * noise.tanh()
    if tensor.dim() > 1:
        return noise.div(tensor[0].numel() ** 0.5)
    return (0.7 if name.endswith("weight") else 0.0) + 0.1 * noise


def difference(theirs: nn.Module, spec: NetSpec) -> float:
    """The largest difference between a module's answers and a network's, as a share of their root mean square."""
    ours = build_module(source_of(compile_spec(spec)), seed=0).eval()
    load_weights(ours, theirs.state_dict())
    worst = 0.0
    for given in batches(spec):
        with torch.no_grad():
            got = by_name(ours(*given))
            wanted = answers(theirs(*given), tuple(got))
        shapes, own = ([tuple(tensor.shape) for tensor in each.values()] for each in (wanted, got))
        if shapes != own:
            raise WeightsError.of("RS615", f"the module answers {shapes}, the network {own}")
        worst = max(worst, *(share(tensor, got[name]) for name, tensor in wanted.items()))
    return worst


def batches(spec: NetSpec) -> Iterator[tuple[Tensor, ...]]:
    """What both are given: images of two sizes; once of no large size, and with what else it is told, where the network
    is no classifier."""
    if not classifies(resolve(spec)):
        small = [min(side, SMALL) for side in spec.input[1:]]
        with suppress(ResspecError):
            spec = load_spec(spec, input=[spec.input[0], *small])
        yield inputs(compile_spec(spec).signature, 2)
        return
    head = (spec.head or {}).get("kind", "linear")
    channels, height, width = spec.input
    for more in SIDES if head not in BOUND else SIDES[:1]:
        yield (torch.randn(2, channels, height + more, width + more, generator=torch.Generator().manual_seed(1)),)


def answers(answer: object, names: Sequence[str]) -> dict[str, Tensor]:
    """The tensors of an answer by our names: the only one, those of a mapping, or several in our order; transformers
    wraps its logits. WeightsError where it is none of these."""
    found: Any = getattr(answer, "logits", answer)
    if isinstance(found, Tensor):
        found = [found]
    if isinstance(found, Mapping) and set(found) == set(names):
        found = [found[name] for name in names]
    listed: Any = list(found.values()) if isinstance(found, Mapping) else found
    alike = isinstance(listed, (list, tuple)) and len(listed) == len(names)
    if not alike or not all(isinstance(tensor, Tensor) for tensor in listed):
        raise WeightsError.of("RS615", f"the module answers a {type(found).__name__}, not {', '.join(names)}")
    return dict(zip(names, listed, strict=True))
