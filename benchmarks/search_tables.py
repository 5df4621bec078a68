"""What each sampler finds among networks that others trained, by the number of evaluations.

python benchmarks/search_tables.py FOLDER [--samplers bayes tpe] [--cases macro40] [--evaluations 100] [--seeds 50]

FOLDER holds nas-bench-macro_cifar10.json and transnas_macro_class_scene.json, and for `--cases others`
resnets_tinyimagenet_curves.csv. A trial sees one training; what counts is
the mean of all trainings of the network that looked best. `optuna-tpe` and `optuna-gp` are Optuna's own samplers, asked
and told over the tables' codes, with the budget as a constraint; what they propose over budget, or again, costs them no
evaluation. All others are resspec's. Results are kept in search_tables.json, and a second run adds what is missing.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.samplers import BaseSampler, GPSampler, TPESampler
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, create_trial

from resspec.analysis.report import report_of
from resspec.compile import compile_spec
from resspec.plan import resolve
from resspec.spec.net import NetSpec
from resspec.study.declaration import load_search
from resspec.study.evaluators.formats import Row, TableFormat
from resspec.study.frontier import Exhausted
from resspec.study.mirror import Mirror
from resspec.study.problem import Problem, problem_of
from resspec.study.samplers import Sampler
from resspec.study.seeds import Purpose, seed_for

CHECKED = (25, 50, 100, 200)
SAMPLERS = ("random", "evolution", "optuna-tpe", "optuna-gp", "nsga2", "tpe", "bayes")
ASKS = 400
"""Proposals in a row, none of which is new and inside the budget, after which a peer is stopped."""
KEPT = Path("search_tables.json")
Z = 1.96


@dataclass(frozen=True)
class Case:
    """A table under a budget."""

    search: str
    file: str
    budget: str
    digits: tuple[str, ...]


MACRO = ("nas_bench_macro", "nas-bench-macro_cifar10.json")
TRANS = ("transnas_macro", "transnas_macro_class_scene.json")
MACRO_DIGITS, TRANS_DIGITS = ("012",) * 8, ("1234",) * 4 + ("01234",) * 2

CASES = {
    "macro40": Case(*MACRO, "<= 40M", MACRO_DIGITS),
    "macro60": Case(*MACRO, "<= 60M", MACRO_DIGITS),
    "transnas": Case(*TRANS, "<= 3.1861103G", TRANS_DIGITS),
}
OTHERS = {
    "macro30": Case(*MACRO, "<= 30M", MACRO_DIGITS),
    "macro80": Case(*MACRO, "<= 80M", MACRO_DIGITS),
    "macro-all": Case(*MACRO, "<= 1G", MACRO_DIGITS),
    "macro-band": Case(*MACRO, "40M..50M", MACRO_DIGITS),
    "trans1.5": Case(*TRANS, "<= 1.5G", TRANS_DIGITS),
    "trans2.3": Case(*TRANS, "<= 2.3G", TRANS_DIGITS),
    "trans5": Case(*TRANS, "<= 5G", TRANS_DIGITS),
    "trans-all": Case(*TRANS, "<= 100G", TRANS_DIGITS),
    "curves": Case("resnet_curves", "resnets_tinyimagenet_curves.csv", "<= 100% of base", ()),
}
"""Other budgets and another table, which nothing was chosen by; `--cases others` plays them."""


@dataclass(frozen=True, eq=False)
class Table:
    """A case with its rows by code."""

    case: Case
    problem: Problem
    format: TableFormat
    rows: dict[str, Row]
    seen: dict[tuple[int, ...], tuple[float, float]] = field(default_factory=dict)
    codes: dict[str, tuple[str, float]] = field(default_factory=dict)

    def look(self, spec: NetSpec) -> tuple[float, float]:
        """What a trial sees of a network and what is true of it, in per cent."""
        return self.looked(self.format.code(resolve(spec)) or "")

    def looked(self, code: str) -> tuple[float, float]:
        """The same of a code; one that the table lacks (64-113444-basic) is as bad as the worst of it."""
        row = self.rows.get(code) or min(self.rows.values(), key=lambda row: row.accuracy)
        return 100 * row.runs[0][-1], 100 * row.accuracy

    def point(self, point: tuple[int, ...]) -> tuple[float, float]:
        """The same of a point of the space."""
        if point not in self.seen:
            self.seen[point] = self.look(self.problem.spec(point))
        return self.seen[point]

    @cached_property
    def inside(self) -> list[tuple[float, float]]:
        """What is seen and true of every network inside the budget."""
        listing = self.problem.survey.listing
        assert listing is not None
        _, first = np.unique(listing.keys, return_index=True)
        return [self.point(self.problem.survey.point(flat)) for flat in listing.flats[first].tolist()]

    def optimum(self) -> float:
        """The best true figure inside the budget."""
        return max(true for _, true in self.inside)

    @cached_property
    def last(self) -> tuple[float, float]:
        """The network that looks best of all inside: whoever has found it finds nothing that looks better, so what is
        judged no longer changes and the evaluations that are left need not be played."""
        return max(self.inside)


@cache
def table(name: str, folder: str) -> Table:
    """A case, read once in each process."""
    case = (CASES | OTHERS)[name]
    search = load_search(case.search, budgets={"macs": case.budget})
    reader: Any = search.evaluator
    return Table(case, problem_of(search), reader.format, dict(reader.format.rows(Path(folder) / case.file)))


def ours(asked: Table, kind: str, seed: int, count: int) -> list[tuple[float, float]]:
    """What the trials of one of resspec's samplers see, and what is true."""
    problem = asked.problem
    frontier, mirror = problem.frontier(), Mirror(problem.space, [StudyDirection.MAXIMIZE])
    sampler, trials, found = Sampler.read(kind), list[FrozenTrial](), []
    for number in range(count):
        try:
            proposal = sampler.propose(frontier, mirror, seed_for(seed, Purpose.PROPOSAL, number))
        except Exhausted:
            break
        frontier.close(proposal.point)
        found.append(asked.point(proposal.point))
        trial = create_trial(
            params=problem.space.params(proposal.point),
            distributions=problem.space.distributions,
            value=found[-1][0],
            system_attrs=dict(proposal.notes),
        )
        if found[-1] >= asked.last:
            break
        trial.number = number
        trials.append(trial)
        mirror.update(trials[-1:])
    return found


