"""validate: faults as text, JSON and SARIF; limits; files from strangers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from resspec.cli.app import app

CHILD = "extends: base.yaml\nname: child\n"
BASE = "extends: resnet50\nblock: {groups: 36}\nhaed: {classes: 10}\n"


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a spec whose base has two faults."""
    (tmp_path / "child.yaml").write_text(CHILD)
    (tmp_path / "base.yaml").write_text(BASE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(*words: str) -> str:
    done = CliRunner().invoke(app, ["validate", *words])
    assert done.exit_code == 2, done.output
    return done.stdout


def test_json_tells_code_message_file_range_and_remedy(inside: Path) -> None:
    shapes, language = json.loads(refused("child.yaml", "--json"))["errors"]
    assert (shapes["code"], language["code"]) == ("RS305", "RS201")
    assert shapes["file"] == language["file"] == str(inside / "base.yaml")
    assert shapes["range"] == {"line": 2, "column": 17, "end": 19}
    assert language["range"] == {"line": 3, "column": 1, "end": 5}
    assert language["message"] == "unknown key 'haed'"
    assert language["remedy"] == "did you mean 'head' or 'heads'?"
    assert shapes["node"].startswith("layer1.0.conv2")
    assert [step["line"] for step in shapes["extended"]] == [1]


@pytest.mark.usefixtures("inside")
def test_json_holds_what_is_valid_beside_what_is_not() -> None:
    told = json.loads(refused("child.yaml", "resnet18", "--json"))
    assert [one["spec"] for one in told["valid"]] == ["resnet18"]
    assert len(told["errors"]) == 2


@pytest.mark.usefixtures("inside")
def test_sarif_tells_rules_results_and_regions() -> None:
    told = json.loads(refused("child.yaml", "--format", "sarif"))
    (run,) = told["runs"]
    assert (told["version"], run["columnKind"]) == ("2.1.0", "unicodeCodePoints")
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["RS201", "RS305"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        assert result["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 1
    assert [region(result) for result in run["results"]] == [(2, 17, 2, 19), (3, 1, 3, 5)]


def region(result: dict[str, Any]) -> tuple[int, ...]:
    found = result["locations"][0]["physicalLocation"]["region"]
    return found["startLine"], found["startColumn"], found["endLine"], found["endColumn"]


def test_sarif_of_a_valid_spec_has_no_results() -> None:
    done = CliRunner().invoke(app, ["validate", "resnet18", "--format", "sarif"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["runs"][0]["results"] == []


def test_a_limit_is_raised_by_name() -> None:
    words = ["resnet18", "stages.1.depth=5001"]
    assert json.loads(refused(*words, "--json"))["errors"][0]["code"] == "RS220"
    done = CliRunner().invoke(app, ["validate", *words, "--allow", "blocks=10K", "--allow", "ops=1M"])
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("allowed", ["opps=1", "ops", "ops=many", "=3"])
def test_a_limit_that_is_none_is_refused(allowed: str) -> None:
    assert json.loads(refused("resnet18", "--allow", allowed, "--json"))["errors"][0]["code"] in ("RS210", "RS221")


def test_a_file_outside_is_read_only_where_it_is_allowed(inside: Path) -> None:
    (inside / "inner").mkdir()
    (inside / "inner" / "net.yaml").write_text("extends: ../other.yaml\n")
    (inside / "other.yaml").write_text("extends: resnet18\n")
    assert json.loads(refused("inner/net.yaml", "--json"))["errors"][0]["code"] == "RS114"
    assert CliRunner().invoke(app, ["validate", "inner/net.yaml", "--allow", "outside"]).exit_code == 0


def test_a_link_leads_nowhere_outside(inside: Path) -> None:
    (inside / "inner").mkdir()
    (inside / "inner" / "link.yaml").symlink_to(inside / "base.yaml")
    (inside / "inner" / "net.yaml").write_text("extends: link.yaml\n")
    assert json.loads(refused("inner/net.yaml", "--json"))["errors"][0]["code"] == "RS114"


HEAVY = {
    "many keys": "extends: resnet18\n" + "".join(f"key{i}: 1\n" for i in range(19_000)),
    "one long word": "extends: " + "r" * 900_000 + "\n",
    "one long key": "extends: resnet18\n" + "k" * 900_000 + ": 1\n",
    "comments": "extends: resnet18\n" + "# comment\n" * 90_000,
    "deep nesting": "extends: " + "[" * 400_000 + "\n",
    "laughs": "a0: &a0 [1, 2]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 60)),
    "stages": "extends: resnet18\nstages:\n" + "  - {depth: 1, width: 8}\n" * 6_000,
    "blocks": "extends: resnet18\nstages: {1: {depth: 4900, blocks: {"
    + ", ".join(f"{i}: {{gate: sse}}" for i in range(4_900))
    + "}}}\n",
    "digits": "extends: resnet18\nhead: {classes: " + "9" * 900_000 + "}\n",
    "as large as may be": "extends: resnet18\nstages: {1: {depth: 2840}}\n",
    "a rule without end": "stem: conv3x3\nblock: bottleneck\nstages: {kind: regnet, depth: 10000, w0: 8, wa: 64000,"
    " wm: 1.0001, group_size: 8}\n",
    "scales": "extends: resnet50\nblock: {kind: res2net, scale: 900000000}\n",
    "widths": "extends: resnet18\nstem: {kind: deep, widths: [" + "8, " * 18_000 + "8]}\n",
    "groups": "extends: resnet50\nblock: {ratio: 99999999, groups: 99999989}\n",
}


BOUNDED = """
import resource, runpy
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
runpy.run_module("resspec", run_name="__main__")
"""
"""The command in a process that may have one gibibyte."""


@pytest.mark.parametrize("name", HEAVY)
def test_nothing_costs_more_than_some_seconds_and_a_gibibyte(name: str, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(HEAVY[name])
    with (tmp_path / "told").open("w+b") as told:
        words = [sys.executable, "-c", BOUNDED, "validate", "net.yaml"]
        process = subprocess.Popen(words, cwd=tmp_path, stdout=told, stderr=told)
        _, status, used = os.wait4(process.pid, 0)  # of this child alone
        process.returncode = os.waitstatus_to_exitcode(status)
        told.seek(0)
        text = told.read()
    assert process.returncode in (0, 2)
    assert b"Traceback" not in text
    assert len(text) < 20_000
    assert (
        used.ru_utime + used.ru_stime < 10
    )  # on the slowest of machines; processor time: others may share the machine
