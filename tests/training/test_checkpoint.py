"""Weights on disk: what was written comes back, and nothing half-written stays."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from resspec.errors import WeightsError
from resspec.training.checkpoint import read_notes, read_weights, save_weights
from resspec.training.writing import write_whole
from training.nets import Small


def test_weights_and_notes_come_back_as_they_were_written(tmp_path: Path):
    model = Small().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    save_weights(model, tmp_path / "w.safetensors", {"accuracy": "0.5"})
    found = read_weights(tmp_path / "w.safetensors")
    assert found.keys() == model.state_dict().keys()
    assert all(torch.equal(found[name], tensor) for name, tensor in model.state_dict().items())
    assert read_notes(tmp_path / "w.safetensors") == {"accuracy": "0.5"}


def test_a_torn_file_of_weights_is_refused(tmp_path: Path):
    path = tmp_path / "w.safetensors"
    save_weights(Small(), path, {})
    path.write_bytes(path.read_bytes()[:-10])
    for read in (read_weights, read_notes):
        with pytest.raises(WeightsError, match=r"w\.safetensors cannot be read"):
            read(path)


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "best.yaml"
    write_whole(path, b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("best.yaml", b"old")]
