"""What a search found, read from its folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import TrialState

from resspec.errors import SearchError
from resspec.spec.loading import load_spec
from resspec.spec.net import NetSpec
from resspec.study.figures import CLASSIFICATION, Measures
from resspec.study.stores.opening import stored_study
from resspec.study.trial import Trial, pareto_front, ranked, trial_of
from resspec.study.verdict import Verdict

RESULT = "result.json"
BEST_SPEC = "best.yaml"
BEST_WEIGHTS = "best.safetensors"
PICTURE = "accuracy.svg"


@dataclass(frozen=True, eq=False)
class Result:
    """A study and what came of it. `verdict` is None before the last comparison, or where none was asked for."""

    name: str
    trials: tuple[Trial, ...]
    best: Trial | None
    pareto: tuple[Trial, ...]
    base: Trial | None
    verdict: Verdict | None
    study: optuna.Study
    path: Path
    budgets: tuple[str, ...]
    measures: Measures

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {
            "name": self.name,
            "path": str(self.path),
            "budgets": list(self.budgets),
            "best": self.best.to_dict() if self.best else None,
            "base": self.base.to_dict() if self.base else None,
            "pareto": [trial.number for trial in self.pareto],
            "verdict": self.verdict.to_dict() if self.verdict else None,
            "trials": [trial.to_dict() for trial in self.trials],
        }

    @property
    def base_spec(self) -> NetSpec:
        """The network that the search started from, whether it is a trial or lies outside the space or the budgets."""
        return load_spec(self.study.user_attrs["identity"]["base"])

    def ranked(self) -> list[Trial]:
        """Complete trials, the best first."""
        return ranked(self.trials, self.measures)

    def count(self, state: TrialState) -> int:
        """Number of trials in a state."""
        return sum(trial.state == state for trial in self.trials)


def result_of(study: optuna.Study, path: Path, verdict: Verdict | None) -> Result:
    """The result of a study as far as it has come. The best is the verdict's winner, else the best complete trial."""
    trials = tuple(trial_of(frozen) for frozen in study.get_trials(deepcopy=False))
    facts = study.user_attrs
    measures: Measures = facts.get("measures", CLASSIFICATION)
    best = next(iter(ranked(trials, measures)), None)
    if verdict is not None:
        number = verdict.contender(verdict.winner).number
        best = next((trial for trial in trials if trial.number == number), best)
    budgeted = list(facts.get("budgeted", [])) or ["macs", "params"]
    base = next((trial for trial in trials if trial.fingerprint == facts.get("base")), None)
    front = pareto_front(trials, measures, budgeted)
    budgets = tuple(facts.get("identity", {}).get("budgets", ()))
    return Result(study.study_name, trials, best, front, base, verdict, study, path, budgets, measures)


def open_result(path: Path | str) -> Result:
    """The result in a study's folder; SearchError where there is none."""
    folder = Path(path)
    study = stored_study(folder)
    return result_of(study, folder, read_verdict(folder))


def read_verdict(folder: Path) -> Verdict | None:
    """The verdict written in a study's folder, if any."""
    try:
        written = json.loads((folder / RESULT).read_text(encoding="utf-8"))["verdict"]
        return Verdict.from_dict(written) if written else None
    except FileNotFoundError:
        return None
    except (KeyError, TypeError, ValueError) as error:
        raise SearchError.of(
            "RS512", f"{folder / RESULT} is damaged: {error}", remedy="delete it and search again"
        ) from error
