"""Arguments that verbs share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

import resspec
from resspec.spec.limits import LIMITS, Limits
from resspec.spec.reading import SUFFIXES


def limits_of(allowed: list[str] | None) -> Limits | None:
    """The limits that a command line sets; None where it sets none."""
    return LIMITS.raised(allowed) if allowed else None


def complete_spec(incomplete: str) -> Iterator[str]:
    """Shipped names and spec files that begin so."""
    yield from (name for name in resspec.list_specs() if name.startswith(incomplete))
    folder = incomplete.rpartition("/")[0]
    for path in sorted(Path(folder or ".").glob("*")):
        if path.suffix in SUFFIXES:
            yield str(path)
        elif path.is_dir() and not path.name.startswith("."):
            yield f"{path}/"


Spec = Annotated[
    str,
    typer.Argument(
        metavar="SPEC", help="A shipped name, as `resspec list` prints them, or a file.", autocompletion=complete_spec
    ),
]
Overrides = Annotated[
    list[str] | None,
    typer.Argument(metavar="PATH=VALUE", help="Changes laid over the spec: stages.3.depth=9 classes=10."),
]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="LIMIT",
        help="Trust the file: raise a limit (ops=1M), or let it name files outside its folder (outside).",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but the answer.")]
