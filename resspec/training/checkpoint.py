"""Weights on disk as safetensors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor, nn

from resspec.errors import WeightsError
from resspec.training.writing import write_whole


def save_weights(model: nn.Module, path: Path, notes: Mapping[str, str]) -> None:
    """Write a model's parameters and buffers, with notes in the file's header."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    write_whole(path, save(tensors, metadata=dict(notes)))


def read_weights(path: Path) -> dict[str, Tensor]:
    """The tensors by name, on the CPU; WeightsError where the file is damaged."""
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise WeightsError.of("RS601", f"{path} cannot be read as safetensors: {error}") from error


def read_notes(path: Path) -> dict[str, str]:
    """The notes in the file's header; WeightsError where the file is damaged."""
    try:
        with safe_open(path, framework="pt") as file:
            return file.metadata() or {}
    except (OSError, SafetensorError) as error:
        raise WeightsError.of("RS601", f"{path} cannot be read as safetensors: {error}") from error
