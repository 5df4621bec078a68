"""The last comparison. One short training on a small validation set ranks by luck as well as by merit; so the best
trials are trained again beside the base, longer and from several seeds, and only then are two of them shown the test
images."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from resspec.compile import compile_spec
from resspec.errors import SearchError
from resspec.spec.net import NetSpec
from resspec.study.declaration import Final
from resspec.study.evaluators import Bench
from resspec.study.figures import Figures, Measures, order
from resspec.study.front import Placed, best_of, bulging, spread
from resspec.study.ledger import Ledger
from resspec.study.observer import Observer
from resspec.study.problem import BASE, Problem, figure_of
from resspec.study.result import BEST_WEIGHTS
from resspec.study.seeds import Purpose, seed_for
from resspec.study.stores import Busy
from resspec.study.trial import Trial, ranked
from resspec.study.verdict import Contender, Verdict
from resspec.training.writing import write_whole

logger = logging.getLogger(__name__)

RUNS = "final"


@dataclass(frozen=True)
class Entrant:
    """A network that is trained again."""

    name: str
    number: int | None
    spec: NetSpec
    fingerprint: str


def judged(
    problem: Problem, final: Final, trials: list[Trial], bench: Bench, folder: Path, observer: Observer
) -> Verdict:
    """Train the entrants again and decide."""
    entrants = begun(problem, final, trials, folder)
    figures: dict[str, list[Figures | None]] = {entrant.name: [] for entrant in entrants}
    for repeat in range(final.repeats):
        for place, entrant in enumerate(entrants):
            observer.retraining(repeat * len(entrants) + place, final.repeats * len(entrants), entrant.name)
            seed = seed_for(problem.search.seed, Purpose.FINAL, repeat)
            figures[entrant.name].append(
                final_run(bench, entrant, seed, final.epochs, run_file(folder, final, entrant, repeat))
            )
    runs = {name: [run for run in all_runs if run is not None] for name, all_runs in figures.items()}
    able = [entrant for entrant in entrants if len(runs[entrant.name]) == final.repeats]
    if not able:
        raise SearchError.of("RS505", "every network failed in the last comparison", remedy="lower the recipe's lr")
    contenders = tuple(Contender(e.name, e.number, tuple(runs[e.name]), goal_costs(problem, e)) for e in able)
    winner, front = decided(contenders, problem)
    test = {}
    for entrant in able:
        files = [run_file(folder, final, entrant, repeat) for repeat in range(final.repeats)]
        if entrant.name in (winner, BASE, *front):
            test[entrant.name] = tuple(bench.test(entrant.spec, file).main for file in files)
        if entrant.name == winner:
            keep_weights(folder, [files[n] for n in best_first(runs[winner], problem.search.evaluator.measures)])
    return Verdict(contenders, winner, test, front)


def begun(problem: Problem, final: Final, trials: list[Trial], folder: Path) -> list[Entrant]:
    """The entrants, and a place for their weights."""
    (folder / RUNS).mkdir(exist_ok=True)
    return entrants_of(problem, final, trials)


def shared(problem: Problem, final: Final, trials: list[Trial], bench: Bench, ledger: Ledger) -> None:
    """One worker's part of the final runs: each that no other is at and that is not done. Their figures lie beside
    the weights, where whoever decides finds them; a run that fails is tried again there, and told."""
    entrants = begun(problem, final, trials, ledger.folder)
    for repeat in range(final.repeats):
        for entrant in entrants:
            file = run_file(ledger.folder, final, entrant, repeat)
            with suppress(Busy), ledger.lock(f"{RUNS}/{file.stem}", waits=False):
                if not file.exists():
                    final_run(bench, entrant, seed_for(problem.search.seed, Purpose.FINAL, repeat), final.epochs, file)


def runs_done(folder: Path) -> int:
    """Number of final runs whose weights are there."""
    return len(list((folder / RUNS).glob("*.safetensors")))


def decided(contenders: Sequence[Contender], problem: Problem) -> tuple[str, tuple[str, ...]]:
    """The winner by name: with one objective the best mean of the main measure, of equal ones of the next; with several
    the knee of the contenders' front, which comes with it. A base outside the space or the budgets is trained beside
    them to compare with; what is found has to keep the budgets."""
    contenders = [contender for contender in contenders if contender.number is not None] or contenders
    if len(problem.goals) == 1:
        return min(contenders, key=lambda c: order(c.figures, problem.preference)).name, ()
    networks = [
        Placed(c, tuple(goal.sign * (c.costs if goal.is_cost else c.figures)[goal.name] for goal in problem.goals))
        for c in contenders
    ]
    front = best_of(networks)
    return bulging(front, problem.goals).name, tuple(network.of.name for network in front)


def goal_costs(problem: Problem, entrant: Entrant) -> dict[str, int]:
    """The costs among the goals, where there are several."""
    if len(problem.goals) == 1:
        return {}
    graph = compile_spec(entrant.spec)
    return {goal.name: figure_of(graph, goal.name, problem.table) for goal in problem.goals if goal.is_cost}


def best_first(runs: list[Figures], measures: Measures) -> list[int]:
    """The places of a network's runs, the one with the best last measure (the finest: loss, not accuracy) first."""
    finest = dict([list(measures.items())[-1]])
    return sorted(range(len(runs)), key=lambda place: order(runs[place], finest))


def keep_weights(folder: Path, files: list[Path]) -> None:
    """The weights of the best run, where the evaluator left any, become those of the search."""
    if files[0].exists():
        write_whole(folder / BEST_WEIGHTS, files[0].read_bytes())


def entrants_of(problem: Problem, final: Final, trials: list[Trial]) -> list[Entrant]:
    """The base, and beside it the best trials, or with several objectives those that span the front."""
    base = problem.base_fingerprint
    number = next((trial.number for trial in trials if trial.fingerprint == base), None)
    if len(problem.goals) == 1:
        best = ranked(trials, problem.preference)
    else:
        best = spread(trials, problem.goals, final.finalists + 1)
    others = [trial for trial in best if trial.fingerprint != base][: final.finalists]
    again = [Entrant(f"trial {trial.number}", trial.number, trial.spec, trial.fingerprint) for trial in others]
    return [Entrant(BASE, number, problem.base, base), *again]


def run_file(folder: Path, final: Final, entrant: Entrant, repeat: int) -> Path:
    """Where a final run leaves its weights; the file is there when the run is done."""
    return folder / RUNS / f"{entrant.fingerprint}-{final.epochs or 'recipe'}-{repeat}.safetensors"


def final_run(bench: Bench, entrant: Entrant, seed: int, epochs: int | None, file: Path) -> Figures | None:
    """The figures of a final run; None where it failed."""
    try:
        figures = bench.retrain(entrant.spec, seed, epochs, file)
    except Exception:  # a network that fails is out, and the comparison goes on
        logger.warning("the final run of %s failed", entrant.name, exc_info=True)
        return None
    return figures if figures.is_finite else None
