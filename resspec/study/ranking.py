"""How far scores of untrained networks rank networks as training does, beside what costs alone tell."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from resspec.errors import SearchError
from resspec.spec.net import NetSpec
from resspec.study.declaration import Search, load_search
from resspec.study.evaluators.proxy import Batch
from resspec.study.evaluators.table import Table, TableBench
from resspec.study.figures import Measures
from resspec.study.frontier import Exhausted
from resspec.study.joining import RUNS
from resspec.study.journal import JOURNAL
from resspec.study.problem import Problem, problem_of
from resspec.study.result import open_result

FEWEST = 3
"""Networks below which no rank correlation says anything."""
BASELINES = ("params", "macs")


@dataclass(frozen=True, slots=True)
class Standing:
    """A proxy's rank correlations with what training gave: Spearman's rho and Kendall's tau-b, from -1 to 1;
    `seconds` for one network."""

    proxy: str
    spearman: float
    kendall: float
    seconds: float


@dataclass(frozen=True)
class Ranking:
    """The standings of all proxies over the same networks, the best first; `truth` is what they are compared with."""

    truth: str
    networks: int
    standings: tuple[Standing, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {"truth": self.truth, "networks": self.networks, "proxies": [asdict(row) for row in self.standings]}

    def __str__(self) -> str:
        lines = [
            f"{self.networks} networks, against {self.truth}",
            f"{'proxy':<12}{'Spearman':>10}{'Kendall':>10}{'s':>8}",
        ]
        for row in self.standings:
            mark = "  baseline" if row.proxy in BASELINES else ""
            lines.append(f"{row.proxy:<12}{row.spearman:>10.3f}{row.kendall:>10.3f}{row.seconds:>8.3f}{mark}")
        best = max((row.spearman for row in self.standings if row.proxy in BASELINES), default=0.0)
        better = [row.proxy for row in self.standings if row.spearman > best]
        said = f"{', '.join(better)} better than" if better else "no proxy is better than"
        return "\n".join([*lines, f"{said} the better baseline by Spearman's rank correlation"])


def rank_proxies(
    source: str | Path | Mapping[str, Any] | Search,
    *,
    sample: int = 100,
    seed: int = 0,
    batch: Batch | None = None,
    path: str | Path | None = None,
) -> Ranking:
    """Score networks by every proxy and compare with training: the networks of a table that the search looks up, drawn
    uniformly from what is inside its budgets, else the complete trials of its study in `path`.

    Params and macs are always among the proxies. SearchError where fewer than three networks are known.
    """
    search = load_search(source)
    problem = problem_of(search)
    folder = Path(path) if path is not None else Path(RUNS) / search.name
    if isinstance(search.evaluator, Table):
        truth, known = (
            f"the mean accuracy in {search.evaluator.file}",
            looked_up(problem, search.evaluator, sample, seed),
        )
    else:
        main = next(iter(search.evaluator.measures))
        truth = f"the {main} of complete trials in {folder}"
        known = tried(folder, search.evaluator.measures, sample)
    if len(known) < FEWEST:
        raise SearchError.of(
            "RS533",
            f"{len(known)} networks are known of {search.name}, too few to compare proxies by",
            remedy="run the search first",
        )
    return Ranking(truth, len(known), standings(known, seed, batch or Batch()))


def looked_up(problem: Problem, table: Table, sample: int, seed: int) -> list[tuple[NetSpec, float]]:
    """Networks inside the budgets, all equally likely, and what the table says of them."""
    bench = TableBench(table, table.format.rows(Path(table.file).expanduser()))
    frontier, random = problem.frontier(), np.random.default_rng(seed)
    known: list[tuple[NetSpec, float]] = []
    while len(known) < sample:
        try:
            point = frontier.uniform(random)
        except Exhausted:
            break
        frontier.close(point)
        spec = problem.spec(point)
        if bench.knows(spec):
            known.append((spec, bench.row(spec).accuracy))
    return known


def tried(folder: Path, measures: Measures, sample: int) -> list[tuple[NetSpec, float]]:
    """The complete trials of a study and their main measure, larger being better; the first so many."""
    sign = 1 if next(iter(measures.values())) == "maximize" else -1
    if not (folder / JOURNAL).is_file():
        return []
    trials = [trial for trial in open_result(folder).trials if trial.is_complete]
    return [(trial.spec, sign * (trial.values or (0.0,))[0]) for trial in trials[:sample]]


def standings(known: Sequence[tuple[NetSpec, float]], seed: int, batch: Batch) -> tuple[Standing, ...]:
    """Every proxy's rank correlation with the known figures."""
    from scipy.stats import kendalltau, spearmanr  # noqa: PLC0415  # a second to import

    from resspec.study.proxy_bench import mean_score  # noqa: PLC0415  # torch comes with the first score
    from resspec.training.proxies import Proxy  # noqa: PLC0415

    truth = [figure for _, figure in known]
    found = []
    for name, kind in Proxy.kinds().items():
        start = time.perf_counter()
        scores = [mean_score(kind(), spec, seed, batch) for spec, _ in known]
        seconds = (time.perf_counter() - start) / len(known)
        rho, tau = spearmanr(scores, truth).statistic, kendalltau(scores, truth).statistic
        found.append(Standing(name, float(np.nan_to_num(rho)), float(np.nan_to_num(tau)), seconds))
    return tuple(sorted(found, key=lambda standing: -standing.spearman))
