"""Modules beside the network that their tensors tell: the same tensors, the same answers."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from resspec.compile import compile_spec
from resspec.errors import ResspecError, WeightsError
from resspec.export.module import build_module
from resspec.export.source import source_of
from resspec.export.weights import load_weights
from resspec.ingest.importing import Imported, changed
from resspec.ingest.inferring import infer
from resspec.ingest.templates import shipped
from resspec.ingest.told import Inferred
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


def from_module(module: Any, *overrides: str, like: str = "", name: str = "") -> Imported:
    """The spec of a torch module, whose answers are compared."""
    if not isinstance(module, nn.Module):
        raise WeightsError.of("RS616", f"the function returns a {type(module).__name__}, not a torch module")
    given = {key: tuple(tensor.shape) for key, tensor in module.state_dict().items()}
    found = infer(given, like)
    found = Inferred(changed(found, given, overrides, name or "imported"), found.naming, found.like, found.equals)
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
    ours = build_module(source_of(compile_spec(spec)), seed=0).eval()
    load_weights(ours, theirs.state_dict())
    worst = 0.0
    head = (spec.head or {}).get("kind", "linear")
    for more in SIDES if head not in BOUND else SIDES[:1]:
        x = torch.randn(
            2, spec.input[0], spec.input[1] + more, spec.input[2] + more, generator=torch.Generator().manual_seed(1)
        )
        with torch.no_grad():
            wanted = first_tensor(theirs(x))
            got = ours(x)
        if wanted.shape != got.shape:
            raise WeightsError.of("RS615", f"the module answers {tuple(wanted.shape)}, the network {tuple(got.shape)}")
        worst = max(worst, float((wanted - got).abs().max() / wanted.pow(2).mean().sqrt().clamp_min(1e-12)))
    return worst


def first_tensor(answer: object) -> Tensor:
    """The tensor of an answer; transformers wraps its logits."""
    found = getattr(answer, "logits", answer)
    if not isinstance(found, Tensor):
        raise WeightsError.of("RS615", f"the module answers a {type(found).__name__}, not a tensor")
    return found
