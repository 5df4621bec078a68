"""Folders of transformers' ResNets: their configuration tells what shapes do not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

import resspec
from resspec.export.weights import peer_state
from resspec.formats.conversion import convert
from resspec.ingest.huggingface import config_of
from resspec.ingest.importing import import_source

NETS = {
    "activation": ("resnet18", ("act=silu", "classes=7")),
    "stride on the first convolution": ("resnet50_2015", ("classes=3",)),
    "stride in the first stage": ("resnet18", ("stages.1.stride=2",)),
}


def folder_of(path: Path, name: str, *changes: str) -> resspec.NetSpec:
    """A folder as transformers writes it, and the network in it."""
    spec = resspec.load(name, *changes)
    path.mkdir()
    (path / "config.json").write_text(json.dumps(config_of(spec)))
    save_file(peer_state(resspec.build(spec, seed=0), "huggingface"), path / "model.safetensors")
    return spec


@pytest.mark.parametrize("what", NETS)
def test_what_no_shape_tells_is_read_from_the_configuration(tmp_path: Path, what: str):
    name, changes = NETS[what]
    spec = folder_of(tmp_path / "net", name, *changes)
    found = import_source(f"hf:{tmp_path / 'net'}")
    assert resspec.fingerprint(found.spec) == resspec.fingerprint(resspec.load(spec, "block.zero_init=false"))
    assert found.notes == ("huggingface names", "config.json tells what shapes do not")


def test_a_folder_stands_for_the_weights_in_it(tmp_path: Path):
    name, changes = NETS["activation"]
    spec = folder_of(tmp_path / "net", name, *changes)
    state = resspec.build(spec, seed=0).state_dict()
    made = convert(f"hf:{tmp_path / 'net'}", "resspec")
    assert resspec.fingerprint(made.spec) == resspec.fingerprint(resspec.load(spec, "block.zero_init=false"))
    assert made.tensors.keys() == state.keys()
    filled = resspec.build(spec, weights=tmp_path / "net").state_dict()
    for name_, tensor in state.items():
        assert torch.equal(made.tensors[name_], tensor)
        assert torch.equal(filled[name_], tensor)


def test_a_folder_without_weights_says_what_it_should_hold(tmp_path: Path):
    with pytest.raises(resspec.WeightsError, match=r"RS602.* holds no model.safetensors and no pytorch_model.bin"):
        convert(f"hf:{tmp_path}", "resspec")


def test_weights_that_are_not_the_configurations_are_refused(tmp_path: Path):
    folder_of(tmp_path / "net", "resnet18")
    config = json.loads((tmp_path / "net" / "config.json").read_text())
    (tmp_path / "net" / "config.json").write_text(json.dumps(config | {"depths": [2, 2, 3, 2]}))
    with pytest.raises(resspec.WeightsError, match="RS612"):
        import_source(f"hf:{tmp_path / 'net'}")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"hidden_act": "mish"}, "hidden_act 'mish'"),
        ({"layer_type": "deep"}, "layer_type 'deep'"),
        ({"depths": [1, 2]}, r"the depths \[1, 2\] and the hidden_sizes"),
        ({"hidden_sizes": None}, "the hidden_sizes None"),
        ({"hidden_act": ["relu"]}, "hidden_act"),
    ],
)
def test_what_a_configuration_cannot_mean_is_told(tmp_path: Path, change: dict[str, Any], told: str):
    folder_of(tmp_path / "net", "resnet18")
    config = json.loads((tmp_path / "net" / "config.json").read_text())
    (tmp_path / "net" / "config.json").write_text(json.dumps(config | change))
    with pytest.raises(resspec.WeightsError, match=told):
        import_source(f"hf:{tmp_path / 'net'}")


@pytest.mark.parametrize("text", ["{", "[1]"])
def test_a_damaged_configuration_is_named(tmp_path: Path, text: str):
    folder_of(tmp_path / "net", "resnet18")
    (tmp_path / "net" / "config.json").write_text(text)
    with pytest.raises(resspec.WeightsError, match=r"config\.json"):
        import_source(f"hf:{tmp_path / 'net'}")


def test_without_a_configuration_the_shapes_speak(tmp_path: Path):
    folder_of(tmp_path / "net", "resnet18")
    (tmp_path / "net" / "config.json").unlink()
    assert "not told by shapes" in import_source(f"hf:{tmp_path / 'net'}").notes[-1]
