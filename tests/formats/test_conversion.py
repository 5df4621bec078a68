"""Weights from naming to naming and back: equal, whatever the file."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import resspec
from networks import small
from resspec.errors import WeightsError
from resspec.formats.conversion import convert, save


@pytest.fixture(scope="module")
def state() -> dict[str, torch.Tensor]:
    return resspec.build(small(block="basic"), seed=1).state_dict()


def same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("naming", ["akamaster", "pycls", "timm_senet", "timm_byobnet", "torchvision_regnet"])
def test_weights_go_to_a_naming_and_back(state: dict[str, torch.Tensor], naming: str):
    spec = resspec.load(small(block="basic"))
    there = convert(state, naming, spec)
    assert there.target == naming
    assert not same(there.tensors, state)
    assert same(convert(there.tensors, "resspec", spec).tensors, state)


@pytest.mark.parametrize("naming", ["huggingface", "resspec", "pycls"])
def test_a_network_need_not_be_named(naming: str):
    state = resspec.build(resspec.load("resnet18", classes=7), seed=1).state_dict()
    there = convert(state, naming)
    assert same(convert(there.tensors, "resspec").tensors, state)


@pytest.mark.parametrize("suffix", ["safetensors", "pth", "pt", "th", "bin"])
@pytest.mark.parametrize("dtype", ["", "fp16", "bf16"])
def test_files_of_every_suffix_and_type_read_back(
    state: dict[str, torch.Tensor], tmp_path: Path, suffix: str, dtype: str
):
    spec = resspec.load(small(block="basic"))
    path = tmp_path / f"net.{suffix}"
    save(convert(state, "akamaster", spec, dtype), path)
    back = convert(path, "resspec", spec, "fp32").tensors
    kinds = {"": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
    rounded = {name: t.to(kinds[dtype]).to(t.dtype) if t.is_floating_point() else t for name, t in state.items()}
    assert same(back, rounded)


def test_what_is_passed_over_or_added_is_told(state: dict[str, torch.Tensor]):
    spec = resspec.load(small(block="basic"))
    bare = {f"module.{name}": tensor for name, tensor in state.items() if not name.endswith("num_batches_tracked")}
    doubled = {name: 2 * tensor for name, tensor in bare.items()}
    nested = {"state_dict": bare, "ema": doubled, "epoch": 3}
    made = convert(nested, "resspec", spec)
    assert any("ema" in note for note in made.notes)
    assert any("counters of batches added" in note for note in made.notes)
    assert torch.equal(convert(nested, "resspec", spec, nest="ema").tensors["fc.weight"], 2 * made.tensors["fc.weight"])


def test_a_tensor_without_a_place_stops_the_conversion(state: dict[str, torch.Tensor]):
    with pytest.raises(WeightsError, match=r"RS613.*aux\.weight"):
        convert(state | {"aux.weight": torch.zeros(3)}, "akamaster", resspec.load(small(block="basic")))


@pytest.mark.parametrize(("naming", "code"), [("huggingfaze", "RS607"), ("huggingface", "RS608")])
def test_a_naming_that_is_unknown_or_has_no_names_is_refused(naming: str, code: str):
    deep = resspec.load(small(block="basic", stem={"kind": "deep"}))
    with pytest.raises(WeightsError, match=code):
        convert(resspec.build(deep, seed=0).state_dict(), naming, deep)


def test_a_safetensors_file_carries_its_spec(state: dict[str, torch.Tensor], tmp_path: Path):
    spec = resspec.load(small(block="basic"))
    path = tmp_path / "net.safetensors"
    save(convert(state, "resspec", spec), path)
    assert same(resspec.build(str(path)).state_dict(), state)
    assert resspec.fingerprint(str(path)) == resspec.fingerprint(spec)
    assert resspec.report(path).params == resspec.report(spec).params


def test_a_file_without_a_spec_says_how_to_get_one(tmp_path: Path):
    from safetensors.torch import save_file

    path = tmp_path / "bare.safetensors"
    save_file({"x": torch.zeros(2)}, path)
    with pytest.raises(resspec.SpecError, match=r"(?s)RS115.*resspec import"):
        resspec.load(path)


@pytest.mark.parametrize("content", [b"", b"12345678", b"\xff" * 64, b"\x02\0\0\0\0\0\0\0[]"])
def test_a_damaged_file_is_no_spec(tmp_path: Path, content: bytes):
    path = tmp_path / "net.safetensors"
    path.write_bytes(content)
    with pytest.raises(resspec.SpecError, match="RS603"):
        resspec.load(path)


@pytest.mark.parametrize(
    ("spec", "naming"),
    [
        ("wrn16_4_cifar10", "reimpl"),
        ("RegNetX-200MF", "pycls"),
        ("skresnet18", "timm_sknet"),
        ("resnet20", "akamaster"),
    ],
)
def test_a_peers_own_networks_go_there_and_back(spec: str, naming: str):
    state = resspec.build(spec, seed=1).state_dict()
    assert same(convert(convert(state, naming, resspec.load(spec)).tensors, "resspec").tensors, state)
