"""Specs of networks that are no classifiers, from names and shapes: every peer's, others' classes and widths, other
bodies; and what is said where nothing fits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import dense
import peers
import resspec
from command import run
from resspec.errors import WeightsError
from resspec.export.naming import Peer
from resspec.export.naming import peers as namings
from resspec.export.weights import peer_state
from resspec.ingest.anatomy import COUNTER, Shape, without_counters
from resspec.ingest.fit import named, tensors_of
from resspec.ingest.inferring import infer
from resspec.ingest.sources import unwrapped
from resspec.ingest.templates import shipped
from resspec.ingest.untold import untold
from resspec.spec.loading import load_spec

WHOLE = [row for row in dense.ROWS if row["name"] not in dense.IDLE]
SAMPLE = {
    *("fasterrcnn_resnet50_fpn", "pose_resnet50", "fasterrcnn_resnet50_fpn:box_head"),
    *("biggan_cifar10_G", "wgangp32_resD", "resnet_9blocks_instance", "edsr_baseline_x2"),
    *("unet_resnet18_aux_params", "segresnet", "unet_res2", "sngan32_G", "patchgan_basic_instance"),
}
"""Networks of every kind, which the default tests import; the slow ones import all."""


def naming(name: str) -> Peer:
    return next(peer for peer in namings() if peer.name == name)


def state_dict(row: peers.Row) -> dict[str, Shape]:
    """The peer's state_dict: ours under the peer's names, which the measured digest confirms."""
    own = tensors_of(shipped(dense.spec_of(row)))
    house = row["source"].lower().replace("pytorch_examples", "fast").removeprefix("sgrvinod_")
    for peer in sorted(namings(), key=lambda peer: not house.startswith(peer.name.partition("_")[0])):
        state = {theirs: own[ours] for ours, theirs in peer.names(own).items()}
        if peers.digest({name: meta(name, shape) for name, shape in state.items()}) == row["state_dict_sha256"]:
            return unwrapped(state)
    raise AssertionError(row["name"])


def meta(name: str, shape: Shape) -> Tensor:
    """A tensor without values, of the type that such a name has."""
    return torch.empty(shape, device="meta", dtype=torch.int64 if name.endswith(COUNTER) else torch.float32)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=f"{row['source']}-{row['name']}", marks=() if row["name"] in SAMPLE else pytest.mark.slow)
        for row in WHOLE
    ],
)
def test_every_state_dict_of_a_peer_is_imported_as_the_peers_network(row: peers.Row):
    state = state_dict(row)
    found = infer(state)
    assert named(found.spec, naming(found.naming)) == state
    wanted = resspec.fingerprint(dense.spec_of(row))
    assert wanted in {resspec.fingerprint(name) for name in (found.like, *found.equals)}
    if resspec.fingerprint(found.spec) != wanted:
        assert found.equals, "another network, and nothing is said of it"


@pytest.mark.slow
@pytest.mark.parametrize("row", [row for row in dense.ROWS if row["name"] in dense.IDLE], ids=lambda row: row["name"])
def test_layers_that_a_peer_keeps_and_never_runs_are_told_by_name(row: peers.Row):
    with pytest.raises(WeightsError) as caught:
        infer(peers.shapes(row["source"], row["name"]))
    (fault,) = caught.value.faults
    assert fault.code == "RS613"
    assert all(text in fault.message for text in (dense.spec_of(row), dense.IDLE[row["name"]][0]))


def test_every_dense_network_of_the_golden_is_imported_or_has_idle_layers():
    assert len(WHOLE) + len(dense.IDLE) == len(dense.MEASURED)


LARGE = (
    *("rcan_x2", "upernet_resnet50", "rrdbnet_x4", "unet_resnet34", "fcn_resnet50_aux", "fasterrcnn_resnet50_fpn"),
    *("fcos_resnet50_fpn_frozenbn", "ddpm_cifar10", "deeplabv3plus_resnet34"),
)
"""Networks that the slow tests alter."""


def marked(cases: Sequence[tuple[Any, ...]], *slow: str) -> list[Any]:
    """Cases with their names, those of these bases for the slow tests."""
    return [
        pytest.param(*case, id=f"{case[0]}-{case[-1]}-{place}", marks=pytest.mark.slow if case[0] in slow else ())
        for place, case in enumerate(cases)
    ]


ALTERED: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("unet_resnet34", ("classes=3",), "smp"),
    ("unet_resnet18", ("classes=2", "input=1x512x512"), "smp"),
    ("unet_resnet18", ("decoder.widths=[200, 120, 60, 30, 20]",), "smp"),
    ("unet_resnet18", ("stem.width=32", "stages.1.width=32", "stages.2.width=48", "decoder.width=64"), "resspec"),
    ("unet_resnet18_aux_params", ("heads.labels=9",), "smp"),
    ("fcn_resnet50_aux", ("classes=150",), "torchvision_segmentation"),
    ("deeplabv3plus_resnet34", ("classes=19",), "smp"),
    ("upernet_resnet50", ("classes=150", "decoder.width=128"), "smp"),
    ("fasterrcnn_resnet50_fpn", ("heads.classes=2",), "torchvision_detection"),
    ("maskrcnn_resnet50_fpn_v2", ("heads.classes=5",), "torchvision_detection"),
    ("retinanet_resnet50_fpn", ("heads.classes=7", "neck.width=128"), "torchvision_detection"),
    ("fcos_resnet50_fpn_frozenbn", ("heads.classes=3",), "torchvision_detection"),
    ("segresnet", ("input=4x512x512", "stem.width=8", "stages.1.width=8", "stages.2.width=24"), "monai_segresnet"),
    ("ddpm_cifar10", ("condition.width=64", "stem.width=64", "stages.1.width=64"), "pytorch_diffusion"),
    ("cyclegan_9blocks", ("stem.width=32", "stages.1.width=128", "decoder.widths=[64, 32]"), "cyclegan"),
    ("edsr_baseline_x2", ("stem.width=32", "stages.1.width=32"), "edsr"),
    ("rcan_x2", ("gate.ratio=0.25",), "basicsr_rcan"),
    ("rrdbnet_x4", ("stem.width=32", "stages.1.width=32"), "basicsr_rrdbnet"),
    ("biggan_cifar10_g", ("condition.classes=100",), "biggan"),
    ("patchgan", ("input=6x256x256",), "cyclegan_patchgan"),
)
"""Shipped networks with other classes, channels and widths, under a peer's names."""


