"""Proposals of every sampler on tables of trained networks until 2,000 are made or every network inside the budget has
had its trial: how many were over the budget, and how many networks were proposed twice. Both are to be 0.

python benchmarks/no_waste.py FOLDER [--samplers bayes tpe] [--cases macro40] [--trials 2000]

FOLDER as for `search_tables.py`. Each proposal is compiled anew: its macs and its fingerprint are the graph's, not what
the search believes. (Optuna's GP is asked for 200.)
"""

from __future__ import annotations

import argparse
import time
import warnings

import optuna
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, create_trial

from resspec.analysis.report import report_of
from resspec.compile import compile_spec
from resspec.study.frontier import Exhausted
from resspec.study.mirror import Mirror
from resspec.study.samplers import Sampler
from resspec.study.seeds import Purpose, seed_for
from search_tables import Table, table

SAMPLERS = ("random", "qmc", "evolution", "nsga2", "nsga3", "tpe", "cmaes", "bayes", "gp")
SLOW = {"gp": 200}
"""Proposals of samplers that think for seconds."""


def proposed(asked: Table, kind: str, count: int) -> tuple[int, int, int, bool]:
    """Number of proposals, of those over the budget, of networks proposed again, and whether all were tried."""
    problem = asked.problem
    frontier, mirror = problem.frontier(), Mirror(problem.space, [StudyDirection.MAXIMIZE])
    sampler, seen, over, again = Sampler.read(kind), set[str](), 0, 0
    for number in range(count):
        try:
            proposal = sampler.propose(frontier, mirror, seed_for(0, Purpose.PROPOSAL, number))
        except Exhausted:
            return number, over, again, True
        frontier.close(proposal.point)
        graph = compile_spec(problem.spec(proposal.point))
        over += not problem.budgets[0].holds(report_of(graph).macs)
        again += graph.fingerprint in seen
        seen.add(graph.fingerprint)
        mirror.update([told(asked, proposal.point, number, dict(proposal.notes))])
    return count, over, again, False


def told(asked: Table, point: tuple[int, ...], number: int, notes: dict[str, object]) -> FrozenTrial:
    """The finished trial of a proposal."""
    space = asked.problem.space
    trial = create_trial(
        params=space.params(point),
        distributions=space.distributions,
        value=asked.point(point)[0],
        system_attrs=notes,
    )
    trial.number = number
    return trial


def main() -> None:
    """Print a line for each sampler and table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--samplers", nargs="+", default=SAMPLERS)
    parser.add_argument("--cases", nargs="+", default=["macro40", "transnas"])
    parser.add_argument("--trials", type=int, default=2_000)
    given = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    for kind in given.samplers:
        for name in given.cases:
            start = time.process_time()
            made, over, again, ended = proposed(
                table(name, given.folder), kind, min(given.trials, SLOW.get(kind, 1 << 30))
            )
            end = ", then the space was exhausted" if ended else ""
            seconds = time.process_time() - start
            print(f"{name:<9} {kind:<10} {made:,} proposals{end}: {over} over budget, {again} again   {seconds:.0f} s")


if __name__ == "__main__":
    main()
