"""A search as its study keeps it, so that workers on machines without its file can join."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optuna import Study

from resspec.errors import SearchError
from resspec.spec.loading import shipped_specs
from resspec.study.declaration import Search, load_search
from resspec.study.problem import BASE, Problem
from resspec.study.result import FILES, RESULT, Result, result_of, verdict_in
from resspec.study.stores.opening import read_database, stored_study

RUNS = "runs"
"""Where the folders of studies are, below the working directory."""
SEARCH = "search"
TOTAL = "total"


def portable(problem: Problem) -> dict[str, Any]:
    """A search that needs no other file: the base is written out, shares of specs in files are figures."""
    said = problem.search.to_dict()
    figures = {budget.cost: budget for budget in problem.budgets}
    budgets = {
        cost: written if is_portable(written) else figures[cost].bounds
        for cost, written in problem.search.budgets.items()
    }
    return json.loads(json.dumps({**said, "base": problem.base.to_dict(), "budgets": budgets, "storage": None}))  # type: ignore[no-any-return]


def is_portable(written: str | float) -> bool:
    """Whether a budget means the same on every machine: it names no file."""
    _, share, name = str(written).partition("% of ")
    return not share or name.strip() == BASE or name.strip() in shipped_specs()


def stored_search(study: Study) -> Search:
    """The search of a study; SearchError where it keeps none."""
    if SEARCH not in study.user_attrs:
        raise SearchError.of(
            "RS502",
            f"the study {study.study_name!r} does not say what it searches",
            remedy="begin it with `resspec search run`",
        )
    return load_search(study.user_attrs[SEARCH], trials=study.user_attrs.get(TOTAL))


@dataclass(frozen=True, eq=False)
class Place:
    """A study, its folder on this machine, and the address of its database, if that is where it is."""

    study: Study
    folder: Path
    storage: str | None


def placed(study: str, path: str | Path | None = None) -> Place:
    """Where a study is: `study` is its folder, its name below `runs`, or `ADDRESS` or `ADDRESS#NAME` of a database;
    SearchError where there is none."""
    if "://" not in study:
        folder = Path(RUNS) / study if not Path(study).is_dir() and (Path(RUNS) / study).is_dir() else Path(study)
        return Place(stored_study(folder), folder, None)
    address, _, name = study.partition("#")
    found = read_database(address, name or None)
    return Place(found, Path(path) if path is not None else Path(RUNS) / found.study_name, address)


def result_at(address: str) -> Result:
    """What a study in a database has found, `ADDRESS` or `ADDRESS#NAME`; nothing is written, on no machine."""
    place = placed(address)
    texts = place.study.user_attrs.get(FILES, {})
    verdict = verdict_in(texts[RESULT], place.folder / RESULT) if RESULT in texts else None
    return result_of(place.study, place.folder, verdict)
