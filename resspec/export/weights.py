"""Tensors into modules: our names, or a peer's by rule; every tensor placed, or an error that lists what is not."""

from __future__ import annotations

import pickle
import pickletools
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from resspec import carried
from resspec.errors import Fault, WeightsError, did_you_mean
from resspec.export.naming import peers, unwrapped, wrappers_of

NESTS = (
    *("state_dict", "model", "model_state_dict", "net"),
    *("ema_state_dict", "state_dict_ema", "model_ema", "ema"),
)
"""Keys below which checkpoints keep their tensors, the first that is there taken."""
LISTED = 8


def load_weights(model: nn.Module, weights: Mapping[str, Any] | str | Path) -> nn.Module:
    """Fill a model from a state_dict or a file (.pt, .pth, .th, .bin with weights only, or .safetensors). The naming
    is that of the peer whose names fit best."""
    found = tensors_of(weights)
    own = model.state_dict()
    namings = [unwrapped(names) for peer in peers() if is_one_to_one(names := peer.names(own))]
    naming = min(namings, key=lambda names: len(set(names.values()) ^ found.keys()))
    if faults := _faults(found, own, naming):
        raise WeightsError(*faults)
    state = {name: found.get(theirs, own[name]) for name, theirs in naming.items()}
    model.load_state_dict(state)
    return model


def peer_state(model: nn.Module, peer: str) -> dict[str, Tensor]:
    """The model's tensors under a peer's names, in the peer's order."""
    known = {each.name: each for each in peers()}
    if peer not in known:
        raise WeightsError(Fault("RS607", f"there is no naming {peer!r}", remedy=did_you_mean(peer, known)))
    own = model.state_dict()
    names = known[peer].names(own)
    if not is_one_to_one(names):
        raise WeightsError(Fault("RS608", f"the naming {peer!r} has no names for this network: two tensors share one"))
    return {theirs: own[name] for name, theirs in names.items()}


def is_one_to_one(names: Mapping[str, str]) -> bool:
    """Whether every tensor has a name of its own; a naming made for other networks may give two of them one."""
    return len(set(names.values())) == len(names)


@dataclass(frozen=True, slots=True)
class Opened:
    """The tensors of a checkpoint by their names without wrappers' prefixes: the keys that led to them, and the other
    nests that hold tensors too."""

    tensors: dict[str, Tensor]
    nest: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()


def tensors_of(weights: Mapping[str, Any] | str | Path) -> dict[str, Tensor]:
    """The tensors of a state_dict or file, freed from nests and wrappers' prefixes."""
    return opened(weights).tensors


def opened(weights: Mapping[str, Any] | str | Path, nest: str = "") -> Opened:
    """A state_dict or file, freed from nests (the one of this name first) and wrappers' prefixes."""
    data: Any = weights if isinstance(weights, Mapping) else _read(carried.located(weights))
    taken: list[str] = []
    passed: list[str] = []
    while isinstance(data, Mapping) and not any(isinstance(value, Tensor) for value in data.values()):
        nests = [key for key in (nest, *NESTS) if key and isinstance(data.get(key), Mapping)]
        if not nests or (nest and nest not in (*taken, nests[0])):
            asked = f"there is no {nest!r}" if nest else "there are no tensors"
            held = f"it holds: {', '.join(str(key) for key in list(data)[:LISTED]) or 'nothing'}"
            raise WeightsError(Fault("RS601", f"{asked} in the checkpoint", remedy=held))
        taken.append(nests[0])
        passed += [key for key in dict.fromkeys(nests[1:]) if key != nests[0]]
        data = data[nests[0]]
    if nest and nest not in taken:
        raise WeightsError(
            Fault("RS601", f"there is no {nest!r} in the checkpoint", remedy="its tensors lie at the top")
        )
    if not isinstance(data, Mapping):
        raise WeightsError(
            Fault("RS601", f"a checkpoint is a mapping of names to tensors, not a {type(data).__name__}")
        )
    found = {str(name): value for name, value in data.items() if isinstance(value, Tensor)}
    wrapped = wrappers_of(found)
    found = {name.removeprefix(wrapped): value for name, value in found.items()}
    return Opened(found, tuple(taken), tuple(passed))


def _read(path: Path) -> Any:
    """The content of a tensor file. Nothing in it is executed."""
    if not path.is_file():
        raise WeightsError(Fault("RS602", f"there is no file {path}"))
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        return torch.load(path, map_location="cpu", weights_only=True)
    except SafetensorError as error:
        raise WeightsError(Fault("RS603", f"{path} is no readable tensor file: {error!s:.200}")) from None
    except Exception as error:  # noqa: BLE001  # torch, zipfile and pickle each raise their own, and advise to run it
        raise WeightsError(_unreadable(path, error)) from None


def _unreadable(path: Path, error: Exception) -> Fault:
    """What to say of a file that is no state_dict: whole but with more than tensors in it, or none of torch's."""
    if isinstance(error, pickle.UnpicklingError) and _is_pickle(path):
        reason = "it holds objects that are not tensors, and reading those would run code of the file"
        remedy = "save the tensors alone: torch.save(model.state_dict(), FILE)"
    else:
        reason = "it is empty, cut short, or of another format"
        remedy = "a checkpoint is .pt, .pth, .th or .bin as torch.save writes it, or .safetensors"
    return Fault("RS603", f"{path} is no readable tensor file: {reason}", remedy=remedy)


def _is_pickle(path: Path) -> bool:
    """Whether a file is a whole archive of torch's, or a pickle to its last byte."""
    if zipfile.is_zipfile(path):
        return True
    with path.open("rb") as file, suppress(Exception):  # whatever opcodes a damaged file has
        return bool([*pickletools.genops(file)])
    return False


def _faults(found: Mapping[str, Tensor], own: Mapping[str, Tensor], naming: Mapping[str, str]) -> list[Fault]:
    """What does not fit, in the checkpoint's names."""
    ours = {theirs: name for name, theirs in naming.items()}
    missing = [theirs for theirs in ours if theirs not in found and not theirs.endswith("num_batches_tracked")]
    unknown = [theirs for theirs in found if theirs not in ours]
    other = [theirs for theirs, name in ours.items() if theirs in found and own[name].shape != found[theirs].shape]
    faults = []
    if missing:
        faults.append(
            Fault("RS604", f"{len(missing)} tensors of the network are not in the checkpoint: {_some(missing)}")
        )
    if unknown:
        faults.append(Fault("RS605", f"{len(unknown)} tensors of the checkpoint have no place: {_some(unknown)}"))
    if other:
        shapes = [f"{name} {tuple(found[name].shape)} for {tuple(own[ours[name]].shape)}" for name in other]
        faults.append(Fault("RS606", f"{len(other)} tensors have another shape: {_some(shapes)}"))
    return faults


def _some(names: list[str]) -> str:
    """The first few names."""
    rest = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + rest
