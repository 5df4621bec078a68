"""Networks that predict for places: a spec that a peer ships too is the peer's network, figure for figure."""

from __future__ import annotations

import math
import pickle
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import dense
import peers
import probe
import resspec
from resspec.export.inputs import inputs
from resspec.export.naming import Peer
from resspec.export.naming import peers as namings
from resspec.export.weights import peer_state
from resspec.formats.conversion import convert
from resspec.ingest.fit import tensors_of

LARGE = 16_000_000
"""Networks with more parameters than this run their probes in the slow tests."""


def id_of(row: peers.Row) -> str:
    """What a test on a network is called."""
    return f"{row['source']}-{row['name']}"


OWN_NAMES = {"out0": "out", "out1": "labels"}
"""Outputs that the measurements numbered."""


def own_name(name: str) -> str:
    """What we call an output that the measurements named."""
    return OWN_NAMES.get(name, name.replace("p6_pool", "p6"))


def probed(row: peers.Row) -> list[Tensor]:
    """The inputs of the row's probe: an image or a latent vector, a time step, a class."""
    found = []
    for kind, *sizes in row["probe"]["inputs"].values():
        if kind in ("time", "label"):
            found.append(torch.tensor(sizes))
        else:
            found.append(probe.image(*sizes) if kind == "image" else probe.image(sizes[0], 1, 1).flatten(1))
    return found


def named(model: nn.Module) -> Iterator[dict[str, Tensor]]:
    """The model's state_dict under the name of every peer that has names for it."""
    for naming in namings():
        try:
            yield peer_state(model, naming.name)
        except resspec.WeightsError:
            continue


def filled(row: peers.Row, model: nn.Module) -> dict[str, Tensor]:
    """The tensors of the probe in the peer's names, without those of layers that the peer keeps and never runs."""
    if row["name"] in dense.IDLE:
        state = probe.fill(peers.shapes(row["source"], row["name"]))
        return {key: tensor for key, tensor in state.items() if not key.startswith(dense.IDLE[row["name"]])}
    state = next(state for state in named(model) if peers.digest(state) == row["state_dict_sha256"])
    return divided(probe.fill({key: tuple(tensor.shape) for key, tensor in state.items()}))


def divided(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """A filled state_dict with the exact singular vectors of every weight that is divided by its largest value."""
    for key in [key for key in state if key.endswith("weight_orig")]:
        u, v = vectors(state[key])
        stem = key.removesuffix("orig")
        state[f"{stem}u"], state[f"{stem}v"] = u.float(), v.float()
    for key in [key for key in state if key.endswith("u0")]:
        state[key] = vectors(state[f"{key.removesuffix('u0')}weight"])[0].float()[None]
    return state


def vectors(weight: Tensor) -> tuple[Tensor, Tensor]:
    """The singular vectors of a weight's largest value."""
    matrix = weight.flatten(1).double()
    rows, columns = matrix.shape
    turned = matrix if rows <= columns else matrix.t()
    first = torch.linalg.eigh(turned @ turned.t())[1][:, -1]  # a tenth of the time that both sides' vectors take
    second = torch.nn.functional.normalize(turned.t() @ first, dim=0)
    return (first, second) if rows <= columns else (second, first)


@pytest.mark.parametrize("row", dense.ROWS, ids=id_of)
def test_params_buffers_and_macs_are_the_peers(row: peers.Row):
    report = resspec.report(dense.sized(row))
    assert report.macs == dense.macs_of(row, report.macs)
    assert report.params == (row["params_used"] if row["name"] in dense.IDLE else row["params"])
    assert report.buffers == row["buffers"] or row["name"] in dense.IDLE
    for size, macs in row["macs_at"].items() if "x" in row.get("macs_input", ()) else ():
        assert resspec.report(dense.sized(row, size)).macs == macs + dense.macs_of(row) - row["macs"]


@pytest.mark.parametrize("row", dense.RUN, ids=id_of)
def test_outputs_have_the_peers_shapes(row: peers.Row):
    graph = resspec.graph(dense.sized(row))
    shapes = {name: [1, *graph[node].shape] for name, node in graph.outputs.items()}
    expected = {own_name(name): shape for name, shape in row["outputs"].items()}
    assert shapes == (expected if len(expected) > 1 else {"output": next(iter(expected.values()))})


@pytest.mark.parametrize("row", dense.ROWS, ids=id_of)
def test_the_state_dict_is_the_peers_by_name_order_and_shape(row: peers.Row):
    model = resspec.build(dense.spec_of(row), device="meta")
    if row["name"] in dense.IDLE:
        keys = {key: tuple(tensor.shape) for key, tensor in filled(row, model).items()}
        assert list(keys.items()) in [[(key, tuple(t.shape)) for key, t in state.items()] for state in named(model)]
    else:
        assert any(peers.digest(state) == row["state_dict_sha256"] for state in named(model))


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=name, marks=[pytest.mark.slow] if row["params"] > LARGE else [])
        for row, name in zip(dense.RUN, map(id_of, dense.RUN), strict=True)
    ],
)
def test_every_output_is_the_peers(row: peers.Row):
    model = resspec.build(dense.sized(row), seed=0).eval()
    resspec.load_weights(model, filled(row, model))
    with torch.no_grad():
        found = model(*probed(row))
    measured = {own_name(name): value for name, value in row["probe"]["outputs"].items()}
    outputs = found if isinstance(found, dict) else {next(iter(measured)): found}
    assert outputs.keys() <= measured.keys()
    for name, tensor in outputs.items():
        expected = measured[name]
        assert list(tensor.shape) == expected["shape"]
        scale = expected["norm"] / math.sqrt(tensor.numel())
        assert (tensor.flatten()[:6] - torch.tensor(expected["first"])).abs().max().item() <= 1e-4 * scale
        assert abs(tensor.double().norm().item() - expected["norm"]) <= 1e-4 * expected["norm"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "row", [row for row in dense.ROWS if row["name"] not in dense.IDLE], ids=lambda row: row["name"]
)
def test_a_checkpoint_of_the_peer_converts_to_our_names_and_back(row: peers.Row):
    spec = resspec.load(dense.spec_of(row))
    shapes = tensors_of(spec)
    own = {name: torch.full(shape, i, dtype=dtype_of(name)) for i, (name, shape) in enumerate(shapes.items())}
    found = [theirs for peer in namings() if peers.digest(theirs := renamed(own, peer)) == row["state_dict_sha256"]]
    made = convert(found[0], "resspec", spec)
    assert made.tensors.keys() == own.keys()
    assert all(torch.equal(made.tensors[name], own[name]) for name in own)
    back = convert(own, made.source, spec).tensors
    assert list(back) == list(found[0])
    assert all(torch.equal(back[name], found[0][name]) for name in back)


