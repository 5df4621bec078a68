"""What the README shows is run, and what it says is compared."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import dense
import zoo
from command import run

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language; fences open and close in turn."""
    parts = re.split(r"^```(.*)\n", README, flags=re.MULTILINE)
    return [text for fence, text in zip(parts[1::4], parts[2::4], strict=True) if fence == language]


COMMANDS = [line.removeprefix("$ ") for block in blocks("console") for line in block.splitlines()]
MINE = next(block for block in blocks("yaml") if block.startswith("# mine.yaml"))


def is_long(command: str) -> bool:
    """Whether a command trains, or runs what it exports: the slow tests run those."""
    return command.split()[1] in ("train", "export", "build")


@pytest.mark.parametrize(
    "command", [pytest.param(line, marks=[pytest.mark.slow] if is_long(line) else []) for line in COMMANDS]
)
def test_every_command_runs(command: str, tmp_path: Path):
    (tmp_path / "mine.yaml").write_text(MINE, encoding="utf-8")
    done = run(*shlex.split(command)[1:], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_the_drawing_is_what_its_command_draws(tmp_path: Path, request: pytest.FixtureRequest):
    command = next(line for line in COMMANDS if line.endswith("-o resnet50.svg"))
    assert run(*shlex.split(command)[1:], cwd=tmp_path).returncode == 0
    drawn, kept = (tmp_path / "resnet50.svg").read_bytes(), ROOT / "docs" / "resnet50.svg"
    if request.config.getoption("--accept"):
        kept.write_bytes(drawn)
    assert kept.read_bytes() == drawn


def test_every_line_of_python_runs():
    namespace: dict[str, object] = {}
    for block in blocks("python"):
        exec(block, namespace)


def test_the_error_shown_is_the_error_given(tmp_path: Path):
    (tmp_path / "mine.yaml").write_text(MINE.replace("groups", "grups"), encoding="utf-8")
    done = run("validate", "mine.yaml", cwd=tmp_path)
    assert done.returncode == 2
    shown = next(block for block in blocks("") if "error[" in block)
    assert shown.strip() in done.stderr


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).is_file(), target


def test_the_search_shown_is_the_one_that_ships():
    shipped = (ROOT / "search" / "digits.yaml").read_text(encoding="utf-8")
    shown = next(block for block in blocks("yaml") if block.startswith("# search/digits.yaml"))
    for line in shown.splitlines()[1:]:
        assert line in shipped, line


def shown_table(start: str, end: str, made: str, accept: bool) -> str:
    """The table between two marks of the README, written anew first where that is asked for."""
    before, _, rest = (ROOT / "README.md").read_text(encoding="utf-8").partition(start)
    shown, _, after = rest.partition(end)
    if accept:
        (ROOT / "README.md").write_text(before + start + made + end + after, encoding="utf-8", newline="\n")
    return made if accept else shown


def test_the_table_of_networks_for_places_is_what_was_compared(request: pytest.FixtureRequest):
    made = dense.table()
    assert shown_table(dense.START, dense.END, made, request.config.getoption("--accept")) == made


def test_the_table_of_families_is_what_was_compared(request: pytest.FixtureRequest):
    made = zoo.table()
    shown = shown_table(zoo.START, zoo.END, made, request.config.getoption("--accept"))
    assert shown == made
    rows = [[cell.strip(" *") for cell in line.split("|")[1:-1]] for line in shown.splitlines()[2:]]
    assert all(measured == equal for _, _, measured, equal, _ in rows)
    assert sum(int(row[3]) for row in rows[:-1]) == int(rows[-1][3])
