"""The example of the plug-in guide: installed as anybody's package, it has what ours have."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = DOCS / "example_plugin"


def python(site: Path, *words: str) -> str:
    """What Python prints with the installed package in sight."""
    path = os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, *words],
        cwd=EXAMPLE,
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the package is installed to, from a wheel that is built of it."""
    folder = tmp_path_factory.mktemp("plugin")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "wheel")]
    subprocess.run(build, cwd=EXAMPLE, check=True, capture_output=True)
    wheel = next((folder / "wheel").glob("*.whl"))
    install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(folder / "site"),
        str(wheel),
    ]
    subprocess.run([sys.executable, *install], check=True, capture_output=True)
    return folder / "site"


@pytest.mark.slow
def test_the_installed_example_is_reported_and_built(site: Path):
    rows = json.loads(python(site, "-m", "resspec", "report", "net.yaml", "--json"))["blocks"]
    assert "inverted" in {row["kind"] for row in rows}
    code = "import torch, resspec; print(resspec.build('net.yaml', seed=0).eval()(torch.rand(2, 3, 96, 96)).shape)"
    assert "[2, 10]" in python(site, "-c", code)


@pytest.mark.slow
def test_the_examples_own_tests_pass(site: Path):
    out = python(site, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "tests")
    assert "2 passed" in out


def test_the_guide_shows_what_the_example_has():
    guide = (DOCS / "plugins.md").read_text(encoding="utf-8")
    held = "\n".join(
        path.read_text(encoding="utf-8") for path in EXAMPLE.rglob("*.*") if path.suffix in (".py", ".toml")
    )
    blocks = re.findall(r"```(?:python|toml)\n(.*?)```", guide, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.strip() and "check_part(Inv" not in line]
    assert len(lines) > 10
    assert [line for line in lines if line.removesuffix(" ...").strip() not in held] == []
