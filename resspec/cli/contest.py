"""What came of a search, as a table: finalists against the base, or the best trials without a last comparison."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from resspec.cli.printing import Table, percent

if TYPE_CHECKING:
    from resspec.study.result import Contender, Result, Verdict
    from resspec.study.trial import Trial

BASE = "base"
SHOWN_TRIALS = 5


def contest(result: Result) -> Table:
    """The best networks against the base."""
    budgets = " and ".join(result.budgets)
    title = f"{result.name}: {states(result)}" + (f"; every network keeps {budgets}" if budgets else "")
    if result.verdict is None:
        rows = [(label(trial, result), percent(trial.value), *costs(trial)) for trial in shown(result)]
        return Table(title, ("network", "validation", "params", "macs"), rows)
    verdict = result.verdict
    ranking = sorted(verdict.contenders, key=lambda c: (c.name != verdict.winner, -c.accuracy, c.loss))
    finalists = [finalist(result, verdict, contender) for contender in ranking]
    runs = f"mean of {len(ranking[0].accuracies)}"
    return Table(title, ("network", f"validation, {runs}", f"test, {runs}", "params", "macs"), finalists)


def finalist(result: Result, verdict: Verdict, contender: Contender) -> tuple[str, ...]:
    """Mean accuracies over the runs of the last comparison; only the winner and the base were shown the test images."""
    trial = next((trial for trial in result.trials if trial.number == contender.number), None)
    name = contender.name + (" (winner)" if contender.name == verdict.winner else "")
    test = percent(verdict.test_accuracy(contender.name)) if contender.name in verdict.test else ""
    return name, percent(contender.accuracy), test, *(costs(trial) if trial else ("", ""))


def shown(result: Result) -> list[Trial]:
    """The best trials, and the base wherever it stands."""
    complete = sorted(
        (trial for trial in result.trials if trial.is_complete), key=lambda t: (-(t.value or 0.0), t.number)
    )
    return [t for i, t in enumerate(complete) if i < SHOWN_TRIALS or t == result.base]


def label(trial: Trial, result: Result) -> str:
    """The base by that name, other trials by number."""
    return BASE if result.base and trial.number == result.base.number else f"trial {trial.number}"


def costs(trial: Trial) -> tuple[str, str]:
    """The columns of costs."""
    return f"{trial.costs.params:,}", f"{trial.costs.macs:,}"


def standing(result: Result) -> str:
    """40 trials (30 complete, 10 pruned), best 97.21 % (trial 12)."""
    best = f", best {percent(result.best.value)} (trial {result.best.number})" if result.best else ""
    return f"{states(result)}{best}"


def states(result: Result) -> str:
    """40 trials (30 complete, 10 pruned)."""
    found = Counter(trial.state.name.lower() for trial in result.trials)
    return f"{len(result.trials)} trials ({', '.join(f'{count} {state}' for state, count in sorted(found.items()))})"
