"""Modules, files and commands that are imported, as a user would."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import nn

import resspec
from command import run
from resspec.errors import WeightsError

FACTORY = """
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, given, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(given, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.shortcut = nn.Sequential()
        if stride != 1 or given != width:
            self.shortcut = nn.Sequential(nn.Conv2d(given, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return ACT(y + self.shortcut(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(Block(16, 16, 1), Block(16, 16, 1), Block(16, 16, 1))
        self.layer2 = nn.Sequential(Block(16, 40, 2), Block(40, 40, 1))
        self.linear = nn.Linear(40, 10)

    def forward(self, x):
        x = self.layer2(self.layer1(torch.relu(self.bn1(self.conv1(x)))))
        return self.linear(x.mean((2, 3)))


def make():
    return Net()
"""


def test_a_module_of_a_file_is_imported_and_answers_alike(tmp_path: Path):
    (tmp_path / "theirs.py").write_text(FACTORY.replace("ACT", "torch.relu"))
    found = resspec.import_spec(f"{tmp_path / 'theirs.py'}:make")
    assert found.confirmed
    assert [(stage.depth, stage.width) for stage in found.spec.stages] == [(3, 16), (2, 40)]


@pytest.mark.slow
def test_a_module_that_answers_otherwise_is_refused(tmp_path: Path):
    (tmp_path / "odd.py").write_text(FACTORY.replace("ACT", "torch.tanh"))
    with pytest.raises(WeightsError, match="RS615"):
        resspec.import_spec(f"{tmp_path / 'odd.py'}:make")


def test_what_shapes_do_not_tell_is_found_from_a_modules_answers():
    spec = resspec.load("resnet18", "act=silu", "input=3x64x64", classes=10)
    found = resspec.import_spec(resspec.build(spec, seed=0), "input=3x64x64")
    assert found.confirmed
    assert resspec.fingerprint(found.spec) == resspec.fingerprint(spec)


def test_networks_of_one_key_list_are_told_apart_by_a_modules_answers():
    spec = resspec.load("resnetblur18", "input=3x64x64")
    found = resspec.import_spec(resspec.build(spec, seed=0), "input=3x64x64")
    assert found.confirmed
    assert resspec.fingerprint(resspec.load(found.spec, "input=3x64x64")) == resspec.fingerprint(spec)


def test_what_is_no_module_is_refused(tmp_path: Path):
    (tmp_path / "none.py").write_text("def make():\n    return 3\n")
    with pytest.raises(WeightsError, match=r"RS616.*int"):
        resspec.import_spec(f"{tmp_path / 'none.py'}:make")
    assert isinstance(nn.Identity(), nn.Module)


@pytest.mark.slow
def test_the_command_writes_a_spec_that_takes_the_weights(tmp_path: Path):
    spec = resspec.load("resnet20", "stages.1.depth=4", classes=7)
    state = {f"module.{name}": tensor for name, tensor in resspec.build(spec, seed=0).state_dict().items()}
    torch.save({"state_dict": state, "epoch": 9}, tmp_path / "best.pth")
    done = run("import", "best.pth", "-o", "mine.yaml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "mine.yaml").read_text()
    assert "not told by shapes, as in resnet20" in text
    resspec.build(tmp_path / "mine.yaml", weights=tmp_path / "best.pth")
    told = json.loads(run("import", "best.pth", "--json", cwd=tmp_path).stdout)
    assert told["like"] == "resnet20"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("none.pth", "RS602"),
        ("hf:.", "RS602"),
        ("none.py:make", "RS602"),
        ("text.pth", "RS603"),
        ("none.onnx", "RS602"),
    ],
)
def test_the_command_refuses_what_it_cannot_read(tmp_path: Path, source: str, code: str):
    (tmp_path / "text.pth").write_text("no tensors")
    done = run("import", source, cwd=tmp_path)
    assert done.returncode == 2
    assert code in done.stderr
    assert "Traceback" not in done.stderr
