"""Round trips: spec -> weights -> a file in every naming and every format -> back, with equal weights and answers."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import resspec
from networks import small
from resspec.export.naming import Peer, peers
from resspec.formats.conversion import convert, save
from resspec.formats.exporting import export
from resspec.formats.format import formats
from resspec.ingest.fit import tensors_of
from resspec.spec.net import NetSpec

STAGES = [{"depth": 2, "width": 64}, {"depth": 2, "width": 128, "stride": 2}]
OWN: dict[str, Any] = {
    "reimpl": "wrn16_4_cifar10",
    "timm_cspnet": {"stages": [{**stage, "stage": "csp"} for stage in STAGES]},
    "timm_mobileone": "mobileone_s0",
    "timm_repvgg": "repvgg_a0",
    "timm_res2net": {"block": "res2net"},
    "timm_resnetv2": {"block": "preact-bottleneck", "final": "norm-act"},
    "timm_sknet": {"conv": "selective-kernel"},
}
"""What the small net has of the networks that a naming was made for, or such a network; the others name the plain."""
NAMINGS = [peer for peer in peers() if peer.reads or peer.name == "resspec"]
"""The namings that lead back; those without `reads` are of dense networks, whose conversion `test_dense` holds."""


def answer(model: torch.nn.Module, x: Tensor) -> Tensor:
    with torch.no_grad():
        return model.eval()(x)  # type: ignore[no-any-return]


def x() -> Tensor:
    return torch.randn(3, 3, 32, 32, generator=torch.Generator().manual_seed(5))


def equal(first: Mapping[str, Tensor], second: Mapping[str, Tensor]) -> bool:
    return list(first) == list(second) and all(torch.equal(first[name], second[name]) for name in first)


def timely(peer: Peer) -> tuple[pytest.MarkDecorator, ...]:
    """MobileOne has hundreds of branches: half a minute."""
    return (pytest.mark.slow,) if peer.name == "timm_mobileone" else ()


@pytest.mark.parametrize("suffix", ["pth", "safetensors"])
@pytest.mark.parametrize("peer", [pytest.param(peer, id=peer.name, marks=timely(peer)) for peer in NAMINGS])
def test_weights_under_every_naming_come_back_equal(peer: Peer, suffix: str, tmp_path: Path):
    own = OWN.get(peer.name, {})
    spec = resspec.load(own if isinstance(own, str) else small(**{"block": "basic", **own}))
    model = resspec.build(spec, seed=2)
    names = list(tensors_of(spec))
    assert peer.name == "resspec" or list(peer.names(names).values()) != names, "the naming changes nothing here"
    path = tmp_path / f"net.{suffix}"
    save(convert(model.state_dict(), peer.name, spec), path)
    back = convert(path, "resspec", spec)
    assert equal(back.tensors, model.state_dict())
    built = resspec.build(spec, weights=path)
    assert equal(built.state_dict(), model.state_dict())
    assert torch.equal(answer(built, x()), answer(model, x()))


SPEC = resspec.load("resnet18", "input=3x32x32", "classes=5", "stages.3.width=64", "stages.4.width=96")
"""A network that transformers has words for too."""


def of_build(_spec: NetSpec, path: Path) -> torch.nn.Module:
    return resspec.build(path)


def of_folder(spec: NetSpec, path: Path) -> torch.nn.Module:
    made = convert(path / "model.safetensors", "resspec", spec)
    assert made.source == "huggingface"
    return resspec.build(spec, weights=made.tensors)


def of_program(_spec: NetSpec, path: Path) -> torch.nn.Module:
    return torch.export.load(path).module()


def of_source(spec: NetSpec, path: Path) -> torch.nn.Module:
    found = importlib.util.spec_from_file_location("round_trip_net", path)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    model: torch.nn.Module = module.build()
    model.load_state_dict(resspec.build(spec, seed=2).state_dict())
    return model


HOLDING: dict[str, Callable[[NetSpec, Path], torch.nn.Module]] = {
    "hf": of_folder,
    "pt2": of_program,
    "safetensors": of_build,
    "source": of_source,
}
"""Formats that keep the weights as they are, and how they come back."""
ANSWERING = {"aoti", "onnx", "openvino"}
"""Formats whose weights are fused into other tensors: what is written says how far its answers are."""


def test_every_format_has_its_round_trip():
    assert set(HOLDING) | ANSWERING == set(formats())


@pytest.mark.parametrize("kind", HOLDING)
def test_weights_in_every_format_that_keeps_them_come_back_equal(kind: str, tmp_path: Path):
    if kind == "hf":
        pytest.importorskip("transformers", reason="the folder is verified by the extra hf")
    path = tmp_path / f"net{formats()[kind].suffix}"
    export(SPEC, path, partial(resspec.build, seed=2), kind)
    model, back = resspec.build(SPEC, seed=2), HOLDING[kind](SPEC, path)
    state = {name: tensor for name, tensor in back.state_dict().items() if name in model.state_dict()}
    assert state.keys() == model.state_dict().keys()
    assert all(torch.equal(state[name], tensor) for name, tensor in model.state_dict().items())
    found = back(x()).detach() if kind == "pt2" else answer(back, x())  # a program has its mode built in
    assert torch.equal(found, answer(model, x()))
