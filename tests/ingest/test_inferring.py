"""Specs from names and shapes: every peer's network, and networks that nobody ships."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pytest

import peers
import resspec
import zoo
from resspec.errors import WeightsError
from resspec.export.naming import Peer
from resspec.export.naming import peers as namings
from resspec.ingest.anatomy import COUNTER, Shape
from resspec.ingest.fit import named, tensors_of
from resspec.ingest.inferring import infer
from resspec.ingest.templates import classifiers, plan_of, shipped
from resspec.spec.loading import load_spec

ROWS = [row for row in peers.rows() if zoo.spec_of(row)]
QUICK = {
    *("resnet18", "resnet50", "regnet_y_400mf", "resnet20", "wrn16_4_cifar10", "preact_resnet164_cifar10"),
    *("resnetv2_50d_frn", "regnetz_d8_evos", "regnetv_040", "tresnet_m", "bat_resnext26ts", "resnest14d", "skresnet18"),
    *("resnet50_clip", "resnet50_mlp", "cspresnext50", "res2net50d", "resnetrs50", "legacy_seresnet18", "gernet_s"),
    *("ecaresnet50d_pruned", "test_byobnet", "resnet50_gn", "V-56_nds"),
}
"""Networks of every kind and naming, which the default tests import; the slow ones import all."""
RULED = {"resnet18", "ecaresnet50d_pruned", "skresnext50_32x4d", "RegNetY-400MF", "preact_resnet164_cifar10"}
"""Networks that the default tests import by rule alone; the slow ones import all."""


def naming(name: str) -> Peer:
    return next(peer for peer in namings() if peer.name == name)


def digest(state: Mapping[str, Shape]) -> str:
    """The `state_dict_sha256` of names and shapes."""
    lines = (
        f"{name} {list(shape)} {'torch.int64' if name.endswith(COUNTER) else 'torch.float32'}"
        for name, shape in state.items()
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def state_dict(row: peers.Row) -> dict[str, Shape]:
    """The peer's state_dict: ours under the peer's names, which the measured digest confirms."""
    spec = shipped(zoo.spec_of(row))
    known = (named(spec, peer) for peer in namings())
    return next(state for state in known if digest(state) == row["state_dict_sha256"])


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(
            row, id=f"{row['source']}-{row['name']}", marks=() if zoo.spec_of(row) in QUICK else pytest.mark.slow
        )
        for row in ROWS
    ],
)
def test_every_state_dict_of_a_peer_is_imported_as_the_peers_network(row: peers.Row):
    state = state_dict(row)
    found = infer(state)
    assert list(named(found.spec, naming(found.naming)).items()) == list(state.items())
    wanted = resspec.fingerprint(zoo.spec_of(row))
    assert wanted in {resspec.fingerprint(name) for name in (found.like, *found.equals)}
    if resspec.fingerprint(found.spec) != wanted:
        assert found.equals, "another network, and nothing is said of it"


def twins(name: str) -> set[str]:
    """The shipped specs with the tensors of this one."""
    own, size = tensors_of(shipped(name)), size_of(name)
    return {other for other in classifiers() if size_of(other) == size and tensors_of(shipped(other)) == own}


def size_of(name: str) -> list[tuple[int, int]]:
    return [(len(stage.blocks), stage.site.width) for stage in plan_of(name).stages]


def after(place: int) -> pytest.MarkDecorator:
    """Every eighth network is imported by the slow tests, all by the long ones."""
    return pytest.mark.long if place % 8 else pytest.mark.slow


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=f"{row['source']}-{row['name']}", marks=() if zoo.spec_of(row) in RULED else after(place))
        for place, row in enumerate(ROWS)
    ],
)
def test_every_state_dict_of_a_peer_is_imported_though_no_shipped_spec_has_its_tensors(row: peers.Row):
    """By rule alone: the shipped specs that are the network, or have its tensors, are not looked at."""
    state = state_dict(row)
    hidden = twins(zoo.spec_of(row))
    found = infer(state, exclude=hidden)
    assert found.like not in hidden
    assert list(named(found.spec, naming(found.naming)).items()) == list(state.items())


def test_no_state_dict_of_a_peer_is_left_out():
    assert len(ROWS) == len(peers.rows())


UNSEEN = (
    ("resnet50", ("stages.3.depth=9",), "resspec"),
    ("resnet50", ("stages.3.depth=5", "classes=37"), "huggingface"),
    ("resnet18", ("stages.2.width=192", "stages.4.depth=3"), "huggingface"),
    ("resnet18", ("stem.width=48",), "resspec"),
    ("resnet34", ("gate=se", "classes=5"), "resspec"),
    ("resnet34", ("gate.kind=se", "gate.ratio=0.25", "shortcut=avgpool"), "resspec"),
    ("resnet26d", ("stem.widths=[16, 24, 40]",), "resspec"),
    ("resnet50", ("block.groups=8", "block.base_width=12"), "resspec"),
    ("resnet50", ("block.ratio=0.5",), "resspec"),
    ("resnet50", ("stages.4.block.ratio=0.5",), "resspec"),
    ("resnet50", ("norm=group",), "resspec"),
    ("resnet50", ("gate=eca", "stages.1.depth=2"), "resspec"),
    ("resnet50", ("shortcut=projection-all",), "resspec"),
    ("resnet50", ("input=4x96x96", "head.classes=0"), "resspec"),
    ("resnext50_32x4d", ("block.groups=16", "stages.2.depth=2"), "resspec"),
    ("seresnet50", ("gate.ratio=0.125", "stages.3.depth=7"), "resspec"),
    ("legacy_seresnet50", ("stages.1.depth=1",), "timm_senet"),
    ("resnet20", ("stages.1.depth=5", "stages.2.depth=4"), "akamaster"),
    ("resnet20_optB", ("stages.3.width=96", "classes=100"), "akamaster"),
    ("resnet56", ("stem.width=24", "stages.1.width=24"), "akamaster"),
    ("R-50-1x64d_step", ("stages.2.depth=6",), "pycls"),
    ("RegNetY-400MF", ("stages.4.depth=8",), "pycls"),
    ("RegNetX-600MF", ("block.group_size=12", "classes=10"), "pycls"),
    ("V-56_nds", ("stages.1.depth=3",), "pycls"),
    ("regnet_x_800mf", ("stages.1.depth=3",), "torchvision_regnet"),
    ("regnet_y_1_6gf", ("stages.3.depth=9", "classes=12"), "torchvision_regnet"),
    ("regnetx_004", ("stages.2.width=128",), "timm_regnet"),
    ("regnetv_040", ("stages.3.depth=4",), "timm_regnet"),
    ("regnetz_c16", ("stages.3.depth=4",), "timm_byobnet"),
    ("resnet51q", ("stages.2.depth=3",), "timm_byobnet"),
    ("gcresnet50t", ("stages.4.depth=2", "classes=7"), "timm_byobnet"),
    ("gernet_s", ("stages.3.depth=3",), "timm_byobnet"),
    ("resnetv2_50", ("stages.3.depth=3",), "timm_resnetv2"),
    ("resnetv2_50x1_bit", ("stages.1.depth=2", "classes=21"), "timm_resnetv2"),
    ("preact_resnet164_cifar10", ("stages.1.depth=3", "stages.2.depth=4", "stages.3.depth=2"), "reimpl"),
    ("wrn16_4_cifar10", ("stages.1.width=80", "stages.2.width=160"), "reimpl"),
    ("tresnet_m", ("stages.3.depth=7",), "timm_tresnet"),
    ("res2net50_26w_4s", ("stages.2.depth=2", "block.scale=5"), "timm_res2net"),
    ("resnest26d", ("stages.3.depth=3", "conv.radix=4"), "resspec"),
    ("skresnet18", ("stages.2.depth=3",), "timm_sknet"),
    ("cspresnet50", ("stages.3.depth=2",), "timm_cspnet"),
    ("repvgg_a0", ("stages.3.depth=5", "stages.2.width=112"), "timm_repvgg"),
    ("ecaresnet50d_pruned", ("stages.2.blocks.1.block.widths=[101, 77]", "stages.1.gate.kernel=7"), "resspec"),
    ("resnet18", ("stages.2.blocks={1: {block: {ratio: 0.4375}}}",), "resspec"),
    ("resnet50", ("stages.3.blocks={2: {block: {ratio: 0.3}}}", "stages.1.block.widths=[20, 30]"), "resspec"),
    ("resnet50", ("gate={kind: eca, kernel: 9}",), "resspec"),
    ("skresnet50", ("conv.ratio=0.25", "conv.divisor=4"), "timm_sknet"),
    ("resnest26d", ("conv.ratio=0.5", "conv.least=48"), "resspec"),
    ("mobileone_s1", ("stages.2.depth=3", "classes=10"), "timm_mobileone"),
)
"""Shipped networks changed, under a peer's names: no shipped network has these tensors."""


