"""What other counters give, derived: goldens of ResNet-50 and ResNeXt-50, and fvcore on every network it was run on."""

from __future__ import annotations

import pytest

import peers
import resspec
from networks import small
from resspec.analysis.cost_table import listed
from resspec.analysis.peers import KINDS, PEERS, SPELLINGS, counted, reconcile
from resspec.errors import SpecError
from resspec.ir import ops

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


def test_torch_counts_twice_our_macs_where_there_is_no_attention():
    for name in ("resnet18", "seresnet50", "resnetblur50", "wrn16_4_cifar10"):
        assert counted(resspec.graph(name), BY_NAME["torch"]) == 2 * resspec.report(name).macs


def test_every_profile_makes_a_statement_on_every_operation():
    assert {op.kind for op in listed()} <= KINDS
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
