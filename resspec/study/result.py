"""What a search found, read from its folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import TrialState

from resspec.errors import SearchError
from resspec.spec.loading import load_spec
from resspec.spec.net import NetSpec
from resspec.study.figures import CLASSIFICATION, Measures
from resspec.study.front import Hypervolume, front_of, hypervolume_of, knee_of
from resspec.study.objectives import Goal, axes_of, main_goal, preference
from resspec.study.stores.opening import stored_study
from resspec.study.trial import Trial, ranked, trial_of
from resspec.study.verdict import Verdict

RESULT = "result.json"
BEST_SPEC = "best.yaml"
BEST_WEIGHTS = "best.safetensors"
PICTURE = "accuracy.svg"
FILES = "files"
"""The fact of a study in a database that holds the texts of the folder where it was judged."""


@dataclass(frozen=True, eq=False)
class Result:
    """A study and what came of it. `verdict` is None before the last comparison, or where none was asked for. `pareto`
    holds the distinct networks that no other beats in the `axes`: the objectives, and where there is one alone, the
    budgeted costs beside it. `best` is the winner of the last comparison, else the best of one objective, else the knee
    of several."""

    name: str
    trials: tuple[Trial, ...]
    best: Trial | None
    pareto: tuple[Trial, ...]
    base: Trial | None
    verdict: Verdict | None
    study: optuna.Study
    path: Path
    budgets: tuple[str, ...]
    goals: tuple[Goal, ...]
    axes: tuple[Goal, ...]
    preference: Measures
    measures: Measures

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {
            "name": self.name,
            "path": str(self.path),
            "budgets": list(self.budgets),
            "best": self.best.to_dict() if self.best else None,
            "base": self.base.to_dict() if self.base else None,
            "objectives": [goal.to_dict() for goal in self.goals],
            "pareto": [trial.number for trial in self.pareto],
            "hypervolume": self.hypervolume().to_dict(),
            "verdict": self.verdict.to_dict() if self.verdict else None,
            "trials": [trial.to_dict() for trial in self.trials],
        }

    @property
    def base_spec(self) -> NetSpec:
        """The network that the search started from, whether it is a trial or lies outside the space or the budgets."""
        return load_spec(self.study.user_attrs["identity"]["base"])

    def ranked(self) -> list[Trial]:
        """Complete trials, the best first."""
        return ranked(self.trials, self.preference)

    def hypervolume(self, reference: Mapping[str, float] | None = None) -> Hypervolume:
        """How much the front held after each trial, from the worst value of each axis or from another corner."""
        return hypervolume_of(self.trials, self.axes, reference)

    def knee(self) -> Trial | None:
        """Where the front bends: the best compromise; None without a complete trial."""
        return knee_of(self.pareto, self.axes)

    @property
    def main(self) -> str:
        """The name of the main measure."""
        return next(iter(self.measures))

    def count(self, state: TrialState) -> int:
        """Number of trials in a state."""
        return sum(trial.state == state for trial in self.trials)


def result_of(study: optuna.Study, path: Path, verdict: Verdict | None) -> Result:
    """The result of a study as far as it has come."""
    trials = tuple(trial_of(frozen) for frozen in study.get_trials(deepcopy=False))
    facts = study.user_attrs
    measures: Measures = facts.get("measures", CLASSIFICATION)
    goals = tuple(Goal.from_dict(goal) for goal in facts.get("objectives", [main_goal(measures).to_dict()]))
    axes = axes_of(goals, facts.get("budgeted", []))
    order = preference(goals, measures)
    front = front_of(trials, axes)
    best = next(iter(ranked(trials, order)), None) if len(goals) == 1 else knee_of(front, axes)
    if verdict is not None:
        number = verdict.contender(verdict.winner).number
        best = next((trial for trial in trials if trial.number == number), best)
    base = next((trial for trial in trials if trial.fingerprint == facts.get("base")), None)
    budgets = tuple(facts.get("identity", {}).get("budgets", ()))
    return Result(
        study.study_name, trials, best, front, base, verdict, study, path, budgets, goals, axes, order, measures
    )


def open_result(path: Path | str) -> Result:
    """The result in a study's folder; SearchError where there is none."""
    folder = Path(path)
    study = stored_study(folder)
    return result_of(study, folder, read_verdict(folder))


def read_verdict(folder: Path) -> Verdict | None:
    """The verdict written in a study's folder, if any."""
    try:
        return verdict_in((folder / RESULT).read_text(encoding="utf-8"), folder / RESULT)
    except FileNotFoundError:
        return None


def verdict_in(text: str, place: Path) -> Verdict | None:
    """The verdict in the text of a result, if any; SearchError where it is none."""
    try:
        written = json.loads(text)["verdict"]
        return Verdict.from_dict(written) if written else None
    except (KeyError, TypeError, ValueError) as error:
        raise SearchError.of("RS512", f"{place} is damaged: {error}", remedy="delete it and search again") from error
