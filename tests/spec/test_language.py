"""What specs mean: inheritance, overrides, defaults; what they may not say, and how it is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import resspec
from networks import small
from resspec.errors import SpecError
from resspec.plan import resolve
from resspec.spec.merging import merge
from resspec.spec.tree import entry_of

NET = """\
input: [3, 32, 32]
stem: {kind: conv3x3, width: 16}
block: {kind: bottleneck, groups: 2}
stages:
  - {depth: 2, width: 32}
  - depth: 2
    width: 64
    stride: 2
head: {kind: linear, classes: 10}
"""


def write(folder: Path, text: str, name: str = "net.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def faults(path: Path | dict[str, object]) -> list[tuple[str, str]]:
    """Code and place of each fault, line and column."""
    with pytest.raises(SpecError) as caught:
        resspec.graph(path)
    return [(f.code, f"{f.mark.line}:{f.mark.column}" if f.mark else "") for f in caught.value.faults]


@pytest.mark.parametrize("name", resspec.list_specs())
def test_a_shipped_spec_written_out_means_the_same(name: str):
    spec = resspec.load(name)
    assert resspec.load(spec.to_dict()) == spec


@pytest.mark.parametrize("name", ["resnet50", "resnet20_optB", "preact_resnet164_cifar10"])
def test_a_spec_written_as_yaml_is_a_complete_file(tmp_path: Path, name: str):
    path = write(tmp_path, resspec.load(name).to_yaml())
    assert resspec.fingerprint(path) == resspec.fingerprint(name)
    assert resspec.load(path).name == name


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("groups: 2", "group: 2", [("RS201", "3:27")]),
        ("kind: bottleneck", "kind: botleneck", [("RS203", "3:15")]),
        ("depth: 2, width: 32", "depth: 0, width: 32", [("RS207", "5:13")]),
        ("depth: 2, width: 32", "depth: two, width: 32", [("RS207", "5:13")]),
        ("depth: 2, width: 32", "width: 32", [("RS202", "5:5")]),
        ("stride: 2", "stride: true", [("RS207", "8:13")]),
        ("stride: 2", "strid: 2", [("RS201", "8:5")]),
        ("groups: 2", "groups: 3", [("RS305", "3:35")]),
        ("head:", "haed:", [("RS201", "9:1")]),
        ("[3, 32, 32]", "[3, 32]", [("RS202", "1:8")]),
        ("classes: 10", "classes: -1", [("RS207", "9:31")]),
        ("classes: 10", "dropout: 1.5", [("RS207", "9:31")]),
        ("stages:", "stages: 3\nblocks:", [("RS201", "5:1"), ("RS207", "4:9")]),
        ("input:", "mean: [0.5]\ninput:", [("RS211", "1:7")]),
    ],
)
def test_each_mistake_is_told_at_its_place(tmp_path: Path, old: str, new: str, expected: list[tuple[str, str]]):
    assert sorted(faults(write(tmp_path, NET.replace(old, new, 1)))) == sorted(expected)


def test_all_faults_are_told_at_once_in_file_order(tmp_path: Path):
    text = (
        NET.replace("groups: 2", "group: 2").replace("kind: conv3x3", "kind: cnv").replace("classes: 10", "classes: x")
    )
    assert [place for _, place in faults(write(tmp_path, text))] == ["2:14", "3:27", "9:31"]


def test_a_message_holds_place_law_line_and_remedy(tmp_path: Path):
    path = write(tmp_path, NET.replace("groups: 2", "group: 2"))
    with pytest.raises(SpecError) as caught:
        resspec.load(path)
    assert str(caught.value) == (
        f"{path}:3:27: error[RS201]: unknown key 'block.group'\n"
        "    3 | block: {kind: bottleneck, group: 2}\n"
        "      |                           ^^^^^\n"
        "  = did you mean 'groups' or 'group_size'?"
    )


def test_an_error_in_an_inherited_value_points_at_the_base(tmp_path: Path):
    base = write(tmp_path, NET.replace("groups: 2", "groups: none"), "base.yaml")
    with pytest.raises(SpecError) as caught:
        resspec.load(write(tmp_path, "extends: base.yaml\nhead: {classes: 5}\n"))
    mark = caught.value.faults[0].mark
    assert mark
    assert (mark.file, mark.line) == (str(base), 3)


def test_stages_merge_by_position_and_by_name(tmp_path: Path):
    write(tmp_path, NET.replace("depth: 2, width: 32", "name: early, depth: 2, width: 32"), "base.yaml")
    spec = resspec.load(write(tmp_path, "extends: base.yaml\nstages: {early: {depth: 5}, 2: {width: 128}}\n"))
    assert [(stage.depth, stage.width, stage.stride) for stage in spec.stages] == [(5, 32, 1), (2, 128, 2)]


def test_changing_a_stage_that_does_not_exist_is_an_error(tmp_path: Path):
    write(tmp_path, NET, "base.yaml")
    path = write(tmp_path, "extends: base.yaml\nstages: {3: {depth: 5}}\n")
    assert faults(path) == [("RS204", "2:10")]
    with pytest.raises(SpecError, match=r"stages has 2: 1 to 2"):
        resspec.load(path)


def test_a_circle_of_extends_is_named(tmp_path: Path):
    write(tmp_path, "extends: b.yaml\n", "a.yaml")
    write(tmp_path, "extends: a.yaml\n", "b.yaml")
    with pytest.raises(SpecError, match="goes in a circle: a -> b -> a"):
        resspec.load(tmp_path / "a.yaml")


def test_extends_reads_nothing_outside_the_first_files_folder(tmp_path: Path):
    write(tmp_path, NET, "secret.yaml")
    inner = tmp_path / "inner"
    inner.mkdir()
    with pytest.raises(SpecError, match="lies outside inner/"):
        resspec.load(write(inner, "extends: ../secret.yaml\n"))


def test_several_bases_are_laid_over_one_another(tmp_path: Path):
    write(tmp_path, NET, "base.yaml")
    write(tmp_path, "gate: se\nhead: {classes: 7}\n", "extra.yaml")
    spec = resspec.load(write(tmp_path, "extends: [base.yaml, extra.yaml]\n"))
    assert spec.gate == {"kind": "se"}
    assert spec.head == {"kind": "linear", "classes": 7}


def test_a_part_of_another_kind_starts_afresh():
    base = entry_of({"block": {"kind": "bottleneck", "groups": 4}})
    assert merge(base, entry_of({"block": "basic"})).plain() == {"block": {"kind": "basic"}}
    assert merge(base, entry_of({"block": {"ratio": 0.5}})).plain()["block"] == {
        "kind": "bottleneck",
        "groups": 4,
        "ratio": 0.5,
    }


def test_a_stage_and_a_block_change_the_part_above_them():
    spec = resspec.load(
        small(
            block={"kind": "bottleneck", "zero_init": True},
            stages=[
                {"depth": 2, "width": 32, "block": {"groups": 2}},
                {"depth": 3, "width": 64, "blocks": {1: {"block": {"ratio": 0.5}, "gate": "se"}}},
            ],
        )
    )
    first, second = resolve(spec).stages
    assert [block.block.to_data()["groups"] for block in first.blocks] == [2, 2]
    assert [block.block.to_data()["ratio"] for block in second.blocks] == [0.25, 0.5, 0.25]
    assert [block.site.gate.kind for block in second.blocks if block.site.gate] == ["none", "se", "none"]
    assert all(block.block.to_data()["zero_init"] for block in (*first.blocks, *second.blocks))


def test_block_kinds_may_be_mixed():
    report = resspec.report(
        small(
            stages=[
                {"depth": 1, "width": 16, "block": "basic"},
                {"depth": 1, "width": 64, "block": "bottleneck", "stride": 2},
            ]
        )
    )
    assert [row.kind for row in report.blocks] == ["stem", "basic", "bottleneck", "head"]


def test_a_block_that_a_stage_does_not_have_cannot_be_changed():
    with pytest.raises(SpecError, match=re.escape("stages.1 has no block '7'")):
        resspec.load(small(stages=[{"depth": 2, "width": 32, "blocks": {7: {"gate": "se"}}}]))


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("stages.9.depth=3", "there is no stages.9 to change"),
        ("stages.1.dept=3", "did you mean 'depth'?"),
        ("stages.1.depth", "is not an override"),
        ("=3", "is not an override"),
        ("stages.1.depth=[", "not YAML"),
        ("block.grups=3", "did you mean 'groups' or 'group_size'?"),
    ],
)
def test_a_wrong_override_is_told(override: str, message: str):
    with pytest.raises(SpecError, match=re.escape(message)):
        resspec.load("resnet50", override)


def test_overrides_take_any_yaml_value():
    spec = resspec.load("resnet50", "gate={kind: se, ratio: 0.25}", "input=[3, 96, 96]", "shortcut=avgpool")
    assert (spec.gate, spec.input, spec.shortcut) == ({"kind": "se", "ratio": 0.25}, (3, 96, 96), {"kind": "avgpool"})


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(SpecError, match="there is no spec called 'resnet5O'") as caught:
        resspec.load("resnet5O")
    assert "'resnet50'" in str(caught.value)


def test_positions_in_json_are_text_keys(tmp_path: Path):
    path = write(tmp_path, '{"extends": "resnet18", "stages": {"2": {"depth": 5}}}', "net.json")
    assert resspec.load(path).stages[1].depth == 5


def test_output_stride_turns_strides_into_dilation():
    plan = resolve(resspec.load("resnet50", output_stride=8))
    sites = [(stage.blocks[0].site, stage.blocks[1].site) for stage in plan.stages]
    assert [first.stride for first, _ in sites] == [1, 2, 1, 1]
    assert [(first.entry_dilation, second.entry_dilation) for first, second in sites] == [
        (1, 1),
        (1, 1),
        (1, 2),
        (2, 4),
    ]


def test_drop_path_grows_linearly_to_the_last_block():
    plan = resolve(resspec.load(small(drop_path=0.3)))
    assert [block.site.drop_path for stage in plan.stages for block in stage.blocks] == [0.0, 0.1, 0.2, 0.3]