@pytest.mark.parametrize(
    ("base", "changes", "peer"),
    marked(ALTERED, *LARGE),
)
def test_classes_channels_and_widths_are_told_by_shapes(base: str, changes: tuple[str, ...], peer: str):
    spec = load_spec(base, *changes)
    found = infer(named(spec, naming(peer)))
    assert (found.like, found.body) == (base, "")
    assert resspec.fingerprint(found.spec) == resspec.fingerprint(spec)


BODIES = (
    ("fasterrcnn_resnet50_fpn_frozenbn", "resnet18", "torchvision_detection"),
    ("unet_resnet18", "resnet50", "smp"),
    ("deeplabv3plus_resnet50", "resnet101", "smp"),
    ("unet_resnet18", "resnet50d", "smp_timm"),
)


@pytest.mark.parametrize(("top", "body", "peer"), marked(BODIES, "unet_resnet18", "deeplabv3plus_resnet50"))
def test_what_stands_on_the_body_of_another_shipped_network_is_found(top: str, body: str, peer: str):
    own, lender = shipped(top).to_dict(), shipped(body).to_dict()
    kept = ("input", "norm", "output_stride", "dilate_entry", "neck", "decoder", "heads")
    parts = {key: own[key] for key in kept if key in own}
    spec = load_spec({key: value for key, value in (lender | parts).items() if key != "head"}, "heads.classes=4")
    found = infer(named(spec, naming(peer)))
    assert found.body == body
    assert tensors_of(found.spec) == tensors_of(spec)
    assert resspec.fingerprint(found.spec) == resspec.fingerprint(spec)
    assert resspec.fingerprint(infer(named(spec, naming(peer)), like=body).spec) == resspec.fingerprint(spec)


SMALL = ("stem.width=8", "stages.1.width=8", "stages.2.width=16", "stages.3.width=16", "stages.4.width=24")


def test_a_checkpoint_under_a_peers_names_gives_the_network_that_takes_it(tmp_path: Path):
    spec = load_spec("unet_resnet18", *SMALL, "decoder.width=32", classes=5)
    state = peer_state(resspec.build(spec, seed=0), "smp")
    torch.save({"state_dict": {f"module.{name}": tensor for name, tensor in state.items()}}, tmp_path / "best.pth")
    found = resspec.import_spec(tmp_path / "best.pth")
    assert resspec.fingerprint(found.spec) == resspec.fingerprint(spec)
    assert (found.naming, found.like, found.equals) == ("smp", "unet_resnet18", ("unet_digits",))
    assert "not told by shapes, as in unet_resnet18: input 3x512x512" in found.notes[-1]
    resspec.build(found.spec, weights=tmp_path / "best.pth")


