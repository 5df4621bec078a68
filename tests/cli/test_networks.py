"""source, build."""

from __future__ import annotations

from pathlib import Path

import torch
from typer.testing import CliRunner

import resspec
from resspec.cli.app import app


def test_source_prints_the_file() -> None:
    done = CliRunner().invoke(app, ["source", "resnet18", "classes=10"])
    assert done.stdout == resspec.source(resspec.load("resnet18", classes=10))


def test_source_writes_the_file(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    done = CliRunner().invoke(app, ["source", "resnet18", "-o", str(file)])
    assert done.stdout == f"wrote {file}\n"
    assert file.read_text() == resspec.source("resnet18")


def test_nothing_half_written_stays_behind(tmp_path: Path) -> None:
    for file in (tmp_path, tmp_path / "missing" / "net.py", tmp_path / ("x" * 300)):
        done = CliRunner().invoke(app, ["source", "resnet18", "-o", str(file)])
        assert done.exit_code == 2
        assert "error[RS702]" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_build_writes_weights_that_build_reads(tmp_path: Path) -> None:
    file = tmp_path / "net.safetensors"
    done = CliRunner().invoke(app, ["build", "resnet20", "-o", str(file), "--seed", "3"])
    assert done.exit_code == 0, done.output
    ours, read = resspec.build("resnet20", seed=3), resspec.build("resnet20", weights=file)
    assert all(torch.equal(a, b) for a, b in zip(ours.state_dict().values(), read.state_dict().values(), strict=True))


def test_build_takes_a_checkpoint(tmp_path: Path) -> None:
    checkpoint, file = tmp_path / "net.pth", tmp_path / "net.safetensors"
    net = resspec.build("resnet20", seed=3)
    torch.save({"state_dict": net.state_dict()}, checkpoint)
    assert CliRunner().invoke(app, ["build", "resnet20", "-o", str(file), "--weights", str(checkpoint)]).exit_code == 0
    read = resspec.build("resnet20", weights=file).state_dict()
    assert torch.equal(read["fc.weight"], net.state_dict()["fc.weight"])


def test_build_refuses_weights_that_do_not_fit(tmp_path: Path) -> None:
    checkpoint, file = tmp_path / "net.pth", tmp_path / "net.safetensors"
    torch.save(resspec.build("resnet20").state_dict(), checkpoint)
    for words in (["resnet32", "--weights", str(checkpoint)], ["resnet20", "--weights", str(tmp_path / "missing.pth")]):
        done = CliRunner().invoke(app, ["build", *words, "-o", str(file)])
        assert done.exit_code == 2
        assert "error[RS6" in done.stderr
    assert not file.exists()


def test_build_writes_safetensors_only(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["build", "resnet20", "-o", str(tmp_path / "net.pt")])
    assert done.exit_code == 2
    assert "error[RS701]" in done.stderr
