"""What other counters give, derived: goldens of ResNet-50 and ResNeXt-50, and fvcore on every network it was run on."""

from __future__ import annotations

import pytest

import peers
import resspec
from networks import small
from resspec.analysis.cost_table import listed
from resspec.analysis.peers import KINDS, PEERS, SPELLINGS, UNTOLD, counted, reconcile
from resspec.errors import SpecError
from resspec.ir import Builder, ops

BY_NAME = {peer.name: peer for peer in PEERS}
SHIPPED = {name: resspec.load(name).source for name in resspec.list_specs()}
ROWS = [
    row
    for row in peers.rows()
    if "fvcore_total" in row
    and row["name"] in SHIPPED
    and (SHIPPED[row["name"]] == row["source"] or row["source"] == "timm")
]

MEASURED = {
    "resnet50": {
        "torch": 8_178_368_512,
        "torchvision": 4.089,
        "pycls": 4_089_185_256,
        "ptflops aten": 4_089_185_256,
        "torchinfo": 4_089_238_376,
        "torchprofile": 4_100_300_288,
        "fvcore": 4_111_512_576,
        "fvcore activations": 11_114_984,
        "ptflops pytorch": 4_132_436_968,
        "thop": 4_133_742_592,
        "calflops": 8_211_108_352,
    },
    "resnext50_32x4d": {
        "torch": 8_460_959_744,
        "torchvision": 4.23,
        "pycls": 4_230_480_872,
        "ptflops aten": 4_230_480_872,
        "torchinfo": 4_230_549_096,
        "torchprofile": 4_244_882_432,
        "fvcore": 4_259_381_248,
        "fvcore activations": 14_401_512,
        "ptflops pytorch": 4_286_878_696,
        "thop": 4_288_184_320,
        "calflops": 8_503_559_168,
    },
}
"""Totals that the counters themselves gave at 224 x 224; pycls and torchvision have a formula and a table instead."""


@pytest.mark.parametrize("name", MEASURED)
def test_every_counter_is_met_to_the_last_digit(name: str):
    assert {row.peer.name: row.total for row in reconcile(resspec.graph(name))} == MEASURED[name]


def test_fvcore_is_met_on_every_network_it_was_run_on():
    assert len(ROWS) >= 190
    wrong = {}
    for row in ROWS:
        graph = resspec.graph(resspec.load(row["name"], input=row["input_size"]))
        spelling = SPELLINGS["timm" if row["source"] == "timm" else "resspec"]
        total = counted(graph, BY_NAME["fvcore"], spelling)
        outputs = counted(graph, BY_NAME["fvcore activations"], spelling)
        if (total, outputs) != (row["fvcore_total"], row.get("fvcore_activations", outputs)):
            wrong[row["name"]] = (total, row["fvcore_total"])
    assert wrong == {}


RESIZING = {
    "transposed": (ops.TransposedConv2d(8, 6, 4, 2, 1), [(8, 10, 12)]),
    "nearest": (ops.ResizeLike("nearest"), [(8, 10, 12), (3, 20, 24)]),
    "bilinear": (ops.ResizeLike("bilinear"), [(8, 10, 12), (3, 20, 24)]),
    "twice": (ops.Upsample("bilinear"), [(8, 10, 12)]),
    "grid": (ops.AdaptiveAvgPool2d(3), [(8, 10, 12)]),
    "frozen": (ops.FrozenBatchNorm2d(8), [(8, 10, 12)]),
}
MEASURED_OF_RESIZING = {
    "transposed": (184_320, 92_160, 2_880, 368_640, 368_640, 371_520, 95_040, 95_040, 184_500),
    "nearest": (0, 3_840, 0, 0, 0, 0, 3_840, 0, 480),
    "bilinear": (0, 15_360, 0, 0, 15_360, 0, 3_840, 0, 480),
    "twice": (0, 15_360, 0, 0, 15_360, 0, 3_840, 0, 960),
    "grid": (0, 960, 0, 1_032, 72, 0, 1_920, 0, 960),
    "frozen": (0, 0, 0, 0, 976, 0, 0, 0, 0),
}
"""Totals that torch, fvcore 0.1.5 (FLOPs, activations), thop 0.1.1, torchprofile 0.1.0, torchinfo 1.8.0, ptflops 0.7.5
(pytorch, aten) and calflops 0.3.2 gave for a module of the one operation."""
COUNTERS = (
    *("torch", "fvcore", "fvcore activations", "thop", "torchprofile", "torchinfo"),
    *("ptflops pytorch", "ptflops aten", "calflops"),
)


@pytest.mark.parametrize("name", RESIZING)
def test_every_counter_is_met_on_what_resizes_maps(name: str):
    op, shapes = RESIZING[name]
    b = Builder()
    values = [b.add(f"x{place}", ops.Input(shape)) for place, shape in enumerate(shapes)]
    graph = b.graph({"output": b.add("op", op, *values)})
    assert tuple(counted(graph, BY_NAME[counter]) for counter in COUNTERS) == MEASURED_OF_RESIZING[name]


def test_torch_counts_twice_our_macs_where_there_is_no_attention():
    for name in ("resnet18", "seresnet50", "resnetblur50", "wrn16_4_cifar10"):
        assert counted(resspec.graph(name), BY_NAME["torch"]) == 2 * resspec.report(name).macs


def test_every_profile_makes_a_statement_on_every_operation():
    assert {op.kind for op in listed()} - UNTOLD == KINDS & {op.kind for op in listed()}
    for peer in PEERS:
        assert peer.rules.keys() | peer.ignores == KINDS
        assert not peer.rules.keys() & peer.ignores
        assert peer.about


def test_an_operation_that_no_profile_knows_is_not_counted_as_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ops.ReLU, "kind", "mish")
    rows = reconcile(resspec.graph(small()))
    assert {row.total for row in rows} == {None}
    assert "does not say what it counts for mish" in rows[0].about


def test_an_unknown_spelling_is_refused_with_the_nearest():
    with pytest.raises(SpecError, match="RS219") as caught:
        reconcile(resspec.graph("resnet18"), "tim")
    assert "timm" in str(caught.value)
