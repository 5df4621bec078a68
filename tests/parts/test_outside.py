"""A block of an outside package, one file with an entry point, has everything that ours have."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

OUTSIDE = Path(__file__).parents[1] / "outside" / "ghost.py"

SPEC = """\
input: [3, 32, 32]
stem: {kind: conv3x3, width: 16}
block: {kind: ghost, ratio: 0.5}
stages:
  - {depth: 2, width: 32}
  - {depth: 2, width: 64, stride: 2, gate: se}
head: {kind: linear, classes: 10}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package as an installer leaves it, and a spec that uses it."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(OUTSIDE, folder / "ghost.py")
    info = folder / "ghost-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ghost\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[resspec.parts]\nghost = ghost\n")
    (folder / "net.yaml").write_text(SPEC)
    return folder


def python(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(
        [sys.executable, *words], cwd=site, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_it_passes_the_conformance_suite(site: Path):
    code = "from ghost import Ghost; from resspec.testing import check_part; check_part(Ghost(twice=True))"
    done = python(site, "-c", code)
    assert done.returncode == 0, done.stderr


def test_it_is_reported_by_kind(site: Path):
    done = python(site, "-m", "resspec", "report", "net.yaml", "--json")
    assert done.returncode == 0, done.stderr
    assert "ghost" in {row["kind"] for row in json.loads(done.stdout)["blocks"]}


def test_its_mistakes_are_answered_as_ours_are(site: Path):
    for change, remedy in (("block.rato=0.5", "'ratio'"), ("block=gost", "'ghost'"), ("block.ratio=-1", "more than 0")):
        done = python(site, "-m", "resspec", "validate", "net.yaml", change)
        assert done.returncode == 2
        assert remedy in done.stderr


def test_it_becomes_source_and_module(site: Path):
    done = python(site, "-m", "resspec", "source", "net.yaml")
    assert done.returncode == 0, done.stderr
    (site / "net.py").write_text(done.stdout)
    code = """
import torch, resspec, net
x = torch.rand(1, 3, 32, 32)
assert torch.equal(resspec.build("net.yaml", seed=0).eval()(x), net.build(seed=0).eval()(x))
assert type(net.build().layer1[0]).__name__ == "Ghost"
"""
    done = python(site, "-c", code)
    assert done.returncode == 0, done.stderr


def test_it_stands_in_the_schema(site: Path):
    done = python(site, "-m", "resspec", "schema")
    assert done.returncode == 0, done.stderr
    assert '"ghost"' in done.stdout


def test_without_the_package_the_kind_is_unknown(tmp_path: Path):
    (tmp_path / "net.yaml").write_text(SPEC)
    done = python(tmp_path, "-m", "resspec", "validate", "net.yaml")
    assert done.returncode == 2
    assert "there is no block kind 'ghost'" in done.stderr
