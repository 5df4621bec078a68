"""Checkpoints: ours and peers', whatever they are wrapped in; nothing is dropped in silence."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import resspec
from networks import small
from resspec.errors import WeightsError
from resspec.export.naming import peers
from resspec.export.weights import is_one_to_one, peer_state


@pytest.fixture
def state() -> dict[str, torch.Tensor]:
    return resspec.build(small(), seed=1).state_dict()


def loaded(weights: object) -> dict[str, torch.Tensor]:
    model = resspec.build(small(), seed=2)
    assert resspec.load_weights(model, weights) is model  # type: ignore[arg-type]
    return model.state_dict()


def same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return list(first) == list(second) and all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("naming", [peer.name for peer in peers()])
def test_every_naming_reads_back_or_says_that_it_has_no_names(naming: str):
    model = resspec.build(small(block="basic"), seed=1)
    names = next(peer for peer in peers() if peer.name == naming).names(model.state_dict())
    if not is_one_to_one(names):
        with pytest.raises(WeightsError, match="RS608"):
            peer_state(model, naming)
        return
    theirs = peer_state(model, naming)
    fresh = resspec.build(small(block="basic"), seed=2)
    resspec.load_weights(fresh, theirs)
    assert same(model.state_dict(), fresh.state_dict())


@pytest.mark.parametrize("nest", [(), ("state_dict",), ("model",), ("model", "state_dict")])
@pytest.mark.parametrize("prefix", ["", "module.", "_orig_mod.", "module._orig_mod."])
def test_nests_and_wrappers_are_opened(state: dict[str, torch.Tensor], nest: tuple[str, ...], prefix: str):
    weights: dict[str, object] = {prefix + name: tensor for name, tensor in state.items()}
    for key in reversed(nest):
        weights = {key: weights, "epoch": 3}
    assert same(loaded(weights), state)


@pytest.mark.parametrize("suffix", ["pt", "th", "safetensors"])
def test_files_are_read(state: dict[str, torch.Tensor], tmp_path: Path, suffix: str):
    from safetensors.torch import save_file

    path = tmp_path / f"weights.{suffix}"
    if suffix == "safetensors":
        save_file(state, path)
    else:
        torch.save(state, path)
    assert same(loaded(path), state)
    assert same(resspec.build(small(), weights=path).state_dict(), state)


def test_counters_of_batches_may_be_missing(state: dict[str, torch.Tensor]):
    assert same(loaded({n: t for n, t in state.items() if not n.endswith("num_batches_tracked")}), state)


def test_all_that_does_not_fit_is_listed(state: dict[str, torch.Tensor]):
    spoilt = dict(state)
    spoilt["extra.weight"] = spoilt.pop("conv1.weight")
    spoilt["fc.bias"] = torch.zeros(3)
    with pytest.raises(WeightsError) as caught:
        loaded(spoilt)
    codes = {fault.code: fault.message for fault in caught.value.faults}
    assert set(codes) == {"RS604", "RS605", "RS606"}
    assert "conv1.weight" in codes["RS604"]
    assert "extra.weight" in codes["RS605"]
    assert "fc.bias (3,) for (10,)" in codes["RS606"]


def test_a_failed_load_changes_nothing(state: dict[str, torch.Tensor]):
    model = resspec.build(small(), seed=2)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    with pytest.raises(WeightsError):
        resspec.load_weights(model, {**state, "fc.bias": torch.zeros(3)})
    assert same(model.state_dict(), before)


@pytest.mark.parametrize("content", [b"", b"no tensors", b"PK\x03\x04 broken"])
@pytest.mark.parametrize("suffix", ["pt", "safetensors"])
def test_a_damaged_file_is_told(tmp_path: Path, content: bytes, suffix: str):
    path = tmp_path / f"weights.{suffix}"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="RS603"):
        loaded(path)


def test_a_pickle_that_would_run_code_is_refused(tmp_path: Path):
    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (print, ("run",))

    path = tmp_path / "weights.pt"
    torch.save({"a": Trap()}, path)
    with pytest.raises(WeightsError, match="RS603"):
        loaded(path)


def test_a_missing_file_is_told(tmp_path: Path):
    with pytest.raises(WeightsError, match="RS602"):
        loaded(tmp_path / "none.pt")


@pytest.mark.parametrize("weights", [{}, {"a": 1}, {"model": {"b": "c"}}])
def test_what_holds_no_tensors_is_told(weights: dict[str, object]):
    with pytest.raises(WeightsError):
        loaded(weights)
