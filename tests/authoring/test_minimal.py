"""The shortest file means the same, and is short."""

from __future__ import annotations

from pathlib import Path

import pytest

import resspec
from networks import small
from resspec.authoring.minimal import minimal
from resspec.plan import resolve

NETS = [
    ("resnet50", "stages.3.depth=9", "classes=10"),
    ("resnet50", "~stages.4", "+stages.1={depth: 1, width: 64}"),
    ("resnet50d", "gate=se", "input=96x96"),
    ("regnety_004", "stages.2.depth=4"),
    ("resnet18", "norm={kind: batch, eps: 1.0e-05}", "stages.2.blocks={1: {act: silu}}", "budgets.macs=<= 2G"),
]


@pytest.mark.parametrize(
    "words",
    [*NETS, *(pytest.param((name,), marks=pytest.mark.slow) for name in resspec.list_specs()[::40])],
)
def test_the_shortest_file_means_the_same(words: tuple[str, ...], tmp_path: Path):
    spec = resspec.load(*words)
    file = tmp_path / f"{spec.name}.yaml"
    file.write_text(minimal(spec))
    found = resspec.load(file)
    assert resolve(found) == resolve(spec)
    assert resspec.fingerprint(found) == resspec.fingerprint(spec)
    assert (found.budgets, found.source) == (spec.budgets, spec.source)
    assert len(file.read_text()) <= len(spec.to_yaml())


def test_a_change_of_a_shipped_spec_is_written_as_one():
    assert minimal(resspec.load("resnet50", "stages.3.depth=9", "~source")) == (
        "extends: resnet50\nstages: {3: {depth: 9}}\n"
    )


def test_a_stage_more_and_a_stage_less_are_written_as_such():
    longer = minimal(resspec.load("resnet50", "+stages={depth: 1, width: 4096}", "~source"))
    assert longer == "extends: resnet50\nstages: {+: {depth: 1, width: 4096}}\n"
    assert minimal(resspec.load("resnet50", "~stages.4", "~source")) == "extends: resnet50\nstages: {~4: null}\n"


def test_what_equals_a_default_is_left_out():
    written = small(
        norm={"kind": "batch", "eps": 1e-5},
        act="relu",
        stages=[
            {"depth": 1, "width": 24, "stride": 1},
            {"depth": 3, "width": 40, "stride": 2, "shortcut": "projection"},
        ],
    )
    text = minimal(resspec.load(written))
    assert not [word for word in ("norm", "act", "depth: 3, width: 40, stride: 1", "shortcut", "eps") if word in text]
    assert "name: small\n" in text


def test_a_shipped_spec_extends_neither_itself_nor_what_extends_it():
    text = minimal(resspec.load("resnet50"))
    assert "extends: resnet50\n" not in text
    assert "extends: resnet101\n" not in text
