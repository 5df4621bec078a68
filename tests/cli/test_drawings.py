"""draw."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import resspec
from resspec.cli.app import app
from resspec.export.drawing import draw


def test_draw_prints_a_tree_on_the_terminal():
    done = CliRunner().invoke(app, ["draw", "resnet50", "classes=10", "--heat", "macs"])
    assert done.exit_code == 0
    assert done.stdout == draw(resspec.graph(resspec.load("resnet50", classes=10)), "block", "text", "macs")


@pytest.mark.parametrize(("file", "form"), [("net.svg", "svg"), ("net.mmd", "mermaid"), ("net.txt", "text")])
def test_draw_writes_what_the_file_ends_in(tmp_path: Path, file: str, form: str):
    path = tmp_path / file
    done = CliRunner().invoke(app, ["draw", "resnet18", "--zoom", "op", "-o", str(path)])
    assert done.exit_code == 0
    assert path.read_text(encoding="utf-8") == draw(resspec.graph("resnet18"), "op", form)


def test_draw_refuses_a_spec_that_is_wrong():
    done = CliRunner().invoke(app, ["draw", "resnet05"])
    assert done.exit_code == 2
    assert "error[RS101]" in done.stderr
