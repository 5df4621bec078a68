"""Where tables of latency lie, and the one in use."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from resspec.analysis.latency import TRUSTED, Table
from resspec.errors import BudgetError

CACHE: Final = "RESSPEC_CACHE"
"""The variable that names the folder of caches."""
TABLE: Final = "RESSPEC_LATENCY_TABLE"
"""The variable that names the table in use."""
CALIBRATE: Final = "`resspec bench --calibrate` measures one here, in about a minute"


def cache_folder() -> Path:
    """$RESSPEC_CACHE, else $XDG_CACHE_HOME/resspec, else ~/.cache/resspec; it need not exist."""
    if named := os.environ.get(CACHE):
        return Path(named)
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "resspec"


def tables_folder() -> Path:
    """The folder of tables."""
    return cache_folder() / "latency"


def read_table(path: Path) -> Table:
    """The table of a file; BudgetError RS423 where there is none in it."""
    try:
        return Table.of(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it holds no table of latency"
        raise BudgetError.of("RS423", f"{path}: {reason}", remedy=CALIBRATE) from None


def table_in_use(path: Path | None = None, images: int = 1) -> Table:
    """The table of this file, of $RESSPEC_LATENCY_TABLE, or else the newest in the cache that is for this batch;
    BudgetError RS423 where there is none."""
    if path is None and (named := os.environ.get(TABLE)):
        path = Path(named)
    if path is not None:
        return read_table(path)
    newest = sorted(tables_folder().glob("*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
    for table in map(read_table, newest):
        if table.images == images:
            return table
    wanted = f" for {images} images" if images > 1 else ""
    raise BudgetError.of("RS423", f"there is no table of latency{wanted} in {tables_folder()}", remedy=CALIBRATE)


def trusted_table(path: Path | None = None) -> Table:
    """The table in use, as far as it may bound a budget: BudgetError RS424 where its median error on unseen networks is
    above 15 %."""
    table = table_in_use(path)
    if not table.trusted:
        message = (
            f"latency is predicted with a median error of {table.error:.1%}, above {TRUSTED:.0%}: it bounds no budget"
        )
        raise BudgetError.of("RS424", message, remedy="calibrate again on a machine that does nothing else")
    return table
