"""Modules beside the network that their tensors tell: the same tensors, the same answers."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from resspec.compile import compile_spec
from resspec.errors import ResspecError, WeightsError
from resspec.export.inputs import inputs, widened
from resspec.export.module import build_module
from resspec.export.source import source_of
from resspec.export.weights import load_weights
from resspec.ingest.answers import by_name, share
from resspec.ingest.importing import Imported, changed
from resspec.ingest.inferring import Inferred, infer
from resspec.ingest.templates import shipped
from resspec.ingest.untold import untold
from resspec.spec.loading import load_spec
from resspec.spec.net import NetSpec

TOLERANCE = 1e-4
"""The largest difference of outputs, as a share of their root mean square."""
SIDES = (0, 5)
"""What is added to the spec's own size, so that odd sizes are compared too."""
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


class IncomparableError(Exception):
    """A module cannot be called as a network is, or answers otherwise than in tensors (a detector, in boxes)."""


def from_module(module: Any, *overrides: str, like: str = "", name: str = "") -> Imported:
    """The spec of a torch module, whose answers are compared where they can be."""
    if not isinstance(module, nn.Module):
        raise WeightsError.of("RS616", f"the function returns a {type(module).__name__}, not a torch module")
    given = {key: tuple(tensor.shape) for key, tensor in module.state_dict().items()}
    found = infer(given, like)
    found = Inferred(changed(found, given, overrides, name or "imported"), found.naming, found.like, found.equals)
    try:
        same = confirmed(module, found)
    except IncomparableError:
        return Imported(found.spec, found.naming, found.like, untold(found.spec), found.equals, confirmed=False)
    if same is None:
        listed = "; ".join(untold(found.spec))
        raise WeightsError.of(
            "RS615",
            f"the module has the tensors of {found.like}, but answers otherwise (taken: {listed})",
            remedy="set what differs: act=silu, stages.1.stride=2, …, or name a spec: --like",
        )
    data = {key: value for key, value in same[0].to_dict().items() if key not in ("source", "budgets")}
    spec = load_spec({**data, "name": name or "imported"})
    return Imported(spec, found.naming, same[1], (), (), confirmed=True)


def confirmed(module: nn.Module, found: Inferred) -> tuple[NetSpec, str] | None:
    """The spec that gives the module's answers, and the shipped one it is like: the one inferred, another of the same
    tensors, or a variation of what shapes do not tell; None where none does."""
    theirs = filled(module)
    for spec, like in candidates(found):
        try:
            if difference(theirs, spec) <= TOLERANCE:
                return spec, like
        except (ResspecError, RuntimeError, ValueError):  # a size or a variation that this network refuses
            continue
    return None


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
    network = compile_spec(spec)
    ours = build_module(source_of(network), seed=0).eval()
    load_weights(ours, theirs.state_dict())
    worst = 0.0
    for more in SIDES if (spec.head or {}).get("kind", "linear") not in BOUND else SIDES[:1]:
        given = inputs([widened(argument, more) for argument in network.signature], 2, seed=1)
        with torch.no_grad():
            try:
                got = by_name(ours(*given))
            except (ValueError, RuntimeError):
                if more:
                    continue  # a size whose maps do not meet
                raise
            wanted = answers(theirs, given, tuple(got))
        shapes = [{name: tuple(tensor.shape) for name, tensor in each.items()} for each in (wanted, got)]
        if shapes[0] != shapes[1]:
            raise WeightsError.of("RS615", f"the module answers {shapes[0]}, the network {shapes[1]}")
        worst = max(worst, *(share(tensor, got[name]) for name, tensor in wanted.items()))
    return worst


def answers(module: nn.Module, given: Sequence[Tensor], names: Sequence[str]) -> dict[str, Tensor]:
    """What a module answers, as tensors of our names: the only one, those of a mapping, or several in our order;
    IncomparableError where it is called otherwise, or answers something else."""
    try:
        answer = module(*given)
    except TypeError as error:
        raise IncomparableError(str(error)) from None
    found = getattr(answer, "logits", answer)  # transformers wraps them
    if isinstance(found, Tensor):
        found = [found]
    if isinstance(found, Mapping) and set(found) == set(names):
        found = [found[name] for name in names]
    listed = list(found.values()) if isinstance(found, Mapping) else found
    alike = isinstance(listed, (list, tuple)) and len(listed) == len(names)
    if not alike or not all(isinstance(tensor, Tensor) for tensor in listed):
        raise IncomparableError(f"it answers a {type(found).__name__}, not {', '.join(names)}")
    return dict(zip(names, listed, strict=True))