def peers(asked: Table, kind: str, seed: int, count: int) -> list[tuple[float, float]]:
    """The same of one of Optuna's samplers over the table's codes."""
    made: dict[str, type[BaseSampler]] = {"optuna-tpe": TPESampler, "optuna-gp": GPSampler}
    options: dict[str, Any] = {"seed": seed, "constraints_func": lambda trial: trial.user_attrs["over"]}
    study = optuna.create_study(direction="maximize", sampler=made[kind](**options))
    found: dict[str, tuple[float, float]] = {}
    asks = 0
    while len(found) < count and asks < ASKS and asked.last not in found.values():
        trial = study.ask()
        digits = [trial.suggest_categorical(str(place), list(known)) for place, known in enumerate(asked.case.digits)]
        code, over = coded(asked, "".join(digits))
        trial.set_user_attr("over", [over])
        if over > 0:
            study.tell(trial, 0.0)
            asks += 1
            continue
        asks = asks + 1 if code in found else 0
        found.setdefault(code, asked.looked(code))
        study.tell(trial, found[code][0])
    return list(found.values())


def coded(asked: Table, digits: str) -> tuple[str, float]:
    """The table's code of a proposal, and by how much it is over the budget; 1 for what is no network."""
    if digits not in asked.codes:
        asked.codes[digits] = _coded(asked, digits)
    return asked.codes[digits]


def _coded(asked: Table, digits: str) -> tuple[str, float]:
    code = digits
    if asked.case.search == "transnas_macro":
        code = f"64-{digits.rstrip('0')}-basic"
    if asked.case.search == "transnas_macro" and code not in asked.rows:
        return code, 1.0
    spec = asked.format.spec(code)
    high = asked.problem.budgets[0].high
    assert high is not None
    return asked.format.code(resolve(spec)) or "", report_of(compile_spec(spec)).macs / high - 1.0


def played(job: tuple[str, str, str, int, int]) -> tuple[list[float], float]:
    """The true figure of the network that looked best after each number of evaluations, and seconds of processor time
    by evaluation."""
    folder, name, kind, seed, count = job
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    asked = table(name, folder)
    start = time.process_time()
    found = (peers if kind.startswith("optuna") else ours)(asked, kind, seed, count)
    taken = (time.process_time() - start) / max(1, len(found))
    best = [max(found[:checked])[1] for checked in CHECKED if checked <= count]
    return best, taken


def main() -> None:
    """Run what is asked and missing, and print what is known."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--samplers", nargs="+", default=SAMPLERS)
    parser.add_argument("--cases", nargs="+", default=list(CASES))
    parser.add_argument("--evaluations", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--kept", type=Path, default=KEPT)
    asked = parser.parse_args()
    if asked.cases == ["others"]:
        asked.cases = list(OTHERS)
    known: dict[str, Any] = json.loads(asked.kept.read_text()) if asked.kept.exists() else {}
    with ProcessPoolExecutor(asked.jobs) as pool:
        for kind in asked.samplers:
            for name in asked.cases:
                key = f"{name} {kind} {asked.evaluations} {asked.seeds}"
                if key not in known:
                    jobs = [(asked.folder, name, kind, seed, asked.evaluations) for seed in range(asked.seeds)]
                    known[key] = list(pool.map(played, jobs))
                    asked.kept.write_text(json.dumps(known))
                show(name, kind, known[key])
        for name in asked.cases:
            found = table(name, asked.folder)
            told = f"in-budget optimum {found.optimum():.2f}, the network that looks best {found.last[1]:.2f}"
            print(f"{name}: {told}, of {len(found.inside)} networks", flush=True)


def show(name: str, kind: str, runs: Sequence[tuple[list[float], float]]) -> None:
    """Print the means with 95 % intervals."""
    best = np.array([run for run, _ in runs])
    half = Z * best.std(axis=0, ddof=1) / np.sqrt(len(best))
    figures = "  ".join(f"{mean:.2f} ± {error:.2f}" for mean, error in zip(best.mean(axis=0), half, strict=True))
    seconds = np.median([taken for _, taken in runs])
    print(
        f"{name:<9} {kind:<11} {figures}   {1e3 * seconds:.0f} ms of processor time an evaluation, {len(best)} seeds",
        flush=True,
    )


if __name__ == "__main__":
    main()
