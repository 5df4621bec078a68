"""Memory: what autograd saves, what is alive, what fits; against torch on every part."""

from __future__ import annotations

import pytest
import torch

import resspec
from measuring import peak_bytes, saved_bytes
from resspec.analysis.backward import kept
from resspec.analysis.liveness import peak
from resspec.analysis.memory import Memory, Setting, largest_batch, memory_of
from resspec.errors import BudgetError
from resspec.export.inputs import inputs
from resspec.spec.net import NetSpec
from resspec.spec.units import parse_bytes
from tried import KINDS, tried

IMAGES = 3


def given(spec: NetSpec) -> tuple[torch.Tensor, ...]:
    """A batch of what the network is given."""
    return inputs(resspec.graph(spec).signature, IMAGES)


@pytest.mark.parametrize(("family", "kind"), KINDS)
def test_what_forward_keeps_is_what_autograd_saves(family: str, kind: str):
    spec = tried(family, kind)
    model = resspec.build(spec, seed=0).train()
    assert kept(resspec.graph(spec)).bytes(IMAGES) == saved_bytes(model, given(spec))


LOOSE = {
    **dict.fromkeys((("block", "conditional"), ("condition", "time"), ("norm", "conditional")), 0.05),
    ("condition", "label"): 0.05,
    ("condition", "latent-label"): 0.06,
    ("attention", "self"): 0.005,
    ("attention", "pooled"): 0.5,
}
"""Where types meet that are not followed: a first layer whose matrix backward does not need is counted, shares of
attention are in float32."""


@pytest.mark.long  # a CPU without bfloat16 of its own takes a second for a large convolution
@pytest.mark.parametrize(("family", "kind"), KINDS)
def test_under_autocast_it_is_what_autograd_saves_within_a_thousandth(family: str, kind: str):
    spec = tried(family, kind)
    model = resspec.build(spec, seed=0).train()
    saved = saved_bytes(model, given(spec), autocast=True)
    share = LOOSE.get((family, kind), 1e-3)
    assert kept(resspec.graph(spec), autocast=2).bytes(IMAGES) == pytest.approx(saved, rel=share)


@pytest.mark.parametrize(("family", "kind"), KINDS)
def test_the_peak_of_inference_is_what_torch_has_alive(family: str, kind: str):
    assert_peak(tried(family, kind))


@pytest.mark.parametrize("name", ["cspresnet50", "resnest14d", "skresnet18", "mobileone_s0", "tresnet_m"])
def test_it_is_in_whole_networks_too(name: str):
    assert_peak(resspec.load(name, input=[3, 64, 64]))


def assert_peak(spec: NetSpec) -> None:
    model = resspec.build(spec, seed=0).eval()
    batch = given(spec)
    with torch.no_grad():
        alive = peak_bytes(model, lambda: model(*batch))
    assert 4 * peak(resspec.graph(spec), IMAGES).elements(IMAGES) == pytest.approx(alive, rel=1e-3)


@pytest.mark.parametrize("checkpointing", [False, True])
@pytest.mark.parametrize(("name", "side"), [("resnet20", 32), ("resnet18", 64), ("seresnet50", 64), ("skresnet18", 64)])
def test_a_training_step_takes_what_torch_has_alive(name: str, side: int, checkpointing: bool):
    spec = resspec.load(name, input=[3, side, side])
    model = resspec.build(spec, seed=0, checkpointing=checkpointing).train()
    x = torch.rand(4, *spec.input)
    alive = peak_bytes(model, lambda: model(x).sum().backward())
    memory = memory_of(resspec.graph(spec), Setting(4, checkpointing=checkpointing))
    assert memory.kept + memory.passing == pytest.approx(alive, rel=0.1 if checkpointing else 0.02)


def memory(**setting: object) -> Memory:
    return memory_of(resspec.graph("resnet50"), Setting(**setting))  # type: ignore[arg-type]  # fields by name


def test_optimizers_hold_their_states():
    states = {name: memory(optimizer=name).states for name in ("sgd", "momentum", "adam", "adamw")}
    params = 4 * resspec.report("resnet50").params
    assert (states["sgd"], states["momentum"]) == (0, params)
    assert states["adam"] == states["adamw"] == 2 * params + 4 * 161


@pytest.mark.parametrize(("name", "dtype"), [("fp32", torch.float32), ("fp16", torch.float16)])
def test_weights_are_the_bytes_of_the_state_dict(name: str, dtype: torch.dtype):
    model = resspec.build("resnet18", device="meta", dtype=dtype)
    size = sum(tensor.numel() * tensor.element_size() for tensor in model.state_dict().values())
    found = memory_of(resspec.graph("resnet18"), Setting(dtype=name))
    assert found.inference - found.activations == size


def test_savings_save():
    plain = memory(images=32)
    assert memory(images=32, amp="bf16").kept < 0.6 * plain.kept
    assert memory(images=32, checkpointing=True).kept < 0.4 * plain.kept
    assert memory(images=32, inplace=False).kept >= plain.kept
    assert memory(images=32, inplace=False).activations > plain.activations
    assert memory(images=32, dtype="fp16").activations == plain.activations / 2


def test_the_largest_batch_fits_and_one_more_does_not():
    graph, limit = resspec.graph("resnet50"), parse_bytes("24GB")
    best = largest_batch(graph, Setting(optimizer="adamw"), limit)
    assert memory(images=best, optimizer="adamw").training <= limit
    assert memory(images=best + 1, optimizer="adamw").training > limit
    assert largest_batch(graph, Setting(), 1000) == 0


@pytest.mark.parametrize(("text", "size"), [("24GB", 24e9), ("24GiB", 24 * 2**30), ("1.5 mb", 1.5e6), ("17", 17)])
def test_sizes_are_read_with_their_units(text: str, size: float):
    assert parse_bytes(text) == size


@pytest.mark.parametrize("text", ["", "GB", "24G", "many", "24GB/s"])
def test_other_sizes_are_refused(text: str):
    with pytest.raises(BudgetError, match="RS421"):
        parse_bytes(text)


def test_unknown_settings_are_refused_with_the_nearest():
    with pytest.raises(BudgetError, match="RS420") as caught:
        Setting(optimizer="adamv")
    assert "adam" in str(caught.value)
    with pytest.raises(BudgetError, match="1 image or more"):
        Setting(images=0)
