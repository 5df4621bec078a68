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
        metavar="SEARCH", help="A search that was run here, or the folder of its study.", autocompletion=complete_search
    ),
]


def study_of(search: str) -> Result:
    """The study in a folder, or of a search that was run here."""
    from resspec.study.declaration import load_search
    from resspec.study.joining import RUNS
    from resspec.study.result import open_result

    return open_result(search if Path(search).is_dir() else Path(RUNS) / load_search(search).name)
