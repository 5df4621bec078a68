"""What a stranger gives: damaged files, files of another kind, places where nothing can be written. Every one ends with
exit code 2 and a message that says what is wrong, and nothing of a file is run."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

import resspec
from networks import small
from resspec.cli import main

SPEC = resspec.load(small(block="basic"))


class Runs:
    """An object whose unpickling makes a folder."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("ran",)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: good.pth, and what is wrong with it in others."""
    monkeypatch.chdir(tmp_path)
    model = resspec.build(SPEC, seed=1)
    state = model.state_dict()
    torch.save(state, "good.pth")
    save_file(state, "good.safetensors")
    save_file(state, "carrying.safetensors", {"spec": SPEC.to_yaml()})
    torch.save(model, "module.pth")
    torch.save({"state_dict": state, "hook": Runs()}, "hook.pth")
    Path("pickle.pth").write_bytes(pickle.dumps(Runs()))
    Path("cut.pth").write_bytes(Path("good.pth").read_bytes()[:5000])
    Path("cut.safetensors").write_bytes(Path("good.safetensors").read_bytes()[:-50])
    Path("head.safetensors").write_bytes(Path("good.safetensors").read_bytes()[:200])
    Path("empty.pth").touch()
    Path("text.pth").write_text("no tensors")
    torch.save({}, "nothing.pth")
    torch.save({"epoch": 3}, "number.pth")
    torch.save(torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3)).state_dict(), "other.pth")
    Path("bad.onnx").write_text("no graph")
    Path("bare").mkdir()
    Path("net.py").write_text(
        "def fails():\n    raise OSError('boom')\n\ndef asks(width):\n    return width\n\ndef counts():\n    return 3\n"
    )
    return tmp_path


Call = Callable[..., tuple[int, str]]


@pytest.fixture
def call(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """`resspec WORDS` in this process: the exit code, and what it says."""

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["resspec", *words])
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr()
        assert not (folder / "ran").exists()
        return int(left.value.code or 0), told.err or told.out

    return run


FILES = (
    ("cut.pth", "RS603", "cut short"),
    ("empty.pth", "RS603", "empty"),
    ("text.pth", "RS603", "torch.save writes it"),
    ("module.pth", "RS603", "model.state_dict()"),
    ("hook.pth", "RS603", "run code"),
    ("pickle.pth", "RS603", "run code"),
    ("cut.safetensors", "RS603", "bytes of|not fully covered"),
    ("head.safetensors", "RS603", "header"),
    ("nothing.pth", "RS601", "it holds: nothing"),
    ("number.pth", "RS601", "it holds: epoch"),
    ("missing.pth", "RS602", "there is no file missing.pth"),
    ("other.pth", "RS611|RS604", "0.weight"),
)
"""Files, and what each is answered with, whatever reads it."""


@pytest.mark.parametrize(("file", "codes", "told"), FILES, ids=[file for file, *_ in FILES])
def test_a_file_that_is_no_checkpoint_is_told_what_it_is(call: Call, tmp_path: Path, file: str, codes: str, told: str):
    (tmp_path / "spec.yaml").write_text(SPEC.to_yaml())
    for words in (
        ("convert", file, "out.pth"),
        ("import", file),
        ("build", "spec.yaml", "--weights", file, "-o", "out.safetensors"),
        ("export", "spec.yaml", "--weights", file, "-o", "out.py"),
    ):
        code, text = call(*words)
        assert code == 2
        assert any(each in text for each in codes.split("|")), text
        assert any(each in text for each in told.split("|")), text
        assert "weights_only" not in text
    assert not list(tmp_path.glob("*out*"))


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("convert", "bare", "out.pth"), "RS602", "name the file of weights in it"),
        (("convert", "bad.onnx", "out.pth"), "RS603", "another format"),
        (("convert", "good.pth", "out.pth", "--nest", "ema"), "RS601", "'ema'"),
        (("convert", "good.pth", "out.pth", "--spec", "resnet20"), "RS614", "resnet20"),
        (("convert", "good.pth", "out.txt"), "RS701", ".safetensors"),
        (("convert", "good.pth", "nowhere/out.pth"), "RS702", "nowhere: no such folder"),
        (("convert", "good.pth", "nowhere/out.safetensors"), "RS702", "nowhere: no such folder"),
        (("convert", "good.pth", "good.pth/out.pth"), "RS702", "good.pth/out.pth: "),
        (("import", "good.pth", "-o", "nowhere/out.yaml"), "RS702", "nowhere: no such folder"),
        (("import", "good.pth", "-o", "bare"), "RS702", "bare: "),
        (("import", "hf:bare"), "RS602", "model.safetensors"),
        (("import", "net.py"), "RS616", "net.py:FUNCTION"),
        (("import", "net.py:fails"), "RS616", "boom"),
        (("import", "net.py:asks"), "RS616", "width"),
        (("import", "net.py:counts"), "RS616", "not a torch module"),
        (("build", "good.safetensors", "-o", "out.safetensors"), "RS115", "resspec import"),
        (("build", "resnet20", "-o", "nowhere/out.safetensors"), "RS702", "nowhere: no such folder"),
        (("build", "resnet20", "--for", "inference", "-o", "nowhere/out.pt2"), "RS702", "nowhere: no such folder"),
        (("export", "carrying.safetensors", "-o", "nowhere/out.safetensors"), "RS702", "nowhere: no such folder"),
        (("export", "carrying.safetensors", "-o", "nowhere/out.onnx"), "RS702", "nowhere: no such folder"),
        (("export", "carrying.safetensors", "--to", "hf", "-o", "good.pth"), "RS", "good.pth|no words"),
        (("source", "resnet20", "-o", "nowhere/out.py"), "RS702", "nowhere: no such folder"),
        (("source", "resnet20", "-o", "bare"), "RS702", "bare: "),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_ends_with_its_reason(
    call: Call, tmp_path: Path, words: tuple[str, ...], code: str, told: str
):
    status, text = call(*words)
    assert status == 2
    assert code in text, text
    assert any(each in text for each in told.split("|")), text
    assert not list(tmp_path.glob("*out*"))
    assert not list(tmp_path.glob(".*"))


def test_an_onnx_file_without_names_of_modules_says_so(call: Call):
    onnx = pytest.importorskip("onnx", reason="ONNX needs the extra onnx")
    onnx.save(onnx.helper.make_model(onnx.helper.make_graph([], "net", [], [], [])), "none.onnx")
    status, text = call("import", "none.onnx")
    assert (status, "no initializers" in text) == (2, True), text
    status, text = call("import", "bad.onnx")
    assert (status, "RS603" in text) == (2, True), text
