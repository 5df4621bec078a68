"""The journal: whatever a dead writer left at its end, the study opens, and plain Optuna reads it."""

from __future__ import annotations

import threading
from pathlib import Path

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from resspec.errors import SearchError
from resspec.study.journal import mend, open_journal, read_journal


def written(path: Path, trials: int = 3) -> bytes:
    study = optuna.create_study(storage=open_journal(path), study_name="s", load_if_exists=True)
    for _ in range(trials):
        trial = study.ask({"x": optuna.distributions.IntDistribution(0, 9)})
        study.tell(trial, 0.5)
    return path.read_bytes()


def count(path: Path) -> int:
    return len(optuna.load_study(study_name="s", storage=JournalStorage(JournalFileBackend(str(path)))).trials)


def test_a_journal_cut_at_any_byte_of_its_last_lines_opens_and_is_written_on(tmp_path: Path):
    path = tmp_path / "journal.log"
    whole = written(path)
    lines = whole.splitlines(keepends=True)
    first = len(whole) - len(lines[-1]) - len(lines[-2])
    for cut in [*range(first, len(whole), 7), len(whole) - 1]:
        path.write_bytes(whole[:cut])
        study = optuna.load_study(study_name="s", storage=open_journal(path))
        assert len(study.trials) == 3
        study.set_user_attr("after", cut)
        assert path.read_bytes().startswith(whole[: whole.rfind(b"\n", 0, cut) + 1])
        assert count(path) == 3
        assert optuna.load_study(study_name="s", storage=open_journal(path)).user_attrs["after"] == cut


def test_a_tail_longer_than_one_reading_is_cut_whole(tmp_path: Path):
    path = tmp_path / "journal.log"
    path.write_bytes(b'{"a":1}\n' + b"x" * 200_000)
    mend(path)
    assert path.read_bytes() == b'{"a":1}\n'
    path.write_bytes(b"x" * 200_000)
    mend(path)
    assert path.read_bytes() == b""


def test_a_writer_that_died_does_not_hold_up_the_next_one(tmp_path: Path):
    """Optuna's own lock would be waited for half a minute."""
    path = tmp_path / "journal.log"
    written(path)
    (tmp_path / "journal.log.lock").write_bytes(b"left behind")
    assert count(path) == 3
    written(path, 1)
    assert count(path) == 4


def test_a_living_writer_is_never_cut_short(tmp_path: Path):
    path = tmp_path / "journal.log"
    written(path, 0)
    threads = [threading.Thread(target=written, args=(path, 8)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(path) == 32


@pytest.mark.parametrize(
    "text",
    [b'{"op_code": 0\n{"op_code": 0}\n', b"not a journal\nat all\n", b'{"a": 1}\n', b"hello\n", b"[1]\n", b"\0\0\n"],
)
def test_a_file_that_is_no_journal_is_refused_by_name(tmp_path: Path, text: bytes):
    path = tmp_path / "journal.log"
    path.write_bytes(text)
    with pytest.raises(SearchError, match=r"journal\.log is damaged or no journal"):
        open_journal(path)
    assert path.read_bytes() == text


@pytest.mark.parametrize("at", [3, -1])
def test_a_damaged_line_is_named_wherever_it_stands_and_what_is_before_it_can_be_kept(tmp_path: Path, at: int):
    path = tmp_path / "journal.log"
    lines = written(path).splitlines(keepends=True)
    damaged = [*lines]
    damaged[at] = b"\0" * 30 + b"\n"
    path.write_bytes(b"".join(damaged))
    number = at % len(lines) + 1
    for opened in (open_journal, read_journal):
        with pytest.raises(SearchError, match=f"line {number} is no record") as refused:
            opened(path)
        assert f"the {number - 1} lines before it are whole" in str(refused.value)
    path.write_bytes(b"".join(lines[: number - 1]))
    assert optuna.load_study(study_name="s", storage=open_journal(path)) is not None


def test_reading_a_journal_writes_nothing_and_leaves_no_file(tmp_path: Path):
    path = tmp_path / "journal.log"
    torn = written(path) + b'{"op_code": 5, "wor'
    path.write_bytes(torn)
    (tmp_path / "journal.log.lock").unlink()
    study = optuna.load_study(study_name="s", storage=read_journal(path))
    assert len(study.trials) == 3
    assert path.read_bytes() == torn
    assert [file.name for file in tmp_path.iterdir()] == ["journal.log"]
