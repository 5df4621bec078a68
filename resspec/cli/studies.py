"""Arguments that name searches and their studies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from resspec.shipped import search_folder

if TYPE_CHECKING:
    from resspec.study.result import Result


def complete_search(incomplete: str) -> Iterator[str]:
    """Shipped searches that begin so."""
    yield from (path.stem for path in sorted(search_folder().glob("*.yaml")) if path.stem.startswith(incomplete))


Search = Annotated[
    str, typer.Argument(metavar="SEARCH", help="A shipped search or a file.", autocompletion=complete_search)
]
Study = Annotated[
    str,
    typer.Argument(
        metavar="SEARCH",
        help="A search that was run here, its name, the folder of its study, or URL#NAME of one in a database.",
        autocompletion=complete_search,
    ),
]


def study_of(search: str) -> Result:
    """The study in a folder, of a search that was run here, or in a database."""
    from resspec.errors import SearchError, did_you_mean
    from resspec.study.declaration import load_search
    from resspec.study.joining import RUNS, result_at
    from resspec.study.result import open_result

    below = Path(RUNS) / search
    if "://" in search:
        return result_at(search)
    if Path(search).is_dir():
        return open_result(search)
    if below.is_dir() and not Path(search).is_file():
        return open_result(below)
    try:
        name = load_search(search).name
    except SearchError as error:
        if error.faults[0].code != "RS501":
            raise
        there = sorted(str(folder) for folder in Path(RUNS).glob("*") if folder.is_dir())
        remedy = did_you_mean(search, there) if there else f"nothing was run below {RUNS}"
        raise SearchError.of("RS501", f"there is no study, no search and no folder {search!r}", remedy=remedy) from None
    return open_result(Path(RUNS) / name)
