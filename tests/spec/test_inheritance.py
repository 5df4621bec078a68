"""How files and overrides change what they are laid over: stages put in and taken away, keys taken away, sizes,
versions."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest

import resspec
from networks import small
from resspec.errors import SpecError
from resspec.spec.loading import load_spec
from resspec.spec.merging import merge
from resspec.spec.tree import entry_of

BASE = {
    "stem": {"kind": "conv3x3", "width": 16},
    "block": {"kind": "bottleneck", "groups": 2},
    "stages": [{"depth": 1, "width": 8}, {"name": "mid", "depth": 2, "width": 16}, {"depth": 3, "width": 32}],
}


def widths(stages: object) -> list[int]:
    """The widths of the stages when `stages` is laid over the base's."""
    merged = merge(entry_of(BASE), entry_of({"stages": stages})).plain()
    return [stage["width"] for stage in merged["stages"]]


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        ({"+": {"depth": 1, "width": 64}}, [8, 16, 32, 64]),
        ({"+": [{"depth": 1, "width": 64}, {"depth": 1, "width": 65}]}, [8, 16, 32, 64, 65]),
        ({"+1": {"depth": 1, "width": 64}}, [64, 8, 16, 32]),
        ({"+2": {"depth": 1, "width": 64}}, [8, 64, 16, 32]),
        ({"+mid": {"depth": 1, "width": 64}}, [8, 64, 16, 32]),
        ({"+4": {"depth": 1, "width": 64}}, [8, 16, 32, 64]),
        ({"~1": None}, [16, 32]),
        ({"~mid": None}, [8, 32]),
        ({"2": None}, [8, 32]),
        ({"mid": {"width": 17}}, [8, 17, 32]),
        ({"~1": None, "2": {"width": 17}, "+3": {"depth": 1, "width": 64}}, [17, 64, 32]),
        ([{"depth": 1, "width": 5}], [5]),
    ],
)
def test_stages_are_changed_put_in_and_taken_away(stages: object, expected: list[int]):
    assert widths(stages) == expected


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        ({"4": {"width": 3}}, "there is no stages.4 to change"),
        ({"~4": None}, "there is no stages.4 to change"),
        ({"+6": {"depth": 1}}, "there is no stages.6 to change"),
        ({"midd": {"width": 3}}, "did you mean 'mid'?"),
        ({"~2": {"width": 3}}, "takes something away and has no value"),
    ],
)
def test_changing_a_stage_that_is_not_there_is_an_error(stages: object, message: str):
    with pytest.raises(SpecError, match=re.escape(message)):
        widths(stages)


def test_a_key_is_taken_away():
    merged = merge(entry_of(BASE), entry_of({"block": {"~groups": None}, "~stem": None})).plain()
    assert merged["block"] == {"kind": "bottleneck"}
    assert "stem" not in merged


def test_taking_away_what_is_not_there_names_what_is():
    with pytest.raises(SpecError, match=r"there is no block.group to take away(.|\n)*did you mean 'groups'"):
        merge(entry_of(BASE), entry_of({"block": {"~group": None}}))


def test_stages_of_a_rule_are_put_in_and_taken_away(tmp_path: Path):
    before = [stage.width for stage in resspec.load("regnetx_004").stages]
    (tmp_path / "a.yaml").write_text("extends: regnetx_004\nstages: {~1: , +2: {depth: 1, width: 48}}\n")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\nstages: {4: {width: 400}, +: {depth: 1, width: 512}}\n")
    assert [stage.width for stage in load_spec(tmp_path / "b.yaml").stages] == [48, *before[1:3], 400, 512]


def test_layers_are_laid_in_the_order_of_the_files(tmp_path: Path):
    (tmp_path / "longer.yaml").write_text("stages: {+: {depth: 1, width: 4096}}\n")
    (tmp_path / "deeper.yaml").write_text("stages: {5: {depth: 2}}\n")
    (tmp_path / "net.yaml").write_text("extends: [resnet50, longer.yaml, deeper.yaml]\n")
    assert [stage.depth for stage in resspec.load(tmp_path / "net.yaml").stages] == [3, 4, 6, 3, 2]


def test_stages_that_change_nothing_are_told(tmp_path: Path):
    (tmp_path / "net.yaml").write_text("stem: conv3x3\nblock: basic\nstages: {3: {depth: 9}}\n")
    with pytest.raises(SpecError, match="changes stages that there are not"):
        resspec.load(tmp_path / "net.yaml")


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (["~stages.4"], [256, 512, 1024]),
        (["+stages={depth: 1, width: 64}"], [256, 512, 1024, 2048, 64]),
        (["+stages.2={depth: 1, width: 64}"], [256, 64, 512, 1024, 2048]),
        (["~stages.1", "stages.1.width=96"], [96, 1024, 2048]),
    ],
)
def test_overrides_put_stages_in_and_take_them_away(overrides: list[str], expected: list[int]):
    assert [stage.width for stage in resspec.load("resnet50", *overrides).stages] == expected


