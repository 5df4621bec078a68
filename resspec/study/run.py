"""The search itself: claim a trial, measure it, record it, until all are done; then the last comparison."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from resspec.errors import SearchError
from resspec.spec.tree import Entry
from resspec.study.crew import Crew, Orders
from resspec.study.declaration import Search, load_search
from resspec.study.evaluators import Bench
from resspec.study.frontier import Exhausted
from resspec.study.hands import Hands
from resspec.study.joining import RUNS, SEARCH, TOTAL, placed, portable, stored_search
from resspec.study.ledger import Ledger, open_ledger
from resspec.study.measuring import Measuring
from resspec.study.observer import Observer
from resspec.study.outcome import conclude, share_of_the_end
from resspec.study.places import telling_where, written_at
from resspec.study.problem import Problem, problem_of
from resspec.study.profile import Profile
from resspec.study.proposing import Proposer
from resspec.study.publishing import fetch, publish
from resspec.study.result import Result
from resspec.study.rivals import directions_of
from resspec.study.spectator import Spectator
from resspec.study.stopping import stoppable
from resspec.study.stores import Busy
from resspec.study.trial import trial_of

POLL_SECONDS = 0.2
STOPPED = "stopped"
"""The fact of a study that a callback asked for its end; whoever runs the search again goes on."""
CODE = "code"
"""What `allow` names to let a search run code of its own."""


def run_search(  # noqa: PLR0913  # keywords of the public face
    source: str | Path | Mapping[str, Any] | Search,
    *,
    trials: int | None = None,
    seed: int | None = None,
    path: str | Path | None = None,
    observer: Observer | None = None,
    storage: str | None = None,
    workers: int = 1,
    allow: Collection[str] = (),
) -> Result:
    """Run a search, or go on with one: the study lives in `path`, by default `runs/NAME` below the working directory,
    or in the PostgreSQL database of `storage`, and leaves what it finds in `path`.

    `trials` is the total over all runs and workers; `workers` processes share them, each with its part of the machine.
    `allow=["code"]` lets the file name code to run. The same arguments continue what was interrupted, and return at
    once what is done. Errors of the user's (SpecError,
    BudgetError, DataError, SearchError) come before anything is written. SIGTERM gives the running trial back and
    raises SystemExit.
    """
    if workers < 1:
        raise ValueError(f"a search has one worker at least, not {workers=}")
    watcher = observer or Observer()
    try:
        search = load_search(source, trials=trials, seed=seed)
        refuse_code(search, allow)
        problem = problem_of(search)
        profile = problem.profile()
        folder = Path(path) if path is not None else Path(RUNS) / search.name
        with _opened(problem, folder, storage, watcher) as run:
            crew = Crew(Orders(search, folder, storage), workers) if workers > 1 else None
            result = run.to_the_end(profile, crew)
        assert result is not None, "it waited"
        return result
    finally:
        watcher.close()


def join_search(
    study: str, *, path: str | Path | None = None, observer: Observer | None = None, allow: Collection[str] = ()
) -> Result | None:
    """Work on a study that `run_search` began, here or elsewhere: `study` is its folder, or the address of its database
    followed by `#NAME` where that holds several. The result; None where another process makes the last comparison."""
    watcher = observer or Observer()
    try:
        place = placed(study, path)
        search = stored_search(place.study)
        refuse_code(search, allow)
        problem = problem_of(search)
        with _opened(problem, place.folder, place.storage, watcher) as run:
            return run.to_the_end(problem.profile(), waits=False)
    finally:
        watcher.close()


def refuse_code(search: Search, allow: Collection[str]) -> None:
    """SearchError where a search names code to run, and nobody allowed it: files and studies may come from anyone."""
    if unknown := sorted(set(allow) - {CODE}):
        raise SearchError.of(
            "RS531", f"nothing is called {unknown[0]!r} that could be allowed", remedy=f"allow=[{CODE!r}]"
        )
    named = ["callbacks"] if search.callbacks else []
    named += [place for place in ("evaluator", "sampler", "pruner") if getattr(search, place).runs_code]
    if named and CODE not in allow:
        place = named[0]
        raise SearchError.of(
            "RS531",
            f"the {place} runs code that the search names",
            mark=search.root.nearest((place,)).mark,
            remedy='where you trust it, add --allow code, or allow=["code"]',
        )


def run_trials(search: Search, folder: Path, storage: str | None) -> None:
    """The part of a worker that another process started: its share of the trials and of the final runs. Who started it
    decides."""
    with _opened(problem_of(search), folder, storage, Observer()) as run:
        run.run_trials()
        run.share_the_end()


@contextmanager
def _opened(problem: Problem, folder: Path, storage: str | None, observer: Observer) -> Iterator[_Run]:
    """A process's share of a search, whose bench is set up and whose study is open."""
    search, root = problem.search, problem.search.root
    with ExitStack() as stack:
        hands = Hands.of(problem)
        stack.enter_context(stoppable())
        with written_at(root, "evaluator"):
            bench = stack.enter_context(search.evaluator.bench(problem.base))
        stack.enter_context(telling_where(folder))
        with written_at(root if storage is None else Entry({}), "storage"):
            directions = directions_of(problem.goals)
            ledger = stack.enter_context(
                closing(open_ledger(folder, search.name, storage or search.storage, directions))
            )
        yield _Run(problem, bench, ledger, observer, hands)


