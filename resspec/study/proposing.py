"""What becomes the next trial: the base first, then what the sampler proposes; and what happens to networks that were
tried before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from resspec.spec.net import NetSpec
from resspec.study.frontier import Exhausted
from resspec.study.ledger import Entry
from resspec.study.mirror import Mirror
from resspec.study.problem import Problem
from resspec.study.seeds import Purpose, seed_for
from resspec.study.space import Point

Duplicates = Literal["skip", "replay", "repeat"]

PASSED = 2_000
"""Open networks in a row that cannot be measured, after which a search counts as exhausted."""
REPLAYS = "replays"
"""In a trial's facts: the number of the trial whose outcome it takes over."""


class Proposer:
    """Proposes trials of a problem to one process, of networks that the evaluator `knows`. With `skip` a network that
    has a trial is closed; with `replay` it may be proposed again and takes over what was measured; with `repeat` it is
    measured again, from another seed."""

    def __init__(
        self, problem: Problem, directions: Sequence[StudyDirection], knows: Callable[[NetSpec], bool] = lambda _: True
    ) -> None:
        self._problem = problem
        self._knows = knows
        self._unknown: set[Point] = set()
        self._policy: Duplicates = problem.search.duplicates
        self._frontier = problem.frontier()
        known = problem.chain.columns.know
        exact = [goal.name if goal.is_cost and known(goal.name) else None for goal in problem.goals]
        self._mirror = Mirror(problem.space, directions, exact)
        self._seen = 0
        self._tried: set[str] = set()

    def __call__(self, trials: Sequence[FrozenTrial]) -> Entry:
        """The next trial of a study with these; Exhausted where every network inside the budgets has one."""
        problem, number = self._problem, len(trials)
        for trial in trials[self._seen :]:
            self._take(trial)
        self._seen = number
        point, notes = problem.base_point, dict[str, Any]()
        if number or point is None:
            self._mirror.update(trials)
            seed = seed_for(problem.search.seed, Purpose.PROPOSAL, number)
            point, notes, facts = self._proposed(seed)
        else:
            facts = problem.facts(point)
        if self._policy == "replay" and (earlier := _complete(trials, facts["fingerprint"])) is not None:
            facts[REPLAYS] = earlier
        return Entry(problem.space.params(point), problem.space.distributions, facts, notes)

    def _take(self, trial: FrozenTrial) -> None:
        self._tried.add(trial.user_attrs.get("fingerprint", ""))
        if self._policy == "skip":
            self._frontier.close(self._problem.space.point(trial.params))

    def _proposed(self, seed: int) -> tuple[Point, dict[str, Any], dict[str, Any]]:
        """A proposal with its notes and facts that keeps every budget and whose fingerprint is new, where it has to be:
        the frontier knows networks by the pieces they are laid in, and the whole graph has the last word.

        What is passed over is closed for this proposal alone: the next one has to follow from the trials and its seed,
        in this process as in one that goes on with the study."""
        sampler, passed = self._problem.search.sampler, list[Point]()
        try:
            while len(passed) < PASSED:
                proposal = sampler.propose(self._frontier, self._mirror, seed)
                facts = self._facts(proposal.point)
                if facts is not None:
                    return proposal.point, dict(proposal.notes), facts
                self._frontier.close(proposal.point)
                passed.append(proposal.point)
        finally:
            for point in passed:
                self._frontier.reopen(point)
        raise Exhausted

    def _facts(self, point: Point) -> dict[str, Any] | None:
        """The facts of a point that may become a trial."""
        if point in self._unknown:
            return None
        if not self._knows(self._problem.spec(point)):
            self._unknown.add(point)
            return None
        facts = self._problem.facts(point)
        new = self._policy != "skip" or facts["fingerprint"] not in self._tried
        return facts if new and self._problem.keeps(facts["costs"]) else None


def _complete(trials: Sequence[FrozenTrial], fingerprint: str) -> int | None:
    """The number of a complete trial of a network."""
    for trial in trials:
        if trial.state == TrialState.COMPLETE and trial.user_attrs.get("fingerprint") == fingerprint:
            return trial.number
    return None