@pytest.mark.parametrize(
    ("base", "changes", "peer"), UNSEEN, ids=lambda value: value if isinstance(value, str) else None
)
def test_networks_that_nobody_ships_are_imported(base: str, changes: tuple[str, ...], peer: str):
    spec = load_spec(base, *changes)
    state = named(spec, naming(peer))
    found = infer(state)
    assert tensors_of(found.spec) == tensors_of(spec) or peer == "timm_resnetv2"
    assert named(found.spec, naming(found.naming)) == state


def test_an_imported_network_of_which_everything_is_told_is_the_network():
    spec = load_spec("resnet50", "stages.3.depth=9")
    assert resspec.fingerprint(infer(tensors_of(spec)).spec) == resspec.fingerprint(spec)


def test_a_spec_lends_what_shapes_do_not_tell():
    spec = load_spec("resnet50", "stages.3.depth=9")
    found = infer(tensors_of(spec), like="resnet50_2015")
    assert resspec.fingerprint(found.spec) == resspec.fingerprint(load_spec("resnet50_2015", "stages.3.depth=9"))


def test_what_is_to_be_like_must_ship():
    with pytest.raises(WeightsError, match="RS618"):
        infer(tensors_of(shipped("resnet18")), like="resnet1")


def test_counters_of_batches_may_be_missing():
    state = {name: shape for name, shape in tensors_of(shipped("resnet18")).items() if not name.endswith(COUNTER)}
    assert infer(state).like == "resnet18"


