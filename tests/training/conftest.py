"""Small networks are fastest on one thread, and do not then wait for one another on a busy machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from resspec.training.networks import threads


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    with threads(1):
        yield


@pytest.fixture
def smears(tmp_path: Path) -> Path:
    """A folder of annotated pictures, two of them with a degenerate box."""
    from training.smears import smears_in

    return smears_in(tmp_path)
