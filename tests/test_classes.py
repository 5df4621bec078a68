"""Generators and critics of classes: weights divided by a step of the power method, norms under classes and chunks of
the latent vector."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import resspec
from measuring import peak_bytes, saved_bytes
from resspec.analysis.backward import kept
from resspec.analysis.liveness import peak
from resspec.export.drawing import draw
from resspec.export.inputs import inputs
from resspec.formats.exporting import export
from resspec.pricing import Pricer
from resspec.spec.net import NetSpec

SMALL = {
    "biggan128_ch96_g": (
        *("input=[24,1,1]", "condition={classes: 10, width: 8, chunks: 4}", "stem={width: 8, size: 2}"),
        *("~stages.5", "~stages.4", "stages.1.width=8", "stages.2.width=8", "stages.3={width: 8, attention: pooled}"),
    ),
    "biggan_cifar10_g": ("stem.width=8", *(f"stages.{stage}.width=8" for stage in (1, 2, 3))),
    "biggan_cifar10_d": tuple(f"stages.{stage}.width=8" for stage in (1, 2, 3)),
    "cganpd32_d": tuple(f"stages.{stage}.width=8" for stage in (1, 2, 3)),
}
"""Shipped networks made small."""
LABELLED = [*SMALL]


def small(name: str, *changes: str) -> NetSpec:
    """A shipped network made small."""
    return resspec.load(name, *SMALL[name], *changes)


@pytest.mark.parametrize("name", LABELLED)
def test_the_label_of_an_image_changes_its_answer_alone(name: str):
    spec = small(name)
    model = resspec.build(spec, seed=0).eval()
    x, label = inputs(resspec.graph(spec).signature, 3)
    other = label.clone()
    other[1] = (label[1] + 1) % 10
    with torch.no_grad():
        changed = (model(x, label) - model(x, other)).abs().flatten(1).amax(1)
    assert changed[1] > 1e-6
    assert changed[[0, 2]].max() == 0


@pytest.mark.parametrize("name", LABELLED)
def test_memory_is_what_torch_keeps_and_has_alive(name: str):
    spec = small(name)
    graph = resspec.graph(spec)
    x, label = inputs(graph.signature, 3)
    given = x.requires_grad_(), label  # so that backward needs the first layer's weight too
    model = resspec.build(spec, seed=0).train()
    assert kept(graph).bytes(3) == saved_bytes(model, given)
    model.eval()
    with torch.no_grad():
        alive = peak_bytes(model, lambda: model(*given))
    assert 4 * peak(graph, 3).elements(3) == pytest.approx(alive, rel=1e-2)


@pytest.mark.parametrize("name", LABELLED)
def test_the_emitted_file_runs_alone_and_the_drawing_names_the_label(name: str):
    spec = small(name)
    graph = resspec.graph(spec)
    model = resspec.build(spec, seed=0).eval()
    given = inputs(graph.signature, 2)
    namespace: dict[str, Any] = {}
    exec(resspec.source(spec), namespace)
    alone = namespace["build"](seed=0).eval()
    with torch.no_grad():
        assert torch.equal(alone(*given), model(*given))
    assert all("label" in draw(graph, zoom, "text") for zoom in ("stage", "block", "op"))


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["onnx", "pt2"])
@pytest.mark.parametrize("name", LABELLED)
def test_exports_answer_as_the_network_does(name: str, suffix: str, tmp_path: Path):
    found = export(small(name), tmp_path / f"net.{suffix}", resspec.build)
    assert found.written.verified


def test_prices_without_graphs_are_those_of_the_graph():
    pricer = Pricer(small("biggan128_ch96_g"))
    for values in ({"stages.1.depth": 2}, {"condition.width": 16}, {"stages.2.width": 24, "stages.3.width": 16}):
        assert pricer.price(values) == resspec.report(pricer.spec(values)).costs


def test_the_first_chunk_is_the_stems_and_each_other_one_a_blocks():
    spec = small("biggan128_ch96_g")
    blocks = ["layer1.0", "layer2.0", "layer3.0"]
    model = resspec.build(spec, seed=0, features=[0, *blocks]).eval()
    x, label = inputs(resspec.graph(spec).signature, 1)
    with torch.no_grad():
        before = model(x, label)
        for chunk in range(4):
            changed = x.clone()
            changed[:, 6 * chunk : 6 * chunk + 6] += 1
            after = model(changed, label)
            same = [torch.equal(before[name], after[name]) for name in ("0", *blocks)]
            assert same == [place < chunk for place in range(4)]


@pytest.mark.parametrize(
    ("changes", "code", "law"),
    [
        (("stages.1.norm.chunk=7",), "RS308", "chunk=7 of the net's condition, which has 4 chunks"),
        (("stages.1.norm.chunk=2",), "RS309", "nothing in the net reads chunk=1 of its condition"),
        (("input=[26,1,1]",), "RS305", "a vector of 26 values does not make 4 equal pieces"),
        (("condition=label",), "RS308", "chunk=0 of the net's condition, which has 0 chunks"),
        (("stem.spectral=right",), "RS2", "spectral"),
    ],
)
def test_what_does_not_go_together_is_told_with_its_key(changes: tuple[str, ...], code: str, law: str):
    with pytest.raises(resspec.SpecError) as caught:
        resspec.graph(small("biggan128_ch96_g", *changes))
    assert caught.value.faults[0].code.startswith(code)
    assert law in str(caught.value)


def test_a_label_without_a_hierarchy_may_share_a_table_too():
    spec = small("biggan_cifar10_g", "condition.width=6", "stages.1.norm.spectral=left")
    weights = resspec.build(spec, seed=0).state_dict()
    assert weights["condition.classes.weight"].shape == (10, 6)
    assert weights["layer1.0.bn1.gain.weight"].shape == weights["layer1.0.bn1.bias.weight"].shape == (8, 6)
    assert "layer1.0.bn1.gain.u0" in weights
    assert "layer2.0.bn1.gain.u0" not in weights


def test_training_follows_the_largest_singular_value_and_evaluation_takes_a_step_that_it_does_not_keep():
    critic: Any = resspec.build(small("biggan_cifar10_d"), seed=0)
    layer = critic.get_submodule("layer2.0.conv1")
    given = inputs(resspec.graph(small("biggan_cifar10_d")).signature, 2)
    with torch.no_grad():
        layer.weight.mul_(3).add_(0.1 * torch.randn(layer.weight.shape))
    critic.train()
    x = torch.rand(2, 8, 4, 4)
    for _ in range(60):
        (layer(x) + layer(x)).sum().backward()
    value = torch.linalg.svdvals(layer.weight.detach().flatten(1).double())[0].item()
    assert layer.sv0.item() == pytest.approx(value, rel=1e-3)
    critic.eval()
    with torch.no_grad():
        layer.u0.normal_()
        before = layer.u0.clone()
        off = torch.linalg.svdvals(layer.divided().flatten(1))[0].item()
        critic(*given)
    assert torch.equal(layer.u0, before)
    assert off > 1.001
