"""list, show, validate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import resspec
from resspec.cli.app import app
from resspec.cli.arguments import complete_spec


def answer(*words: str) -> str:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    return done.output


def test_list_prints_every_shipped_network() -> None:
    assert answer("list", "--names").split() == resspec.list_specs()
    assert [entry["name"] for entry in json.loads(answer("list", "--json"))] == resspec.list_specs()


def test_list_takes_a_pattern() -> None:
    assert answer("list", "resnet50*", "--names").split() == resspec.list_specs("resnet50*")


def test_list_says_no_where_nothing_matches() -> None:
    done = CliRunner().invoke(app, ["list", "vgg*"])
    assert done.exit_code == 1
    assert "vgg*" in done.stderr


def test_show_prints_a_file_that_is_the_same_network(tmp_path: Path) -> None:
    file = tmp_path / "deep.yaml"
    file.write_text(answer("show", "resnet50", "stages.3.depth=9", "classes=10"))
    want = resspec.load("resnet50", "stages.3.depth=9", classes=10)
    assert resspec.fingerprint(str(file)) == resspec.fingerprint(want)


def test_show_prints_json_that_is_the_same_network() -> None:
    data = json.loads(answer("show", "resnet18", "block=bottleneck", "--json"))
    assert resspec.load(data) == resspec.load("resnet18", "block=bottleneck")


def test_validate_names_every_valid_spec() -> None:
    assert answer("validate", "resnet18", "resnet50", "classes=10").splitlines() == [
        f"{name}: valid ({report.params:,} params, {report.macs:,} macs)"
        for name in ("resnet18", "resnet50")
        for report in [resspec.report(resspec.load(name, classes=10))]
    ]


@pytest.mark.parametrize("words", [("--quiet", "validate", "resnet18"), ("validate", "resnet18", "--quiet")])
def test_quiet_leaves_only_the_exit_code(words: tuple[str, ...]) -> None:
    assert answer(*words) == ""


def test_validate_answers_in_json() -> None:
    valid = json.loads(answer("validate", "resnet18", "--json"))["valid"]
    assert valid == [{"spec": "resnet18", "name": "resnet18", "fingerprint": resspec.fingerprint("resnet18")}]


def test_validate_shows_the_faults_of_all_specs(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("extends: resnet18\nblok: basic\n")
    done = CliRunner().invoke(app, ["validate", f"{tmp_path}/a.yaml", "resnet18", f"{tmp_path}/b.yaml"])
    assert done.exit_code == 2
    assert "resnet18: valid" in done.stdout
    assert [line.rpartition("/")[2][:10] for line in done.stderr.splitlines() if "error[" in line] == [
        "a.yaml:2:1",
        "b.yaml:2:1",
    ]


def test_a_file_may_have_an_equals_sign_in_its_name(tmp_path: Path) -> None:
    file = tmp_path / "depth=9.yaml"
    file.write_text("extends: resnet18\n")
    assert answer("validate", "resnet18", str(file)).count("valid") == 2


def test_completion_knows_shipped_names_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "mine.yaml").write_text("extends: resnet18\n")
    monkeypatch.chdir(tmp_path)
    assert {"resnet50", "resnet50d"} <= set(complete_spec("resnet50"))
    assert list(complete_spec("nets/")) == ["nets/mine.yaml"]
    assert "nets/" in complete_spec("n")
