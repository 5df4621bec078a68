"""Every value has an origin: a place in a file, an override, or a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

import resspec
from networks import small
from resspec.authoring.settings import Setting, by_path, settings
from resspec.parts import Part
from resspec.plan import resolve

BASE = """\
stem: {kind: conv3x3, width: 16, pool: max}
block: {kind: bottleneck, groups: 2}
stages:
  - {depth: 2, width: 32}
  - {depth: 2, width: 64, stride: 2}
"""


@pytest.fixture
def told(tmp_path: Path) -> dict[str, Setting]:
    """The settings of a net that extends another, with overrides."""
    (tmp_path / "base.yaml").write_text(BASE)
    net = tmp_path / "net.yaml"
    net.write_text("extends: base.yaml\nstages: {2: {gate: {kind: se, act: silu}}}\nnorm: {eps: 0.001}\n")
    return {setting.path: setting for setting in settings(resspec.load(net, "stages.1.depth=3"))}


@pytest.mark.parametrize(
    ("path", "value", "origin"),
    [
        ("stem.width", 16, "base.yaml:1:30"),
        ("stem.pool.kind", "max", "base.yaml:1:40"),
        ("stem.pool.kernel", 3, "default of pool max"),
        ("block.groups", 2, "base.yaml:2:35"),
        ("block.ratio", 0.25, "default of block bottleneck"),
        ("stages.1.depth", 3, "override stages.1.depth=3"),
        ("stages.1.stride", 1, "default"),
        ("stages.2.stride", 2, "base.yaml:5:35"),
        ("stages.2.gate.kind", "se", "net.yaml:2:27"),
        ("stages.2.gate.act.kind", "silu", "net.yaml:2:36"),
        ("norm.kind", "batch", "default: what a net has that names no norm"),
        ("norm.eps", 0.001, "net.yaml:3:13"),
        ("head.classes", 1000, "default of head linear"),
        ("final.kind", "none", "default: norm-act behind pre-activation blocks, else none"),
        ("mean", [0.485, 0.456, 0.406], "default: ImageNet's, for three channels"),
        ("name", "net", "the file's name"),
        ("drop_path", 0.0, "default"),
    ],
)
def test_a_value_is_told_with_its_origin(told: dict[str, Setting], path: str, value: object, origin: str):
    assert told[path].value == value
    assert told[path].origin.rpartition("/")[2] == origin


def test_every_setting_says_what_it_is(told: dict[str, Setting]):
    assert not [setting.path for setting in told.values() if not setting.about]


@pytest.mark.parametrize("name", resspec.list_specs("resnet*"))
def test_the_settings_of_a_net_are_the_fields_of_its_plan(name: str):
    spec = resspec.load(name)
    plan, told = resolve(spec), by_path(settings(spec))
    parts: dict[str, Part | None] = {"stem": plan.stem.stem, "norm": plan.stem.norm, "act": plan.stem.act}
    parts |= {"neck": plan.dense.neck, "heads": plan.dense.heads} if plan.dense else {"head": plan.head}
    for family, part in parts.items():
        assert part is not None
        plain = {
            key: value for key, value in part.to_data().items() if not isinstance(value, dict) and value is not None
        }
        assert {key: told[f"{family}.{key}"] for key in plain} == plain
    assert [told[f"stages.{i}.depth"] for i in range(1, len(plan.stages) + 1)] == [len(s.blocks) for s in plan.stages]


def test_what_code_gives_is_told_so():
    told = {setting.path: setting for setting in settings(resspec.load(small()))}
    assert told["stem.width"].origin == "given in code"
    assert told["stages.2.stride"].origin == "given in code"
    assert told["stages.1.stride"].origin == "default"
