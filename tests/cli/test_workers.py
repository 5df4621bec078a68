"""search run --workers, work, serve, and the job files that call them."""

from __future__ import annotations

import json
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from cli.test_searches import searched
from command import COMMAND, run
from resspec.cli.app import app
from resspec.errors import SearchError
from resspec.study.server import binaries

JOBS = Path(__file__).parents[2] / "docs" / "jobs"


def asked(*words: str) -> tuple[int, str]:
    """`resspec search WORDS` in this process."""
    done = CliRunner().invoke(app, ["search", *words])
    return done.exit_code, done.output


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that others may enter, as a server needs that does not run as root."""
    folder = Path(tempfile.mkdtemp(prefix="resspec-serve-"))
    yield folder / "postgres"
    shutil.rmtree(folder)


def test_serve_prints_an_address_until_it_is_stopped_and_keeps_it(open_folder: Path):
    psycopg = pytest.importorskip("psycopg", reason="no psycopg: nothing of PostgreSQL is tested")
    try:
        binaries()
    except SearchError as error:
        pytest.skip(str(error))
    open_folder.parent.chmod(0o755)
    addresses = []
    for _ in range(2):
        server = subprocess.Popen(
            [*COMMAND, "search", "serve", "--path", str(open_folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert server.stdout is not None
        addresses.append(server.stdout.readline().decode().strip())
        with psycopg.connect(addresses[-1]) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        code, output = asked("serve", "--path", str(open_folder))
        assert (code, "a server runs in" in output) == (2, True)
        server.send_signal(signal.SIGTERM)
        _, said = server.communicate(timeout=60)
        assert server.returncode == 0
        assert f"resspec search work '{addresses[-1]}#digits'" in said.decode()
    assert addresses[0] == addresses[1]
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(addresses[0])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "digits", "--storage", "sqlite:///digits.db"), "error[RS514]"),
        (("work", "nowhere"), "error[RS502]: nowhere holds no study"),
        (("work", "mysql://host/db"), "error[RS514]"),
        (("run", "digits", "--workers", "0"), "Invalid value for '--workers'"),
    ],
)
def test_what_cannot_be_shared_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
):
    monkeypatch.chdir(tmp_path)
    code, output = asked(*words)
    assert code == 2
    assert said in output
    assert list(tmp_path.iterdir()) == []


def test_the_job_for_slurm_is_bash_and_calls_what_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    script = (JOBS / "slurm.sbatch").read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", str(JOBS / "slurm.sbatch")], check=True)
    called = next(line for line in script.splitlines() if line.startswith("exec resspec search "))
    words = shlex.split(called)[3:]
    assert asked(*words) == (2, f"error[RS502]: {words[1]} holds no study\n  = a study's folder holds journal.log\n")


def test_the_job_for_kubernetes_is_a_job_and_calls_what_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    job = yaml.safe_load((JOBS / "kubernetes.yaml").read_text(encoding="utf-8"))
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "Job")
    assert job["spec"]["parallelism"] == job["spec"]["completions"]
    pod = job["spec"]["template"]["spec"]
    assert pod["restartPolicy"] == "Never"
    command = pod["containers"][0]["command"]
    assert command[:2] == ["resspec", "search"]
    code, output = asked(*command[2:])
    assert code == 2
    assert "holds no study" in output


@pytest.mark.long
def test_two_workers_train_one_search_and_a_third_comes_too_late(tmp_path: Path):
    folder = searched(tmp_path)
    done = run("search", "run", "tiny.yaml", "--workers", "2", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert [trial["state"] for trial in json.loads(done.stdout)["trials"]] == ["complete"] * 3
    assert sorted(path.name for path in (folder / "runs" / "tiny" / "workers").iterdir()) == ["0.log", "1.log"]
    for name in ("runs/tiny", "tiny"):
        late = run("search", "work", name, cwd=folder)
        assert late.returncode == 0, late.stderr
        assert "already done: 3 trials" in late.stderr
