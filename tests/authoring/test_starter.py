"""First files: they load, they say what may stand where, and every comment that is YAML can be uncommented."""

from __future__ import annotations

from pathlib import Path

import pytest

import resspec
from resspec.authoring.starter import starter, starter_from
from resspec.parts import FAMILIES


def uncommented(text: str) -> str:
    """The file with every commented key and what belongs to it taken in."""
    lines, inside = [], False
    for line in text.splitlines():
        body = line.removeprefix("# ")
        key = body.partition(":")[0]
        inside = line.startswith("# ") and (key in resspec.NetSpec.model_fields or (inside and body.startswith("  ")))
        lines.append(body if inside else line)
    return "\n".join(lines) + "\n"


def test_a_file_from_scratch_is_a_network(tmp_path: Path):
    (tmp_path / "mine.yaml").write_text(starter("mine.yaml"))
    assert resspec.fingerprint(tmp_path / "mine.yaml") == resspec.fingerprint("resnet18")


def test_a_file_from_scratch_names_every_kind_of_what_it_says():
    text = " ".join(starter("mine.yaml").replace("#", "").split())
    for family in ("stem", "block", "shortcut", "norm", "act", "gate", "head"):
        assert ", ".join(FAMILIES[family].kinds()) in text


@pytest.mark.parametrize("name", [*resspec.list_specs("resnet50*"), "regnety_004", "tresnet_m", "resnet56"])
def test_a_file_from_a_spec_is_that_network_with_and_without_its_comments(name: str, tmp_path: Path):
    text = starter_from("mine.yaml", name, resspec.load(name))
    (tmp_path / "mine.yaml").write_text(text)
    (tmp_path / "all.yaml").write_text(uncommented(text))
    assert resspec.fingerprint(tmp_path / "mine.yaml") == resspec.fingerprint(name)
    assert resspec.fingerprint(tmp_path / "all.yaml") == resspec.fingerprint(name)
    assert "stages" in uncommented(text).replace("# ", "")


def test_the_comments_of_a_file_from_scratch_can_be_taken_in(tmp_path: Path):
    (tmp_path / "mine.yaml").write_text(uncommented(starter("mine.yaml")))
    spec = resspec.load(tmp_path / "mine.yaml")
    assert (spec.drop_path, spec.budgets) == (0.1, {"params": "<= 12M", "macs": "<= 60% of resnet50"})