def dtype_of(name: str) -> torch.dtype:
    """The type of a tensor of ours."""
    return torch.int64 if name.endswith("num_batches_tracked") else torch.float32


def renamed(own: dict[str, Tensor], peer: Peer) -> dict[str, Tensor]:
    """Tensors under a peer's names, in its order."""
    return {theirs: own[name] for name, theirs in peer.names(own).items()}


SMALL = ("unet_resnet18", "linknet_resnet18", "fpn_resnet18", "pspnet_resnet18", "deeplabv3plus_resnet34")


@pytest.mark.parametrize("name", SMALL)
def test_one_module_takes_images_of_any_size_that_its_body_divides(name: str):
    model = resspec.build(resspec.load(name, classes=5), seed=0).eval()
    for height, width in ((64, 96), (96, 32)):
        with torch.no_grad():
            assert model(torch.rand(2, 3, height, width)).shape == (2, 5, height, width)


def test_a_unet_takes_images_whose_sides_its_body_does_not_divide():
    model = resspec.build("unet_resnet18", seed=0).eval()
    with torch.no_grad():
        assert model(torch.rand(1, 3, 75, 101)).shape == (1, 21, 75, 101)
    assert resspec.report(resspec.load("unet_resnet18", input="75x101")).stages[-1].output == (21, 75, 101)


def test_the_heads_as_a_feature_are_all_of_their_outputs_and_one_is_had_by_its_name():
    small = resspec.load("retinanet_resnet50_fpn", "stages.3.depth=1", classes=3, input="64x64")
    image = torch.rand(1, 3, 64, 64)
    model = resspec.build(small, seed=0).eval()

    def answer(features: list[int | str]) -> dict[str, torch.Tensor]:
        part = resspec.build(small, features=features).eval()
        assert not part.load_state_dict(model.state_dict(), strict=False).missing_keys
        return part(image)  # type: ignore[no-any-return]  # a module's answer

    with torch.no_grad():
        whole = model(image)
        heads, one, mixed = answer(["heads"]), answer(["bbox_regression"]), answer([4, "heads"])
    assert list(heads) == list(whole)
    assert all(torch.equal(heads[name], whole[name]) for name in whole)
    assert list(mixed) == ["4", *whole]
    assert torch.equal(one["bbox_regression"], whole["bbox_regression"])


def test_a_detector_pickles_gives_features_and_runs_alone():
    small = resspec.load("retinanet_resnet50_fpn", "stages.3.depth=1", classes=3, input="64x64")
    model = resspec.build(small, seed=0).eval()
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        outputs = model(image)
        again = pickle.loads(pickle.dumps(model))(image)
        levels = resspec.build(small, seed=0, features=["p3", "p7", 4]).eval()(image)
    assert {name: tuple(rows.shape) for name, rows in outputs.items()} == {
        "cls_logits": (1, 774, 3),
        "bbox_regression": (1, 774, 4),
    }
    assert all(torch.equal(outputs[name], again[name]) for name in outputs)
    assert {name: tuple(x.shape[1:]) for name, x in levels.items()} == {
        "p3": (256, 8, 8),
        "p7": (256, 1, 1),
        "4": (2048, 2, 2),
    }
    namespace: dict[str, object] = {}
    exec(resspec.source(small), namespace)
    alone = namespace["build"](seed=0).eval()  # type: ignore[operator]
    with torch.no_grad():
        assert torch.equal(alone(image)["cls_logits"], outputs["cls_logits"])


