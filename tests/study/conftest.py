"""What tests of searches share."""

from __future__ import annotations

from collections.abc import Callable
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
