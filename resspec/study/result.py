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
from resspec.study.journal import JOURNAL, open_journal
from resspec.study.mirror import quiet
from resspec.study.trial import Trial, pareto_front, ranked, trial_of

RESULT = "result.json"
BEST_SPEC = "best.yaml"
BEST_WEIGHTS = "best.safetensors"
PICTURE = "accuracy.svg"


@dataclass(frozen=True)
class Contender:
    """A network of the last comparison: its validation accuracy and loss in each of the runs. `number` is that of its
    trial, None for a base outside the space or the budgets."""

    name: str
    number: int | None
    accuracies: tuple[float, ...]
    losses: tuple[float, ...]

    @property
    def accuracy(self) -> float:
        """Mean validation accuracy."""
        return sum(self.accuracies) / len(self.accuracies)

    @property
    def loss(self) -> float:
        """Mean validation loss."""
        return sum(self.losses) / len(self.losses)


@dataclass(frozen=True)
class Verdict:
    """The last comparison: all contenders, which of them won, and the accuracies of the winner's and the base's runs on
    the test images, read here for the first time."""

    contenders: tuple[Contender, ...]
    winner: str
    test: dict[str, tuple[float, ...]]

    def contender(self, name: str) -> Contender:
        """The contender of a name."""
        return next(c for c in self.contenders if c.name == name)

    def test_accuracy(self, name: str) -> float:
        """Mean test accuracy of the winner or the base."""
        return sum(self.test[name]) / len(self.test[name])

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        rows = [
            {"name": c.name, "number": c.number, "accuracies": list(c.accuracies), "losses": list(c.losses)}
            for c in self.contenders
        ]
        return {
            "winner": self.winner,
            "contenders": rows,
            "test": {name: list(runs) for name, runs in self.test.items()},
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Verdict:
        """The verdict that `to_dict` wrote."""
        contenders = tuple(
            Contender(c["name"], c["number"], tuple(c["accuracies"]), tuple(c["losses"])) for c in data["contenders"]
        )
        return cls(contenders, data["winner"], {name: tuple(runs) for name, runs in data["test"].items()})


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

    def count(self, state: TrialState) -> int:
        """Number of trials in a state."""
        return sum(trial.state == state for trial in self.trials)


def result_of(study: optuna.Study, path: Path, verdict: Verdict | None) -> Result:
    """The result of a study as far as it has come. The best is the verdict's winner, else the best complete trial."""
    trials = tuple(trial_of(frozen) for frozen in study.get_trials(deepcopy=False))
    order = ranked(trials)
    best = order[0] if order else None
    if verdict is not None:
        number = verdict.contender(verdict.winner).number
        best = next((trial for trial in trials if trial.number == number), best)
    facts = study.user_attrs
    budgeted = list(facts.get("budgeted", [])) or ["macs", "params"]
    base = next((trial for trial in trials if trial.fingerprint == facts.get("base")), None)
    front = pareto_front(trials, budgeted)
    budgets = tuple(facts.get("identity", {}).get("budgets", ()))
    return Result(study.study_name, trials, best, front, base, verdict, study, path, budgets)


def open_result(path: Path | str) -> Result:
    """The result in a study's folder; SearchError where there is none."""
    folder = Path(path)
    if not (folder / JOURNAL).is_file():
        raise SearchError.of("RS502", f"{folder} holds no study", remedy=f"a study's folder holds {JOURNAL}")
    with quiet():
        storage = open_journal(folder / JOURNAL)
        names = [study.study_name for study in storage.get_all_studies()]
        if not names:
            raise SearchError.of("RS502", f"{folder / JOURNAL} holds no study")
        study = optuna.load_study(study_name=names[0], storage=storage)
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
