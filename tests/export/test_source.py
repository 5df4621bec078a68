"""The emitted file: goldens, no need of resspec, the style of a careful hand."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import resspec
from networks import small

GOLDENS = [
    *("resnet50", "resnet20", "preact_resnet164_cifar10", "resnet50d", "resnext50_32x4d"),
    *("unet_resnet18", "fcos_resnet50_fpn", "maskrcnn_resnet50_fpn_v2"),
]

ODD = {
    "drop-path": small(
        drop_path=0.2, gate="se", stages=[{"depth": 6, "width": 32}, {"depth": 5, "width": 64, "stride": 2}]
    ),
    "mixed": small(
        stages=[{"depth": 1, "width": 16, "block": "basic"}, {"depth": 3, "width": 64, "blocks": {1: {"gate": "se"}}}]
    ),
    "group": small(norm={"kind": "group", "groups": 8}, act="silu", head={"kind": "linear", "dropout": 0.1}),
    "pad": small(
        block="basic", shortcut="pad", stages=[{"depth": 1, "width": 19}, {"depth": 1, "width": 64, "stride": 2}]
    ),
    "name": small(name="2-bad name!", source='quotes """ and \\ here'),
}


@pytest.mark.parametrize("name", GOLDENS)
def test_the_source_is_the_golden(name: str, golden: Callable[[str, str], None]):
    golden(f"source/{name}.py", resspec.source(name))


@pytest.mark.parametrize("spec", [*GOLDENS, *ODD.values()], ids=[*GOLDENS, *ODD])
def test_the_source_is_formatted_and_clean(spec: str | dict[str, object], tmp_path: Path):
    file = tmp_path / "net.py"
    file.write_text(resspec.source(spec))
    for words in (["format", "--check", "--diff"], ["check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *words, "--isolated", str(file)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("written", ["resnet20", *ODD.values()], ids=["resnet20", *ODD])
def test_the_file_runs_without_resspec_and_gives_the_same(written: str | dict[str, object], tmp_path: Path):
    import torch

    spec = resspec.load(written)
    model = resspec.build(spec, seed=0).eval()
    x = torch.rand(1, *spec.input)
    torch.save((x, model(x)), tmp_path / "run.pt")
    (tmp_path / "net.py").write_text(resspec.source(spec))
    code = """
import sys, torch
sys.modules["resspec"] = None
import net
x, y = torch.load("run.pt")
assert torch.equal(net.build(seed=0).eval()(x), y)
"""
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)


def test_equal_blocks_share_a_class():
    tree = ast.parse(resspec.source("resnet152"))
    assert [node.name for node in tree.body if isinstance(node, ast.ClassDef)] == ["Stage", "Bottleneck", "Resnet152"]


def test_a_deep_net_is_no_longer_than_a_shallow_one():
    deep, shallow = (
        resspec.source(name).partition("import torch")[2].splitlines() for name in ("resnet1202", "resnet20")
    )
    assert len(deep) <= len(shallow) + 2  # the docstring of the class has longer numbers


def test_a_small_change_of_the_spec_is_a_small_change_of_the_file():
    before = resspec.source("resnet50").splitlines()
    after = resspec.source(resspec.load("resnet50", "stages.3.depth=9")).splitlines()
    changed = [line for line in after if line not in before]
    assert len(changed) <= 3, changed


def test_nothing_of_a_spec_runs_when_the_file_is_read():
    text = resspec.source(small(name='x"""\nimport os\nos.abort()\n"""'))
    tree = ast.parse(text)
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "abort"]


@pytest.mark.slow
def test_the_files_of_all_shipped_specs_pass_a_type_checker_and_a_formatter(tmp_path: Path):
    specs: list[str | dict[str, object]] = [*resspec.list_specs(), *ODD.values()]
    for place, spec in enumerate(specs):
        (tmp_path / f"net_{place}.py").write_text(resspec.source(spec))
    files = sorted(path.name for path in tmp_path.iterdir())
    for words in (
        ["mypy", "--config-file", "", "--disallow-untyped-defs", *files],
        ["ruff", "check", "--isolated", *files],
        ["ruff", "format", "--isolated", "--check", *files],
    ):
        done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 0, done.stdout[-3000:]