TWO_STEPS = [row for row in dense.ROWS if not row["feed_forward"]]
BRIEF = ("fasterrcnn_resnet50_fpn_v2", "maskrcnn_resnet50_fpn")
"""Those that are run by default."""
PUBLISHED = {
    "fasterrcnn_resnet50_fpn": (134.38, 0),
    "fasterrcnn_resnet50_fpn_v2": (280.37, 0),
    "maskrcnn_resnet50_fpn_v2": (333.58, 100),
    "keypointrcnn_resnet50_fpn": (137.42, 1),
}
"""Thousand millions of multiply-accumulates that torchvision's list of weights tells, at 800 x 800; of how many boxes
that were found masks or key points were made then."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_whole_detector_takes_the_macs_that_torchvision_tells(name: str):
    told, shown = PUBLISHED[name]
    blocks = {row.name: row.macs for row in resspec.report(name).blocks}
    spared = sum(blocks.get(f"heads.{kind}", 0) for kind in ("masks", "keypoints")) * (1000 - shown) // 1000
    assert (sum(blocks.values()) - spared) / 1e9 == pytest.approx(told, abs=0.005)


def test_a_whole_detector_costs_its_two_steps_the_second_for_each_proposal():
    first, box, mask = (resspec.report(name) for name in ("rpn_resnet50_fpn", "box_head", "mask_head"))
    for count in (1, 300):
        whole = resspec.report(resspec.load("maskrcnn_resnet50_fpn", f"heads.proposals={count}"))
        assert whole.params == first.params + box.params + mask.params
        assert whole.macs == first.macs + count * (box.macs + mask.macs)
        assert whole.activations == first.activations + count * (box.activations + mask.activations)


@pytest.mark.parametrize(
    "row",
    [pytest.param(row, id=row["name"], marks=[] if row["name"] in BRIEF else [pytest.mark.slow]) for row in TWO_STEPS],
)
def test_a_whole_detector_answers_of_each_box_and_as_its_file_does(row: peers.Row):
    small: dict[str, Any] = {"stem.width": 8, "neck.width": 16, "input": "64x96", "heads.proposals": 2, "stages": {}}
    small["stages"] = {number: {"depth": 1, "width": 16} for number in (1, 2, 3, 4)}
    spec = resspec.load(row["name"], **small)
    graph = resspec.graph(spec)
    model = resspec.build(spec, seed=0).eval()
    given = inputs(graph.signature, 2)
    namespace: dict[str, Any] = {}
    exec(resspec.source(spec), namespace)
    with torch.no_grad():
        found, alone = model(*given), namespace["build"](seed=0).eval()(*given)
        again = pickle.loads(pickle.dumps(model))(given[0], given[1][:, 1:])
    assert {name: tuple(tensor.shape[1:]) for name, tensor in found.items()} == {
        name: graph[node].shape for name, node in graph.outputs.items()
    }
    assert all(torch.equal(found[name], alone[name]) for name in found)
    for name, tensor in again.items():
        expected = found[name] if "." in name else found[name][:, 1:]
        torch.testing.assert_close(tensor, expected, rtol=1e-4, atol=1e-5)


def test_the_inference_form_of_a_segmentation_net_gives_the_same():
    spec = resspec.load("deeplabv3plus_resnet34", classes=4, input="64x64")
    model = resspec.build(spec, seed=0).eval()
    weights = model.state_dict()
    form = resspec.build(spec, weights=weights, inference=True)
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        difference = (model(image) - form(image)).abs().max()
    assert difference < 1e-4
    assert not any(isinstance(module, nn.BatchNorm2d) for module in form.modules())


def test_a_decoder_takes_the_place_of_an_inherited_head():
    spec = resspec.load("resnet18", "decoder=unet", classes=7, input="64x64")
    assert "head" not in spec.to_dict()
    assert spec.to_dict()["heads"] == {"classes": 7}
    assert list(resspec.graph(spec).outputs) == ["output"]
    assert resspec.load(resspec.load(spec).to_dict()) == spec


def test_a_search_changes_the_width_of_decoders():
    from resspec.pricing import Pricer

    pricer = Pricer(resspec.load("unet_resnet18", input="64x64"))
    for width in (64, 128):
        for depth in (1, 2):
            values = {"decoder.width": width, "stages.3.depth": depth}
            report = resspec.report(pricer.spec(values))
            assert pricer.price(values).to_dict() == report.costs.to_dict()
