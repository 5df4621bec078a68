"""Trials, verdicts and times in words, as every view of a search says them."""

from __future__ import annotations

import re

from optuna.trial import TrialState

from resspec.spec.budgets import shown
from resspec.spec.net import NetSpec
from resspec.study.constraints.constraint import value_at
from resspec.study.owner import owner_of
from resspec.study.problem import BASE
from resspec.study.result import Result
from resspec.study.space import TIE, tied
from resspec.study.trial import Trial

MOST_REASONS = 3
SHOWN = re.compile(r"stages\.\d+\.(?:depth|width)\Z")
BLOCK = re.compile(r"stages\.(\d+)\.blocks\.(\d+)\.(.+)")


def layout(trial: Trial) -> str:
    """Depth x width of each stage, then whatever else the space varies: `1x8 1x12 2x16 norm=group`."""
    return " ".join([stages(trial.spec), *others(trial)])


def stages(spec: NetSpec) -> str:
    """Depth x width of each stage: `1x8 1x12 2x16`."""
    return " ".join(f"{stage.depth}x{stage.width}" for stage in spec.stages)


def others(trial: Trial) -> list[str]:
    """The values that are no stage's depth or width: `norm=group`, and of blocks that take the same one in turn
    `block[1.0,1.1]=skip`, stage and place. Of paths that take one value together each that is shown nowhere else."""
    single: list[str] = []
    blocks: dict[tuple[str, object], list[str]] = {}
    for name, value in trial.params.items():
        paths = [path for path in tied(name) if not SHOWN.match(path)]
        if len(paths) == 1 and (found := BLOCK.match(paths[0])):
            blocks.setdefault((found[3], value), []).append(f"{found[1]}.{found[2]}")
        elif TIE in name and isinstance(value, float):  # a factor, of numbers that differ
            single += [f"{path}={value_at(trial.spec, path)}" for path in paths]
        elif paths:
            single.append(f"{','.join(paths)}={value}")
    return single + [f"{what}[{','.join(places)}]={value}" for (what, value), places in blocks.items()]


def percent(share: float | None) -> str:
    """97.77 %; a dash for none."""
    return "-" if share is None else f"{100 * share:.2f} %"


SHARES = ("accuracy", "error", "miou", "map50")
"""Words in the names of measures that are shares of one, shown as percentages."""


def is_share(measure: str) -> bool:
    """Whether a measure is shown as a percentage."""
    return any(word in measure for word in SHARES)


def measured(measure: str, figure: float | None) -> str:
    """The figure of a measure: 97.77 %, 0.08123; a dash for none."""
    return percent(figure) if figure is None or is_share(measure) else f"{figure:.4g}"


def so_many(count: int) -> str:
    """1 network, 2 networks."""
    return f"{count} {'network' if count == 1 else 'networks'}"


def costs(trial: Trial) -> str:
    """11.8K params, 128K macs."""
    return f"{shown(trial.costs.params)} params, {shown(trial.costs.macs)} macs"


def duration(seconds: float) -> str:
    """2 h 5 min, 4 min, 35 s."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def judged_on(result: Result) -> tuple[str, str]:
    """What the last figures are of, and how they came about."""
    if result.study.user_attrs.get("identity", {}).get("evaluator", {}).get("kind") == "table":
        return "in the table", "mean of all trainings there"  # of images that it was searched by as well
    runs = len(result.verdict.contenders[0].runs) if result.verdict else 0
    of = "1 training" if runs == 1 else f"mean of {runs} trainings"
    return "held-out test", f"{of}, images the search never saw"


def failure_lines(result: Result) -> list[str]:
    """Why trials failed, what is most frequent first: `7 failed, trial 11 the last: RuntimeError: no luck`."""
    failed: dict[str, list[int]] = {}
    for trial in result.trials:
        if trial.state == TrialState.FAIL:
            failed.setdefault(trial.error, []).append(trial.number)
    listed = sorted(failed.items(), key=lambda reason: -len(reason[1]))
    lines = [
        f"{len(numbers)} failed, trial {numbers[-1]} the last: {why:.300}" for why, numbers in listed[:MOST_REASONS]
    ]
    rest = sum(len(numbers) for _, numbers in listed[MOST_REASONS:])
    return lines + ([f"{rest} failed for other reasons"] if rest else [])


def running_lines(result: Result) -> list[str]:
    """Who runs which trial: `trial 12 runs on node7 (process 4711)`."""
    running = (trial for trial in result.study.get_trials(deepcopy=False) if trial.state == TrialState.RUNNING)
    owners = ((trial.number, owner_of(trial)) for trial in running)
    return [f"trial {number} runs on {owner.host} (process {owner.pid})" for number, owner in owners]


def verdict_lines(result: Result) -> list[str]:
    """What the last comparison says: the test accuracies, and whether the base was bettered."""
    verdict = result.verdict
    if verdict is None:
        return []
    what, how = judged_on(result)
    names = {BASE: BASE} | {verdict.winner: "best"}
    tests = [f"{names.get(name, name)} {measured(result.main, verdict.test_accuracy(name))}" for name in verdict.test]
    lines = [f"{what}: {', '.join(sorted(tests, reverse=True))} ({how})"]
    if verdict.winner == BASE:
        told = "no network of the search was better than the base when trained again"
        lines.append("the base is the best compromise of those trained again" if len(verdict.front) > 1 else told)
    elif result.base is None and any(contender.name == BASE for contender in verdict.contenders):
        lines.append("the base stands outside the space or the budgets: it is there to compare with")
    return lines


def file_lines(result: Result) -> list[str]:
    """The files a finished search leaves."""
    kinds = {
        "best.yaml": "the best as a spec",
        "best.safetensors": "its weights",
        "accuracy.svg": "accuracy against macs",
    }
    return [f"{result.path / name}: {what}" for name, what in kinds.items() if (result.path / name).exists()]
