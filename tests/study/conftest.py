"""What tests of searches share."""

from __future__ import annotations

import itertools
import multiprocessing
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from resspec.study.declaration import load_search
from resspec.study.problem import Problem, problem_of
from resspec.study.result import Result
from resspec.study.run import run_search
from study.formula import stated


@pytest.fixture
def search(tmp_path: Path) -> Callable[..., Result]:
    """`search(**changes)`: run the small search in this test's own folder."""

    def run(observer: Any = None, path: str = "run", **changes: Any) -> Result:
        return run_search(stated(**changes), path=tmp_path / path, observer=observer)

    return run


@pytest.fixture
def problem() -> Callable[..., Problem]:
    """`problem(**changes)`: the small search with its names resolved."""
    return lambda **changes: problem_of(load_search(stated(**changes)))


@pytest.fixture(scope="session")
def nursery() -> Any:
    """Has imported what a search needs, and forks: a process that is to be killed costs no seconds to start."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["resspec.study.run", "study.worker", "study.formula", "sqlalchemy", "psycopg"])
    return context


@pytest.fixture(scope="session")
def server() -> Iterator[Any]:
    """A PostgreSQL server of the tests' own, in a folder that its account may enter."""
    pytest.importorskip("psycopg", reason="no psycopg: nothing of PostgreSQL is tested")
    from resspec.errors import SearchError
    from resspec.study.server import Server

    folder = Path(tempfile.mkdtemp(prefix="resspec-postgres-"))
    try:
        started = Server(folder, settings={"fsync": "off"})  # what is killed here is no machine
    except SearchError as error:
        pytest.skip(f"nothing of PostgreSQL is tested: {error}")
    started.start()
    yield started
    started.stop()
    shutil.rmtree(folder)


@pytest.fixture
def database(server: Any) -> str:
    """The address of an empty database."""
    import psycopg

    name = f"d{next(COUNTER)}"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return str(server.url).rpartition("/")[0] + f"/{name}"


COUNTER = itertools.count()
