"""How the command ends: its exit code, and what a person sees of a mistake."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import resspec
from command import COMMAND, run


def test_the_version_is_printed() -> None:
    for flag in ("--version", "-V"):
        done = run(flag)
        assert (done.returncode, done.stdout) == (0, f"resspec {resspec.__version__}\n")


def test_help_teaches_by_example() -> None:
    for words in ((), ("report",), ("show",), ("list",), ("validate",), ("source",), ("search",)):
        done = run(*words, "--help")
        assert done.returncode == 0
        assert "Examples:" in done.stdout
        assert f"resspec {words[0] if words else 'report'} " in done.stdout


def test_output_is_plain_when_it_is_no_terminal() -> None:
    for words in (("--help",), ("report", "resnet50"), ("report", "--help"), ("report", "nothing"), ("frobnicate",)):
        done = run(*words)
        assert "\x1b" not in done.stdout + done.stderr


WRONG = {
    "an unknown name": ["resnet05"],
    "a missing file": ["nowhere/net.yaml"],
    "a folder": ["folder.yaml"],
    "a binary file": ["binary.yaml"],
    "an empty file": ["empty.yaml"],
    "broken YAML": ["broken.yaml"],
    "a file nobody may read": ["locked.yaml"],
    "no name at all": [""],
    "a path that is no path": ["resnet18", "stages..depth=3"],
    "an override of an unknown key": ["resnet18", "stage.1.depth=2"],
    "an override of the wrong type": ["resnet18", "stages.1.depth=two"],
    "a stage of depth 0": ["resnet18", "stages.1.depth=0"],
    "a number beyond all bounds": ["resnet18", "stages.1.depth=" + "9" * 5000],
    "a name that is no text": [os.fsdecode(b"\xff\xfe.yaml")],
    "an override that is no text": ["resnet18", os.fsdecode(b"name=\xff")],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "folder.yaml").mkdir()
    (folder / "binary.yaml").write_bytes(bytes(range(256)) * 10)
    (folder / "empty.yaml").write_text("")
    (folder / "broken.yaml").write_text("stem: {kind: conv3x3\nstages: [")
    (folder / "locked.yaml").write_text("extends: resnet18\n")
    (folder / "locked.yaml").chmod(0)
    return folder


VERBS = ("show", "validate", "report", "source")
EVERYWHERE = ("an unknown name", "an override of the wrong type", "an override that is no text")
"""Mistakes that every verb is tried with; the rest are told by what all of them load specs with."""


@pytest.mark.parametrize(
    ("mistake", "verb"),
    [
        (mistake, verb)
        for place, mistake in enumerate(WRONG)
        if mistake != "a file nobody may read" or os.geteuid()
        for verb in (VERBS if mistake in EVERYWHERE else [VERBS[place % len(VERBS)]])
    ],
)
def test_a_mistake_is_one_clear_message(folder: Path, verb: str, mistake: str) -> None:
    done = run(verb, *WRONG[mistake], cwd=folder)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "error[RS" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr) < 2000


@pytest.mark.parametrize("verb", ["validate", "report", "source"])
def test_shapes_that_do_not_fit_are_one_clear_message(verb: str) -> None:
    done = run(verb, "resnet50", "block.groups=36")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "36" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("verb", ["show", "report", "source"])
def test_a_word_that_is_no_override_is_refused(verb: str) -> None:
    done = run(verb, "resnet18", "banana")
    assert done.returncode == 2
    assert "error[RS205]: 'banana' is not an override" in done.stderr


def test_a_change_of_the_recipe_that_lacks_its_prefix_is_told_so() -> None:
    done = run("train", "resnet20_quarter", "epochs=3", "--data", "digits")
    assert done.returncode == 2
    assert "write recipe.epochs=3" in done.stderr


def test_mistakes_are_json_where_json_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text("extends: resnet18\nblok: basic\nstages: {1: {depth: 0}}\n")
    done = run("report", "net.yaml", "--json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "")
    errors = json.loads(done.stdout)["errors"]
    assert [error["range"]["line"] for error in errors] == [2, 3]
    assert all({"code", "message", "file", "range", "remedy"} <= set(error) for error in errors)


@pytest.mark.parametrize(
    "words", [["frobnicate"], ["report"], ["report", "resnet18", "--frob"], ["report", "resnet18", "--by", "x"]]
)
def test_a_wrong_command_line_says_how_it_is_used(words: list[str]) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert "Usage: resspec" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_error() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with subprocess.Popen(
        [*COMMAND, "report", "preact_resnet1001_cifar10", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.read(1)
        process.stdout.close()
        assert process.wait(timeout=60) == 141
        assert process.stderr.read() == b""


def test_ctrl_c_ends_quietly() -> None:
    words = ["report", "resnet20_optB", "stages.1.depth=9000", "--by", "layers"]
    with subprocess.Popen(
        [sys.executable, "-X", "importtime", *COMMAND[1:], *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        while "resspec.cli.app" not in process.stderr.readline():
            pass
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors


def test_the_shell_completes_shipped_names() -> None:
    environment = {"_RESSPEC_COMPLETE": "complete_bash", "COMP_WORDS": "resspec report resnet50", "COMP_CWORD": "2"}
    done = subprocess.run(
        [sys.executable, "-c", "from resspec.cli import main; main()"],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == [name for name in resspec.list_specs() if name.startswith("resnet50")]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_every_message_can_be_printed_in_every_encoding(encoding: str) -> None:
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    done = subprocess.run([*COMMAND, "report", "r\u2212net"], capture_output=True, check=False, env=environment)
    assert done.returncode == 2
    assert b"error[RS101]" in done.stderr
    assert b"Traceback" not in done.stderr


def test_python_m_resspec_and_the_script_are_the_same_command() -> None:
    script = Path(sys.executable).with_name("resspec")
    done = subprocess.run([script, "list", "resnet5*"], capture_output=True, text=True, check=False)
    assert done.stdout == run("list", "resnet5*").stdout
