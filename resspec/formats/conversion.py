"""Weights from one naming to another: every tensor is carried over, or an error says which is not."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save as serialized
from torch import Tensor

from resspec import carried
from resspec.compile import compile_spec
from resspec.errors import Fault, WeightsError, did_you_mean
from resspec.export.naming import Peer, peers, unwrapped
from resspec.export.weights import opened
from resspec.ingest.anatomy import COUNTER
from resspec.ingest.fit import faults_of, misfit, tensors_of
from resspec.ingest.importing import beside
from resspec.ingest.inferring import infer
from resspec.spec.net import NetSpec
from resspec.training.writing import check_place, write_whole

SUFFIXES = (".safetensors", ".pth", ".pt", ".th", ".bin")
ALIASES = {"torchvision": "resspec", "timm": "resspec", "hf": "huggingface"}
"""Names people use; the ResNets of torchvision and timm bear our names."""
TYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


@dataclass(frozen=True, slots=True)
class Converted:
    """What was carried over: tensors under their new names, from which naming to which, of which network, and notes on
    what was passed over or added."""

    tensors: dict[str, Tensor]
    source: str
    target: str
    spec: NetSpec
    notes: tuple[str, ...]


def convert(
    weights: str | Path | Mapping[str, Any], to: str, spec: NetSpec | None = None, dtype: str = "", nest: str = ""
) -> Converted:
    """A checkpoint's tensors under the names of another naming, in its order; in another type where one is given. The
    network is the given one, else the one that a folder's configuration or names and shapes tell."""
    target = naming(to)
    found = opened(weights, nest)
    given = {name: tuple(tensor.shape) for name, tensor in found.tensors.items()}
    if spec is None:
        inferred = beside(weights, given) or infer(given)
        spec, source = inferred.spec, naming(inferred.naming)
    else:
        source = recognised(spec, given)
    own = tensors_of(spec)
    theirs, ours = unwrapped(source.names(own)), target.names(own)
    if len(set(ours.values())) != len(ours) or not target.fits(own):
        raise WeightsError(Fault("RS608", f"the naming {target.name!r} has no names for this network"))
    made = [name for name in ours if theirs[name] not in found.tensors]
    tensors = {ours[name]: typed(found.tensors.get(theirs[name], torch.tensor(0)), dtype) for name in ours}
    return Converted(tensors, source.name, target.name, spec, told(found.nest, found.passed, made))


def naming(name: str) -> Peer:
    """The naming of this name."""
    known = {peer.name: peer for peer in peers()}
    name = ALIASES.get(name, name)
    if name not in known:
        raise WeightsError(
            Fault("RS607", f"there is no naming {name!r}", remedy=did_you_mean(name, [*known, *ALIASES]))
        )
    return known[name]


def recognised(spec: NetSpec, given: Mapping[str, tuple[int, ...]]) -> Peer:
    """The naming under which a network has the given tensors."""
    best = min(peers(), key=lambda peer: misfit(spec, peer, given).count)
    if misfit(spec, best, given).count:
        raise WeightsError(*faults_of(given, spec, best, spec.name))
    return best


def typed(tensor: Tensor, dtype: str) -> Tensor:
    """The tensor in another type, if it holds fractions."""
    if dtype and dtype not in TYPES:
        raise WeightsError(Fault("RS607", f"there is no type {dtype!r}", remedy=f"known: {', '.join(TYPES)}"))
    return tensor.to(TYPES[dtype]) if dtype and tensor.is_floating_point() else tensor


def told(nest: tuple[str, ...], passed: tuple[str, ...], made: list[str]) -> tuple[str, ...]:
    """What is to be known of a conversion."""
    notes = [f"taken from {'.'.join(nest)!r}"] if nest else []
    notes += [f"not taken, of the same file: {', '.join(passed)} (--nest NAME takes it)"] if passed else []
    assert all(name.endswith(COUNTER) for name in made)
    return (*notes, *([f"{len(made)} counters of batches added as 0"] if made else []))


def save(converted: Converted, path: Path) -> None:
    """Write the tensors: .safetensors (with the spec and its fingerprint where the names are ours), or a state_dict
    as torch writes it."""
    check_target(path)
    tensors = {name: tensor.contiguous() for name, tensor in converted.tensors.items()}
    if path.suffix != carried.SUFFIX:
        content = io.BytesIO()
        torch.save(tensors, content)
        write_whole(path, content.getvalue())
        return
    notes = {"format": "pt"}
    if converted.target == "resspec":
        notes |= notes_of(converted.spec)
    write_whole(path, serialized(tensors, metadata=notes))


def check_target(path: Path) -> None:
    """WeightsError or OSError where no weights can be written."""
    if path.suffix not in SUFFIXES:
        raise WeightsError(Fault("RS701", f"weights are written as {', '.join(SUFFIXES)}, not as {path.name}"))
    check_place(path)


def notes_of(spec: NetSpec) -> dict[str, str]:
    """The notes that make a file of weights a network: its spec as a complete file, and its fingerprint."""
    data = {key: value for key, value in spec.to_dict().items() if key != "budgets"}
    text = NetSpec.model_validate(data).to_yaml()
    return {carried.SPEC: text, carried.FINGERPRINT: compile_spec(spec).fingerprint, "name": spec.name}