def test_the_order_of_names_may_be_another():
    state = dict(sorted(tensors_of(load_spec("resnet50", "stages.1.depth=4")).items()))
    assert tensors_of(infer(state).spec).keys() == state.keys()


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ({"layer3.1.conv2.weight": (256, 255, 3, 3)}, "RS614", "layer3.1.conv2.weight"),
        ({"layer3.1.conv4.weight": (256, 256, 3, 3)}, "RS613", "layer3.1.conv4.weight"),
        (
            {"decoder.weight": (256, 256)},
            "RS613",
            "1 tensors have no place in resnet18 (resspec names): decoder.weight",
        ),
        ({"conv1.weight": (64, 3, 5, 5)}, "RS611", "5x5"),
    ],
)
def test_what_does_not_fit_is_told_by_name(change: dict[str, Shape], code: str, place: str):
    with pytest.raises(WeightsError) as caught:
        infer(tensors_of(shipped("resnet18")) | change)
    assert any(fault.code == code and place in fault.message for fault in caught.value.faults)


def test_a_missing_tensor_is_told_by_name():
    state = tensors_of(shipped("resnet18"))
    del state["layer2.1.bn2.weight"]
    with pytest.raises(WeightsError, match=r"RS612.*layer2\.1\.bn2\.weight"):
        infer(state)


@pytest.mark.parametrize("peer", [peer for peer in namings() if peer.reads], ids=lambda peer: peer.name)
def test_names_lead_there_and_back(peer: Peer):
    for spec in ("resnet18", "resnet50"):
        own = tensors_of(shipped(spec))
        names = peer.names(own)
        if len(set(names.values())) == len(names) and "layer0" not in "".join(peer.own(names.values()).values()):
            assert peer.own(names.values()) == {theirs: ours for ours, theirs in names.items()}