@pytest.mark.slow
def test_the_command_writes_the_shortest_spec_of_a_detector(tmp_path: Path):
    spec = load_spec("maskrcnn_resnet50_fpn", "heads.classes=2")
    torch.save(peer_state(resspec.build(spec, seed=0), "torchvision_detection"), tmp_path / "mine.pth")
    done = run("import", "mine.pth", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("extends: maskrcnn_resnet50_fpn\nname: mine\nheads: {classes: 2}\n")


def test_networks_of_the_same_tensors_are_told_and_one_is_taken_by_name():
    state = named(shipped("wgangp32_g"), naming("gan_collections"))
    found = infer(state)
    assert found.equals
    assert resspec.fingerprint("wgangp32_g") in {resspec.fingerprint(name) for name in (found.like, *found.equals)}
    assert infer(state, like="wgangp32_g").like == "wgangp32_g"


def test_frozen_norms_are_told_from_those_that_count_batches():
    for name in ("resnet18_fpn_pool_bn", "resnet18_fpn_pool_frozenbn"):
        assert infer(tensors_of(shipped(name))).like == name
    own = tensors_of(shipped("resnet18_fpn_pool_bn"))
    some = infer({name: shape for name, shape in own.items() if name != "bn1.num_batches_tracked"})
    assert (some.like, some.equals) == ("resnet18_fpn_pool_bn", ())
    none = infer(without_counters(own))
    assert (none.like, none.equals) == ("resnet18_fpn_pool_frozenbn", ("resnet18_fpn_pool_bn",))


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        (
            {"encoder.layer3.1.conv2.weight": (256, 255, 3, 3)},
            "RS614",
            "encoder.layer3.1.conv2.weight (256, 255, 3, 3)",
        ),
        ({"decoder.blocks.9.weight": (256, 256, 3, 3)}, "RS613", "decoder.blocks.9.weight"),
        ({"encoder.layer3.1.conv2.weight": None}, "RS612", "encoder.layer3.1.conv2.weight"),
    ],
)
def test_what_does_not_fit_is_told_beside_the_nearest_network(change: dict[str, Shape | None], code: str, place: str):
    state = {**named(shipped("unet_resnet18"), naming("smp")), **change}
    with pytest.raises(WeightsError) as caught:
        infer({name: shape for name, shape in state.items() if shape is not None})
    (fault,) = caught.value.faults
    assert fault.code == code
    assert place in fault.message
    assert "unet_resnet18 (smp names)" in fault.message


def test_of_names_that_are_near_to_nothing_the_first_are_told():
    with pytest.raises(WeightsError, match=r"RS611.*\n.*features\.0\.weight"):
        infer({f"features.{place}.weight": (64, 64, 3, 3) for place in range(9)})


def test_what_shapes_do_not_tell_makes_another_network_of_the_same_tensors():
    spec = load_spec("deeplabv3plus_resnet34")
    texts = untold(spec)
    assert {"output stride 16", "heads align true", "heads act none", "decoder dropout 0.5"} <= {*texts}
    assert not any("classes" in text or "width" in text for text in texts)
    other = load_spec(spec, "heads.align=false")
    assert tensors_of(other) == tensors_of(spec)
    assert resspec.fingerprint(other) != resspec.fingerprint(spec)


def test_a_generators_answers_confirm_it():
    found = resspec.import_spec(resspec.build("labelled_digits_generator", seed=0))
    assert found.confirmed
    assert resspec.fingerprint(found.spec) == resspec.fingerprint("labelled_digits_generator")


class Chooser(nn.Module):
    """A detector that answers with what it chose, as whole ones of peers do."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def state_dict(self, *args: object, **kwargs: object) -> dict[str, Tensor]:  # type: ignore[override]
        return self.inner.state_dict()

    def forward(self, x: Tensor) -> list[Tensor]:
        return list(x)


def test_a_module_that_answers_in_other_shapes_is_imported_by_names_and_says_so():
    found = resspec.import_spec(Chooser(resspec.build(load_spec("unet_resnet18", *SMALL, "input=64x64"), seed=0)))
    assert not found.confirmed
    assert found.like == "unet_resnet18"
    assert "heads act none" in found.assumed
