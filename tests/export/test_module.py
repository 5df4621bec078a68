"""The emitted module is an ordinary one: torch's tools take it, and so do the habits of timm's users."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

import resspec
from networks import small

VARIED = [
    small(),
    small(block="basic", shortcut="pad"),
    small(block={"kind": "preact-bottleneck", "stride_on": "1x1"}, shortcut="avgpool"),
    small(block="preact-basic", shortcut="none"),
    small(shortcut="projection-all", gate="se", act="silu"),
    small(norm={"kind": "group", "groups": 8}, act="gelu", drop_path=0.2, head={"kind": "linear", "dropout": 0.3}),
    small(norm="none", stem={"kind": "deep", "widths": [8, 8, 16]}),
]
IDS = [str(place) for place in range(len(VARIED))]


def image(batch: int = 2, height: int = 32, width: int = 32) -> torch.Tensor:
    return torch.rand(batch, 3, height, width, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def model() -> Any:
    return resspec.build(small(), seed=0).eval()


@pytest.mark.parametrize("spec", VARIED, ids=IDS)
def test_the_module_is_what_the_graph_says(spec: dict[str, object]):
    from resspec.testing import graph_of

    graph = graph_of(resspec.load(spec))
    model: Any = resspec.build(spec, seed=0).eval()
    stated = {f"{node.name}.{weight.name}": weight.shape for node in graph for weight in node.op.weights()}
    assert [*stated] == [*model.state_dict()]
    assert stated == {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    assert torch.isfinite(model(image())).all()


@pytest.mark.parametrize("spec", VARIED, ids=IDS)
def test_every_size_of_image_is_taken(spec: dict[str, object]):
    model: Any = resspec.build(spec, seed=0).eval()
    assert model(image(1, 57, 40)).shape == model(image(3, 96, 33))[:1].shape


@pytest.mark.parametrize("spec", VARIED, ids=IDS)
def test_it_goes_through_torch_export(spec: dict[str, object]):
    model: Any = resspec.build(spec, seed=0).eval()
    exported = torch.export.export(model, (image(),))
    assert torch.equal(exported.module()(image()), model(image()))


@pytest.mark.slow
@pytest.mark.parametrize("spec", VARIED, ids=IDS)
def test_it_compiles_as_one_graph(spec: dict[str, object]):
    model: Any = resspec.build(spec, seed=0).eval()
    with torch.no_grad():
        compiled: Any = torch.compile(model, fullgraph=True)
        torch.testing.assert_close(compiled(image()), model(image()), rtol=1e-3, atol=1e-4)


def test_a_trained_step_compiles_as_one_graph_without_a_compiler():
    model: Any = resspec.build(small(), seed=0).train()
    compiled: Any = torch.compile(model, fullgraph=True, backend="aot_eager")
    compiled(image()).sum().backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


def test_a_copy_gives_the_same_and_shares_nothing(model: Any):
    twin = copy.deepcopy(model)
    assert torch.equal(twin(image()), model(image()))
    assert not {id(p) for p in model.parameters()} & {id(p) for p in twin.parameters()}


def test_it_pickles_into_a_process_that_does_not_have_the_spec(model: Any, tmp_path: Path):
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(model))
    torch.save(model, tmp_path / "model.pt")
    torch.save((image(), model(image())), tmp_path / "run.pt")
    code = """
import pickle, torch
x, y = torch.load("run.pt")
for model in (pickle.load(open("model.pkl", "rb")), torch.load("model.pt", weights_only=False)):
    assert torch.equal(model(x), y) and not model.training
    assert type(model.layer1[0]).__name__ == "Bottleneck"
