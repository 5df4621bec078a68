"""new, migrate, schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import resspec
from resspec.authoring.schema import spec_schema
from resspec.cli.app import app


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_new_writes_a_network_with_comments(home: Path):
    done = CliRunner().invoke(app, ["new", "mine"])
    assert (done.exit_code, done.stdout) == (0, "wrote mine.yaml\n")
    assert resspec.fingerprint(home / "mine.yaml") == resspec.fingerprint("resnet18")
    assert (home / "mine.yaml").read_text().count("# ") > 10


def test_new_begins_as_a_shipped_spec_or_a_file(home: Path):
    (home / "nets").mkdir()
    for words in (["nets/one", "--from", "resnet50"], ["nets/two.yaml", "--from", "nets/one.yaml"]):
        assert CliRunner().invoke(app, ["new", *words, "--quiet"]).exit_code == 0
    assert "extends: one.yaml\n" in (home / "nets/two.yaml").read_text()
    assert resspec.fingerprint(home / "nets/two.yaml") == resspec.fingerprint("resnet50")


def test_new_writes_over_nothing_unless_told(home: Path):
    (home / "mine.yaml").write_text("mine\n")
    done = CliRunner().invoke(app, ["new", "mine"])
    assert done.exit_code == 2
    assert "add --force" in done.stderr
    assert (home / "mine.yaml").read_text() == "mine\n"
    assert CliRunner().invoke(app, ["new", "mine", "--force"]).exit_code == 0
    assert resspec.load(home / "mine.yaml").name == "mine"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["mine", "--from", "resnet5O"], "there is no spec called"),
        (["mine.json"], "JSON takes no comments"),
        (["deep/mine", "--from", "other.yaml"], "outside"),
        (["nowhere/mine"], "nowhere"),
    ],
)
def test_new_refuses_what_would_not_load(home: Path, words: list[str], message: str):
    (home / "deep").mkdir()
    (home / "other.yaml").write_text("extends: resnet18\n")
    done = CliRunner().invoke(app, ["new", *words])
    assert done.exit_code == 2
    assert message in done.stderr
    assert not list(home.rglob("mine.*"))


def test_new_begins_as_a_file_elsewhere_where_it_is_told_to_trust_it(home: Path):
    (home / "deep").mkdir()
    (home / "other.yaml").write_text("extends: resnet18\n")
    done = CliRunner().invoke(app, ["new", "deep/mine", "--from", "other.yaml", "--allow", "outside"])
    assert (done.exit_code, done.stdout) == (0, "wrote deep/mine.yaml\n")
    trusted = CliRunner().invoke(app, ["report", "deep/mine.yaml", "--allow", "outside", "--json"])
    assert json.loads(trusted.stdout)["fingerprint"] == resspec.fingerprint("resnet18")


def test_new_begins_as_a_file_that_is_larger_than_files_may_be(home: Path):
    (home / "large.yaml").write_text("extends: resnet18\nstages: {3: {depth: 6000}}\n")
    words = ["new", "mine", "--from", "large.yaml"]
    assert CliRunner().invoke(app, words).exit_code == 2
    assert CliRunner().invoke(app, [*words, "--allow", "blocks=10k", "--allow", "ops=1M"]).exit_code == 0


OLD = "\ufeff# mine\r\nresspec: 0\r\nextends: resnet18\r\nactivation: silu # calm\r\n"


def test_migrate_rewrites_old_files_and_keeps_comments(home: Path):
    (home / "old.yaml").write_bytes(OLD.encode())
    (home / "new.yaml").write_text("extends: resnet18\n")
    done = CliRunner().invoke(app, ["migrate", "old.yaml", "new.yaml"])
    assert (done.exit_code, done.stdout) == (0, "old.yaml: rewritten\nnew.yaml: is current\n")
    assert (home / "old.yaml").read_bytes().decode() == OLD.replace("activation", "act").replace("c: 0", "c: 1")


def test_migrate_only_tells_when_asked_to_check(home: Path):
    (home / "old.yaml").write_bytes(OLD.encode())
    done = CliRunner().invoke(app, ["migrate", "old.yaml", "--check"])
    assert (done.exit_code, done.stdout) == (1, "old.yaml: is old\n")
    assert (home / "old.yaml").read_bytes() == OLD.encode()


@pytest.mark.parametrize("content", [b"resspec: 9\nextends: resnet18\n", b"\xff\xfe", b"a: [\n", b""])
def test_migrate_refuses_what_it_cannot_read(home: Path, content: bytes):
    (home / "net.yaml").write_bytes(content)
    assert CliRunner().invoke(app, ["migrate", "net.yaml"]).exit_code == 2
    assert (home / "net.yaml").read_bytes() == content


def test_schema_prints_what_the_library_writes():
    assert json.loads(CliRunner().invoke(app, ["schema"]).stdout) == spec_schema()
    assert json.loads(CliRunner().invoke(app, ["schema", "search"]).stdout)["title"] == "resspec search"