def test_overrides_add_and_take_away_keys():
    spec = resspec.load("resnet50", "+gate=se", "~block.ratio", "+head.dropout=0.1", "~shortcut")
    assert spec.gate == {"kind": "se"}
    assert spec.block == {"kind": "bottleneck"}
    assert spec.head == {"kind": "linear", "classes": 1000, "dropout": 0.1}
    assert spec.shortcut is None


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("+stem.width=3", "stem.width is there already"),
        ("~gate", "there is no gate to take away"),
        ("~block.ration", "did you mean 'ratio'?"),
        ("~stages.7", "there is no stages.7 to change"),
        ("~gate=3", "is not an override"),
        ("+gate", "is not an override"),
        ("stages.1.depth.low=3", "there is nothing below stages.1.depth: it holds 3"),
        ("blok.groups=3", "did you mean 'block'?"),
        ("stages.5.block.groups=3", "there is no stages.5 to change"),
        ("head.clases=3", "did you mean 'classes'?"),
    ],
)
def test_an_override_that_leads_nowhere_is_told(override: str, message: str):
    with pytest.raises(SpecError, match=re.escape(message)):
        resspec.load("resnet50", override)


@pytest.mark.parametrize(
    ("written", "expected"),
    [("224x224", (3, 224, 224)), ("1x28x32", (1, 28, 32)), ([3, 96, 64], (3, 96, 64))],
)
def test_an_input_is_a_size_or_a_list(written: object, expected: tuple[int, ...]):
    assert load_spec(small(input=written)).input == expected


def test_a_size_keeps_the_channels_that_were_there():
    assert resspec.load(small(input=[1, 28, 28]), "input=32x48").input == (1, 32, 48)
    assert resspec.load("resnet50", "input=160x160").input == (3, 160, 160)


@pytest.mark.parametrize("written", ["224", "ax3", 224, "3x3x3x3", "224X224", None])
def test_what_is_no_size_is_answered_with_the_forms(written: object):
    with pytest.raises(SpecError, match="224x224 for three channels"):
        load_spec(small(input=written))


def test_a_newer_version_is_refused_by_name(tmp_path: Path):
    (tmp_path / "net.yaml").write_text("resspec: 2\nextends: resnet18\n")
    with pytest.raises(
        SpecError, match=r"net.yaml:1:10: error\[RS213\]: version 2 (.|\n)*pip install --upgrade resspec"
    ):
        resspec.load(tmp_path / "net.yaml")


OLD: dict[str, Any] = {
    **small(),
    "resspec": 0,
    "activation": "silu",
    "stochastic_depth": 0.1,
    "stages": [{"depth": 2, "width": 32, "activation": "gelu", "blocks": {"1": {"normalization": "group"}}}],
}


def test_an_older_version_means_what_it_meant():
    stages = [{"depth": 2, "width": 32, "act": "gelu", "blocks": {"1": {"norm": "group"}}}]
    want = load_spec(small(act="silu", drop_path=0.1, stages=stages))
    found = load_spec(OLD)
    assert found.to_dict() == {"resspec": 1} | want.to_dict()


def test_reading_an_older_file_leaves_a_note(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    file = tmp_path / "old.yaml"
    file.write_text("resspec: 0\nextends: resnet18\nactivation: silu\n")
    with caplog.at_level(logging.WARNING):
        assert resspec.load(file).act == {"kind": "silu"}
    assert [record.getMessage() for record in caplog.records] == [
        f"{file} is written in version 0 of the language, read as version 1; `resspec migrate {file}` rewrites it"
    ]


def test_an_older_base_is_read_beside_a_current_file(tmp_path: Path):
    (tmp_path / "old.yaml").write_text("resspec: 0\nextends: resnet18\nactivation: silu\n")
    (tmp_path / "new.yaml").write_text("resspec: 1\nextends: old.yaml\n")
    assert resspec.load(tmp_path / "new.yaml").act == {"kind": "silu"}


def test_an_older_name_is_unknown_in_a_current_file():
    with pytest.raises(SpecError, match="unknown key 'activation'"):
        load_spec(small(activation="silu"))


def test_a_key_under_both_of_its_names_is_refused():
    with pytest.raises(SpecError, match="'act' stands twice: 'activation' is its older name"):
        load_spec(small(resspec=0, activation="silu", act="relu"))
