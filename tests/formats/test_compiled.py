"""The inference form compiled: equal answers, constants that cannot be changed, and what is said without a compiler."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

import resspec
from command import run
from networks import small
from resspec.errors import ResspecError

SPEC = resspec.load(small(stages=[{"depth": 1, "width": 32}]))
NEEDS_COMPILER = pytest.mark.skipif(not (shutil.which("g++") or shutil.which("clang++")), reason="needs a C++ compiler")


def x(batch: int) -> torch.Tensor:
    return torch.randn(batch, 3, 32, 32, generator=torch.Generator().manual_seed(batch))


@NEEDS_COMPILER
@pytest.mark.slow
def test_a_compiled_network_answers_alike_and_keeps_its_weights():
    eager = resspec.build(SPEC, seed=3).eval()
    model = resspec.build(SPEC, seed=3, inference=True, compile=True)
    assert not model.training
    for batch in (2, 1, 5):
        answer = model(x(batch))
        assert not answer.requires_grad
        torch.testing.assert_close(answer, eager(x(batch)).detach(), rtol=1e-4, atol=1e-5)
    for change in (
        lambda: model.load_state_dict(model.state_dict()),
        model.half,
        model.train,
    ):
        with pytest.raises(ResspecError, match="RS708"):
            change()
    assert model.eval() is model


@NEEDS_COMPILER
@pytest.mark.slow
def test_features_are_compiled_under_their_names():
    eager = resspec.build(SPEC, seed=3, features=[0, 1]).eval()
    maps = resspec.build(SPEC, seed=3, features=[0, 1], inference=True, compile=True)(x(2))
    wanted = eager(x(2))
    assert maps.keys() == wanted.keys()
    for name, found in maps.items():
        torch.testing.assert_close(found, wanted[name].detach(), rtol=1e-4, atol=1e-5)


@NEEDS_COMPILER
@pytest.mark.slow
def test_a_compiled_package_is_written_verified_and_runs_without_resspec(tmp_path: Path):
    (tmp_path / "net.json").write_text(json.dumps(SPEC.to_dict()))
    made = run("build", "net.json", "--seed", "3", "--for", "inference", "--compile", "-o", "net.pt2", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert "AOTInductor" in made.stdout
    package = torch._inductor.aoti_load_package(str(tmp_path / "net.pt2"))
    torch.testing.assert_close(package(x(4)), resspec.build(SPEC, seed=3).eval()(x(4)).detach(), rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_without_a_compiler_the_error_says_what_is_missing(tmp_path: Path):
    (tmp_path / "net.json").write_text(json.dumps(SPEC.to_dict()))
    without = {"CXX": str(tmp_path / "none"), "PATH": str(tmp_path), "TORCHINDUCTOR_CACHE_DIR": str(tmp_path / "cache")}
    made = run(
        *("build", "net.json", "--for", "inference", "--compile", "-o", "net.pt2"),
        cwd=tmp_path,
        **without,
    )
    assert made.returncode == 2
    assert "RS708" in made.stderr
    assert "C++ compiler" in made.stderr
    assert "Traceback" not in made.stderr
    assert not (tmp_path / "net.pt2").exists()


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("-o", "net.safetensors"), "RS709"),
        (("--for", "inference", "-o", "net.onnx"), "RS705"),
    ],
)
def test_only_the_inference_form_is_compiled_and_only_to_pt2(tmp_path: Path, options: tuple[str, ...], code: str):
    made = run("build", "resnet20", "--compile", *options, cwd=tmp_path)
    assert made.returncode == 2
    assert code in made.stderr


def test_compiling_asks_for_the_inference_form():
    with pytest.raises(ResspecError, match="RS709"):
        resspec.build(SPEC, compile=True)
