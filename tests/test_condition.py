"""Networks that are told something beside their image: a time step, a class."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
import torch

import resspec
from resspec.analysis.memory import Setting as MemorySetting
from resspec.analysis.memory import memory_of
from resspec.export.drawing import draw
from resspec.export.inputs import inputs
from resspec.formats.exporting import export
from resspec.ir import Argument
from resspec.pricing import Pricer
from resspec.spec.net import NetSpec
from resspec.study.columns import Columns
from resspec.study.pieces import Pieces

TINY: dict[str, Any] = {
    "name": "tiny_ddpm",
    "input": [1, 8, 8],
    "condition": {"kind": "time", "width": 8, "steps": 50},
    "stem": {"kind": "conv3x3", "width": 8},
    "stage": "entered",
    "block": {"kind": "conditional", "dropout": 0.1},
    "conv": {"kind": "plain", "bias": True},
    "norm": {"kind": "group", "groups": 4},
    "act": "silu",
    "stages": [{"depth": 1, "width": 8}, {"depth": 1, "width": 16, "stride": 2, "attention": "self"}],
    "final": "none",
    "decoder": "mirror",
    "heads": {"kind": "image", "channels": 1},
}


def tiny(*overrides: str) -> NetSpec:
    """A denoiser of a few thousand parameters."""
    return resspec.load(TINY, *overrides)


def test_a_net_says_in_one_place_what_it_is_given():
    assert resspec.graph(tiny()).signature == (Argument("x", (1, 8, 8)), Argument("time", (), 50))
    both = resspec.graph(tiny("condition.classes=10"))
    assert [argument.name for argument in both.signature] == ["x", "time", "label"]
    assert [(tuple(one.shape), one.dtype) for one in inputs(both.signature, 4)] == [
        ((4, 1, 8, 8), torch.float32),
        ((4,), torch.int64),
        ((4,), torch.int64),
    ]
    assert resspec.graph("resnet18").signature == (Argument("x", (3, 224, 224)),)


@pytest.mark.parametrize("override", ["condition.classes=10", "condition.waves=table", "block.modulate=scale"])
def test_what_the_net_is_told_changes_its_answer_for_that_image_alone(override: str):
    spec = tiny(override)
    model = resspec.build(spec, seed=0).eval()
    given = list(inputs(resspec.graph(spec).signature, 3))
    for place in range(1, len(given)):
        changed = list(given)
        changed[place] = given[place].clone()
        changed[place][1] = (given[place][1] + 1) % 10
        with torch.no_grad():
            difference = (model(*given) - model(*changed)).abs().amax((1, 2, 3))
        assert difference[1] > 1e-4
        assert difference[[0, 2]].max() < 1e-6


def test_images_of_any_size_are_denoised():
    model = resspec.build(tiny(), seed=0).eval()
    with torch.no_grad():
        assert model(torch.rand(2, 1, 12, 7), torch.tensor([0, 49])).shape == (2, 1, 12, 7)


def test_the_emitted_file_runs_alone_with_both_inputs():
    model = resspec.build(tiny(), seed=0).eval()
    given = inputs(resspec.graph(tiny()).signature, 2)
    text = resspec.source(tiny())
    assert "def forward(self, x: Tensor, time: Tensor) -> Tensor:" in text
    assert "resspec" not in text
    namespace: dict[str, Any] = {}
    exec(text, namespace)
    alone = namespace["build"](seed=0).eval()
    with torch.no_grad():
        assert torch.equal(alone(*given), model(*given))
        assert torch.equal(pickle.loads(pickle.dumps(model))(*given), model(*given))


def test_features_are_taken_inside_a_conditioned_body():
    model = resspec.build(tiny(), seed=0, features=[0, 2, "decoder", "layer2.blocks.0"]).eval()
    shapes = {name: tuple(x.shape[1:]) for name, x in model(torch.rand(1, 1, 8, 8), torch.tensor([3])).items()}
    assert shapes == {"0": (8, 8, 8), "2": (16, 4, 4), "decoder": (8, 8, 8), "layer2.blocks.0": (16, 4, 4)}


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_time_steps_stay_whole_in_every_type(dtype: torch.dtype):
    model = resspec.build(tiny(), seed=0, dtype=dtype).eval()
    with torch.no_grad():
        out = model(torch.rand(1, 1, 8, 8, dtype=dtype), torch.tensor([37]))
        first = model.get_submodule("condition.fc1")(torch.tensor([37]))
    assert out.dtype == dtype
    reference = resspec.build(tiny(), seed=0).eval().get_submodule("condition.fc1")(torch.tensor([37]))
    assert (first.float() - reference).abs().max() < 0.05


def test_the_inference_form_gives_the_same():
    model = resspec.build(tiny(), seed=0).eval()
    form = resspec.build(tiny(), weights=model.state_dict(), inference=True)
    given = inputs(resspec.graph(tiny()).signature, 2)
    with torch.no_grad():
        assert (model(*given) - form(*given)).abs().max() < 1e-4


@pytest.mark.parametrize(
    "suffix",
    ["py", "safetensors", *(pytest.param(suffix, marks=pytest.mark.slow) for suffix in ("onnx", "pt2", "xml"))],
)
def test_every_format_takes_both_inputs(suffix: str, tmp_path: Path):
    if suffix == "xml":
        pytest.importorskip("openvino", reason="OpenVINO needs the extra openvino")
    found = export(tiny(), tmp_path / f"net.{suffix}", resspec.build)
    assert found.written.verified
    assert all(file.stat().st_size for file in found.written.files)
    if suffix == "onnx":
        onnx = pytest.importorskip("onnx")
        assert [each.name for each in onnx.load(found.written.files[0]).graph.input] == ["x", "time"]


def test_prices_without_graphs_are_those_of_the_graph():
    pricer = Pricer(tiny())
    for values in ({"stages.1.depth": 2}, {"condition.width": 16}, {"stages.2.width": 32, "stages.1.depth": 1}):
        assert pricer.price(values) == resspec.report(pricer.spec(values)).costs


def test_a_search_knows_the_parts_of_a_conditioned_net():
    label = resspec.load("resnet20", "condition={kind: label, classes: 10}", "norm=conditional", "final=none")
    part = Pieces(label, {}, Columns(), drops=False).part(-1, {}, ())
    assert part is not None
    assert part.costs == resspec.report(label).costs
    assert [row.depth for row in part.rows] == [3, 3, 3]


def test_drawings_and_memory_know_the_time():
    graph = resspec.graph(tiny())
    for zoom in ("stage", "block", "op"):
        assert "1×8×8, time" in draw(graph, zoom, "text")
    memory = memory_of(graph, MemorySetting(images=4, optimizer="adam"))
    assert memory.training > memory.inference > 0


def test_a_classifier_under_a_condition_hands_it_to_its_features():
    net = resspec.load("resnet20", "condition={kind: label, classes: 10}", "norm=conditional")
    model: Any = resspec.build(net, seed=0).eval()
    x, label = torch.rand(2, 3, 32, 32), torch.tensor([1, 2])
    with torch.no_grad():
        whole = model(x, label)
        assert torch.equal(model.forward_head(model.forward_features(x, label)), whole)
        assert (whole - model(x, torch.tensor([1, 3])))[1].abs().max() > 0


def test_blocks_that_are_told_something_are_not_recomputed():
    with pytest.raises(resspec.ResspecError, match="RS709"):
        resspec.build(tiny(), checkpointing=True)


def test_a_decoder_may_read_the_map_of_a_block():
    spec = resspec.load("resnet18", "decoder={kind: unet, taps: [0, layer1.0, 2, 4]}", input="64x64", classes=3)
    graph = resspec.graph(spec)
    readers = {reader for name in graph.nodes if name == "layer1.0.act2" for reader in graph.consumers[name]}
    assert "decoder.1.cat" in readers
    with pytest.raises(resspec.SpecError, match=r"there is no map 'layer1\.7'"):
        resspec.load("resnet18", "decoder={kind: unet, taps: [layer1.7, 4]}")
