"""What an installed resspec carries."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import resspec

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ASK = """
import json, resspec, resspec.shipped
searches = sorted(path.stem for path in resspec.shipped.search_folder().rglob("*.yaml"))
print(json.dumps([resspec.list_specs(), searches, resspec.__file__]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the wheel unpacks to."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    zipfile.ZipFile(next(folder.glob("*.whl"))).extractall(folder / "site")
    return folder / "site"


def asked(site: Path, elsewhere: Path) -> tuple[list[str], list[str], Path]:
    """Spec names, search names and place of the resspec that is found at `site`, asked from another folder."""
    environment = os.environ | {"PYTHONPATH": str(site)}
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=elsewhere, env=environment, capture_output=True, text=True, check=True
    )
    specs, searches, file = json.loads(done.stdout)
    return specs, searches, Path(file)


def test_a_wheel_and_a_checkout_find_the_same_specs_and_searches(wheel: Path, tmp_path: Path) -> None:
    carried, lying = asked(wheel, tmp_path), asked(ROOT, tmp_path)
    assert carried[2].is_relative_to(wheel)
    assert lying[2].is_relative_to(ROOT)
    assert carried[:2] == lying[:2]
    assert carried[0] == sorted(path.stem for path in (ROOT / "specs").rglob("*.yaml"))
    assert carried[1] == sorted(path.stem for path in (ROOT / "search").rglob("*.yaml"))


def test_a_wheel_carries_types_schemas_and_nothing_but_resspec(wheel: Path) -> None:
    assert (wheel / "resspec" / "py.typed").is_file()
    assert {"page.css", "page.js"} <= {path.name for path in (wheel / "resspec" / "pages").iterdir()}
    assert {path.name for path in (wheel / "resspec" / "schema").iterdir()} == {"spec.json", "search.json"}
    assert {path.name.partition("-")[0] for path in wheel.iterdir()} == {"resspec"}


def test_the_version_is_written_the_same_everywhere() -> None:
    assert PROJECT["version"] == resspec.__version__
    assert f"## {resspec.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def packages(asked_for: list[str]) -> Iterator[str]:
    """The packages that requirements name, those of resspec's own extras among them."""
    for requirement in asked_for:
        if own := re.match(r"resspec\[(\w+)\]", requirement):
            yield from packages(PROJECT["optional-dependencies"][own[1]])
        elif name := re.match(r"[\w.-]+", requirement):
            yield name[0].lower()


def test_every_requirement_has_a_tested_version() -> None:
    pinned = {line.partition("==")[0].lower() for line in (ROOT / "constraints.txt").read_text().splitlines()}
    assert set(packages([*PROJECT["dependencies"], "resspec[test]"])) <= pinned
