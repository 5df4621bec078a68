"""What a finished search leaves in its folder: the verdict, the winner as a spec and as weights, the picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from optuna.trial import TrialState

from resspec.errors import SearchError
from resspec.spec.loading import load_spec
from resspec.study.declaration import Final
from resspec.study.evaluators import Bench
from resspec.study.finals import judged, shared
from resspec.study.ledger import Ledger
from resspec.study.observer import Observer
from resspec.study.picture import drawn
from resspec.study.problem import Problem
from resspec.study.result import BEST_SPEC, PICTURE, RESULT, Result, read_verdict, result_of
from resspec.study.trial import Trial, trial_of
from resspec.training.writing import write_whole


def conclude(problem: Problem, bench: Bench, ledger: Ledger, observer: Observer) -> tuple[Result, bool]:
    """The result of a search whose trials are done, and whether it was reached now; its files are then written."""
    final = problem.search.final if bench.can_retrain else None
    trials = [trial_of(frozen) for frozen in ledger.trials()]
    basis = _basis_of(trials, final)
    if _basis(ledger.folder) == basis:
        return result_of(ledger.study, ledger.folder, read_verdict(ledger.folder)), False
    if not any(trial.is_complete for trial in trials):
        first = next((trial.error for trial in trials if trial.state == TrialState.FAIL), "no trial was run")
        raise SearchError.of("RS504", f"none of {len(trials)} trials was completed: {first}")
    verdict = judged(problem, final, trials, bench, ledger.folder, observer) if final else None
    result = result_of(ledger.study, ledger.folder, verdict)
    write_whole(ledger.folder / BEST_SPEC, best_spec(result).encode())
    write_whole(ledger.folder / PICTURE, drawn(result).encode())
    written = {**basis, "verdict": verdict.to_dict() if verdict else None}
    write_whole(ledger.folder / RESULT, (json.dumps(written, indent=2) + "\n").encode())
    return result, True


def share_of_the_end(problem: Problem, bench: Bench, ledger: Ledger) -> None:
    """One worker's part of what the result takes, where there is something to compare."""
    final = problem.search.final if bench.can_retrain else None
    trials = [trial_of(frozen) for frozen in ledger.trials()]
    if final and any(trial.is_complete for trial in trials) and _basis(ledger.folder) != _basis_of(trials, final):
        shared(problem, final, trials, bench, ledger)


def _basis_of(trials: list[Trial], final: Final | None) -> dict[str, Any]:
    """What a result written now would rest on."""
    return {"trials": len(trials), "final": final.model_dump() if final else None}


def _basis(folder: Path) -> dict[str, Any] | None:
    """What the written result rests on; None without one."""
    try:
        data = json.loads((folder / RESULT).read_text(encoding="utf-8"))
        return {"trials": data["trials"], "final": data["final"]}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def best_spec(result: Result) -> str:
    """The best network as a complete spec file."""
    best = result.best
    assert best is not None, "a result is written when a trial is complete"
    return found_spec(result, best, f"{result.name}_best")


def found_spec(result: Result, trial: Trial, name: str) -> str:
    """A trial's network as a complete spec file."""
    costs = ", ".join(f"{cost} {value:,}" for cost, value in trial.prices.items() if cost in ("params", "macs"))
    spec = load_spec(trial.spec, name=name)
    return f"# Found by the search {result.name}: trial {trial.number}, {costs}.\n{spec.to_yaml()}"
