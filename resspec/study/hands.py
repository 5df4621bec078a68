"""Who runs a search beside its sampler: the pruner and the callbacks that it names."""

from __future__ import annotations

from dataclasses import dataclass

from optuna.pruners import BasePruner

from resspec.study.guests import Callbacks
from resspec.study.places import written_at
from resspec.study.problem import Problem


@dataclass(frozen=True)
class Hands:
    """What a search is run by, all of it there before anything is written."""

    pruner: BasePruner
    callbacks: Callbacks

    @classmethod
    def of(cls, problem: Problem) -> Hands:
        """As the search names them; SearchError, at its place, for one that cannot be used."""
        search, root = problem.search, problem.search.root
        with written_at(root, "sampler"):
            search.sampler.check(len(problem.goals))
        with written_at(root, "pruner"):
            pruner = search.pruner.make()
        with written_at(root, "callbacks"):
            return cls(pruner, Callbacks(search.callbacks))
