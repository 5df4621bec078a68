"""What was measured on other people's networks; `golden/README.md` describes the files."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

GOLDEN = Path(__file__).parent / "golden"

Row = dict[str, Any]


@cache
def rows(*sources: str) -> tuple[Row, ...]:
    """The networks of these sources, of all without one."""
    return tuple(row for row in _read("models.json") if not sources or row["source"] in sources)


def row(source: str, name: str) -> Row:
    """One network of a source."""
    return next(row for row in rows(source) if row["name"] == name)


def published() -> tuple[Row, ...]:
    """Networks of papers that no peer ships."""
    return tuple(_read("published.json"))


def shapes(source: str, name: str) -> dict[str, tuple[int, ...]]:
    """The peer's state_dict as an ordered map from key to shape."""
    text = gzip.decompress((GOLDEN / "state_dicts" / f"{source}__{name}.json.gz").read_bytes())
    return {key: tuple(shape) for key, shape in json.loads(text).items()}


def digest(state: Mapping[str, Tensor]) -> str:
    """The `state_dict_sha256` of a state_dict: keys, shapes and types in order, no values."""
    lines = (f"{key} {list(tensor.shape)} {tensor.dtype}" for key, tensor in state.items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _read(name: str) -> list[Row]:
    return json.loads((GOLDEN / name).read_text())  # type: ignore[no-any-return]  # the files hold lists of rows