"""
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)


def test_a_part_of_it_pickles_too(model: Any):
    stage = pickle.loads(pickle.dumps(model.layer1))
    x = torch.rand(1, 16, 8, 8)
    assert torch.equal(stage(x), model.layer1(x))


def test_equal_specs_share_their_classes():
    assert type(resspec.build(small())) is type(resspec.build(small()))


def test_a_seed_fixes_every_weight():
    first, again, other = (resspec.build(small(), seed=seed).state_dict() for seed in (3, 3, 4))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["conv1.weight"], other["conv1.weight"])


def test_without_a_seed_torchs_own_generator_fills_it():
    torch.manual_seed(5)
    first = resspec.build(small()).state_dict()
    torch.manual_seed(5)
    again = resspec.build(small()).state_dict()
    assert all(torch.equal(first[name], again[name]) for name in first)


def test_weights_start_as_the_literature_has_them():
    state = resspec.build("resnet18", seed=0).state_dict()
    kernel = state["layer4.1.conv2.weight"]
    assert abs(kernel.std().item() / (2 / (512 * 9)) ** 0.5 - 1) < 0.01
    assert (state["bn1.weight"] == 1).all()
    assert (state["bn1.running_var"] == 1).all()
    assert (state["bn1.bias"] == 0).all()
    assert state["fc.weight"].abs().max() <= 512**-0.5


def test_zero_init_starts_each_block_as_the_identity():
    model: Any = resspec.build(small(block={"kind": "bottleneck", "zero_init": True}), seed=0)
    assert all((m.bn3.weight == 0).all() for m in model.modules() if hasattr(m, "bn3"))
    block = model.layer1[1]
    x = torch.rand(2, 32, 8, 8)
    assert torch.equal(block.eval()(x), x)


def test_dtype_and_device_are_taken():
    model: Any = resspec.build(small(), dtype=torch.bfloat16)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.bfloat16}
    assert next(resspec.build(small(), device="meta").parameters()).is_meta


def test_channels_last_and_autocast_give_the_same(model: Any):
    expected = model(image())
    with torch.no_grad():
        last = model.to(memory_format=torch.channels_last)
        torch.testing.assert_close(last(image().contiguous(memory_format=torch.channels_last)), expected)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out = last(image())
    assert out.dtype == torch.bfloat16
    assert (out.float() - expected).abs().max() < 0.1 * expected.abs().max()


def test_checkpointing_by_block_gives_the_same_gradients():
    grads = []
    for checkpointing in (False, True):
        model: Any = resspec.build(small(), seed=0, checkpointing=checkpointing).train()
        model(image()).square().sum().backward()
        grads.append({name: parameter.grad for name, parameter in model.named_parameters()})
    assert all(torch.allclose(grads[0][name], grads[1][name]) for name in grads[0])


def test_checkpointing_keeps_less_for_backward():
    kept = []
    for checkpointing in (False, True):
        model: Any = resspec.build(small(), seed=0, checkpointing=checkpointing).train()
        sizes: list[int] = []

        def kept_now(tensor: torch.Tensor, sizes: list[int] = sizes) -> torch.Tensor:
            sizes.append(tensor.numel())
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(kept_now, lambda tensor: tensor):
            model(image())
        kept.append(sum(sizes))
    assert kept[1] < kept[0] / 2


@pytest.mark.slow
def test_it_trains_in_two_processes_as_distributed_data_parallel(tmp_path: Path):
    (tmp_path / "spec.json").write_text(json.dumps(small()))
    code = """
import os, sys, torch, resspec
from torch.nn.parallel import DistributedDataParallel
rank = int(sys.argv[1])
meeting = "file://" + os.path.abspath("meeting")
torch.distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=2)
model = DistributedDataParallel(resspec.build("spec.json", seed=0))
model(torch.full((2, 3, 32, 32), float(rank))).sum().backward()
torch.save(model.module.conv1.weight.grad, f"grad{rank}.pt")
del model
torch.distributed.destroy_process_group()
"""
    ranks = [subprocess.Popen([sys.executable, "-c", code, str(rank)], cwd=tmp_path) for rank in range(2)]
    assert [process.wait(timeout=120) for process in ranks] == [0, 0]
    assert torch.equal(torch.load(tmp_path / "grad0.pt"), torch.load(tmp_path / "grad1.pt"))


def test_what_users_of_timm_reach_for_is_there(model: Any):
    assert (model.input_size, model.num_classes, model.num_features) == ((3, 32, 32), 10, 64)
    assert (model.mean, model.std) == ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    features = model.forward_features(image())
    assert features.shape == (2, 64, 16, 16)
    assert torch.equal(model.forward_head(features), model(image()))
    assert model.forward_head(features, pre_logits=True).shape == (2, 64)
    model.reset_classifier(7)
    assert model(image()).shape == (2, 7)
    model.reset_classifier(0)
    assert torch.equal(model(image()), model.forward_head(features, pre_logits=True))


def test_a_net_without_classes_gives_pooled_features_and_can_be_given_some():
    model: Any = resspec.create_model(small(), num_classes=0)
    assert model(image()).shape == (2, 64)
    model.reset_classifier(3)
    assert model(image()).shape == (2, 3)


def test_features_come_by_name(model: Any):
    tapped = resspec.build(small(), features=[0, 1, 2, "layer1.0"], seed=0).eval()
    maps = tapped(image())
    assert {name: tuple(value.shape[1:]) for name, value in maps.items()} == {
        "0": (16, 32, 32), "1": (32, 32, 32), "2": (64, 16, 16), "layer1.0": (32, 32, 32),
    }  # fmt: skip
    assert torch.equal(maps["2"], model.forward_features(image()))


def test_an_unknown_feature_is_told():
    with pytest.raises(resspec.SpecError, match="there is no feature 'layer7'"):
        resspec.build(small(), features=["layer7"])


def test_hooks_see_the_names_of_the_graph(model: Any):
    seen = []
    model.get_submodule("layer2.0.conv2").register_forward_hook(lambda _m, _i, out: seen.append(tuple(out.shape)))
    model(image())
    assert seen == [(2, 16, 16, 16)]


@pytest.mark.parametrize("depth", [600, pytest.param(5000, marks=pytest.mark.slow)])
def test_a_net_of_thousands_of_blocks_runs(depth: int):
    spec = small(block="basic", stages=[{"depth": depth, "width": 16}], input=[3, 8, 8])
    assert resspec.report(spec).params > depth * 2 * 16 * 16 * 9
    with torch.no_grad():
        assert resspec.build(spec, seed=0).eval()(image(1, 8, 8)).shape == (1, 10)


def test_resnet_1202_runs():
    with torch.no_grad():
        assert resspec.build("resnet1202", seed=0).eval()(image(1)).shape == (1, 10)