def profile(source: str | Path | Mapping[str, Any] | Search) -> Profile:
    """What a search can reach, before any trial; BudgetError when no network of its space is inside the budgets."""
    return problem_of(load_search(source)).profile()


class _Run:
    """One process's share of a search."""

    def __init__(self, problem: Problem, bench: Bench, ledger: Ledger, observer: Observer, hands: Hands) -> None:
        self._problem = problem
        self._search = problem.search
        self._bench = bench
        self._ledger = ledger
        self._observer = observer
        self._measure = Measuring(problem, bench, ledger, observer, hands)
        self._proposer = Proposer(problem, ledger.study.directions, bench.knows)

    def to_the_end(self, found: Profile, crew: Crew | None = None, *, waits: bool = True) -> Result | None:
        """All trials, by a crew where there is one, then the last comparison; at once where both are done. None where
        another process makes that comparison and this one is not to wait for it."""
        self._agree()
        before = [trial_of(frozen) for frozen in self._ledger.trials()]
        self._observer.opened(self._shown(), found, before, self._search.trials)
        if crew and len(before) < self._search.trials:
            crew.run(Spectator(self._ledger, self._observer, self._bench.steps, self._search.final))
        self.run_trials()
        try:
            with self._ledger.lock("final", waits=waits):
                fetch(self._ledger)
                result, is_new = conclude(self._problem, self._bench, self._ledger, self._observer)
                publish(self._ledger)
        except Busy:
            return None
        if is_new:
            self._observer.ended(result)
        else:
            self._observer.already_done(result)
        return result

    def _shown(self) -> Problem:
        """What is searched, without a last comparison where the evaluator measures no better a second time."""
        if self._bench.can_retrain:
            return self._problem
        return replace(self._problem, search=self._search.model_copy(update={"final": None}))

    def share_the_end(self) -> None:
        """Final runs, beside other workers on this folder."""
        share_of_the_end(self._problem, self._bench, self._ledger)

    def _agree(self) -> None:
        """Write down what is searched, or refuse to mix it with another search."""
        mine = json.loads(json.dumps(self._problem.identity()))
        theirs = {**self._problem.implied(), **self._ledger.settle("identity", mine)}
        other = [key for key in mine if mine[key] != theirs.get(key)]
        if other:
            raise SearchError.of(
                "RS503",
                f"{self._ledger.folder} holds another search: what differs is {' and '.join(other)}",
                remedy="give this search another folder or name, or remove that folder",
            )
        self._ledger.settle("base", self._problem.base_fingerprint)
        self._ledger.settle("measures", dict(self._search.evaluator.measures))
        self._ledger.settle("objectives", [goal.to_dict() for goal in self._problem.goals])
        self._ledger.settle(SEARCH, portable(self._problem))
        self._ledger.write(TOTAL, self._search.trials)
        if self._ledger.fact(STOPPED) and not self._ledger.busy():
            self._ledger.write(STOPPED, value=False)
        self._ledger.settle("budgeted", list(dict.fromkeys(budget.cost for budget in self._problem.budgets)))

    def run_trials(self) -> None:
        """Run trials until every one of the total is finished, by this process or by others."""
        told = False
        while True:
            trial = None
            is_stopped = bool(self._ledger.fact(STOPPED))
            if is_stopped and not told:
                self._observer.stopped(len(self._ledger.trials()))
                told = True
            try:
                trial = self._ledger.claim(0 if is_stopped else self._search.trials, self._proposer)
            except Exhausted:
                if not told:
                    self._observer.exhausted(len(self._ledger.trials()))
                told = True
            if trial is not None:
                if self._measure(trial):
                    self._ledger.write(STOPPED, value=True)
            elif not self._ledger.busy():
                return
            else:
                time.sleep(POLL_SECONDS)
