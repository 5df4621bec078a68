"""diff."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from resspec.cli.app import app


def test_diff_says_yes_for_the_same_network():
    done = CliRunner().invoke(app, ["diff", "resnet18", "resnet18", "norm=batch"])
    assert done.exit_code == 0
    assert done.stdout.startswith("resnet18 -> resnet18: the same network\n")


def test_diff_says_no_and_shows_values_and_costs():
    done = CliRunner().invoke(app, ["diff", "resnet50", "resnet50", "stages.3.depth=9", "~source"])
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "  stages.3.depth: 6 -> 9"
    row = next(line for line in lines if line.startswith("layer3"))
    assert row.split("  ")[1].strip() == "7,098,368 -> 10,449,920 (+47.2 %)"


def test_diff_answers_in_markdown_in_json_or_by_its_exit_code_alone():
    words = ["diff", "resnet18", "resnet34"]
    assert CliRunner().invoke(app, [*words, "--markdown"]).stdout.startswith("### `resnet18` → `resnet34`\n")
    found = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    assert (found["names"], found["same"]) == (["resnet18", "resnet34"], False)
    quiet = CliRunner().invoke(app, [*words, "--quiet"])
    assert (quiet.exit_code, quiet.stdout) == (1, "")


@pytest.mark.parametrize("words", [["resnet18", "resnet5O"], ["resnet18", "resnet18", "stages.9.depth=1"]])
def test_diff_refuses_what_is_no_network(words: list[str]):
    done = CliRunner().invoke(app, ["diff", *words])
    assert done.exit_code == 2
    assert "error[RS" in done.stderr
