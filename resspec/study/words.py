"""Trials, verdicts and times in words, as every view of a search says them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resspec.spec.budgets import shown
from resspec.spec.net import NetSpec
from resspec.study.problem import BASE
from resspec.study.result import Result
from resspec.study.trial import Trial


def layout(trial: Trial) -> str:
    """Depth x width of each stage, then whatever else the space varies: `1x8 1x12 2x16 norm=group`."""
    return " ".join([stages(trial.spec), *others(trial.params)])


def stages(spec: NetSpec) -> str:
    """Depth x width of each stage: `1x8 1x12 2x16`."""
    return " ".join(f"{stage.depth}x{stage.width}" for stage in spec.stages)


def others(params: Mapping[str, Any]) -> list[str]:
    """The values that are no stage's depth or width."""
    plain = [path for path in params if not (path.startswith("stages.") and path.endswith((".depth", ".width")))]
    return [f"{path}={params[path]}" for path in plain]


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


def costs(trial: Trial) -> str:
    """11.8K params, 128K macs."""
    return f"{shown(trial.costs.params)} params, {shown(trial.costs.macs)} macs"


def duration(seconds: float) -> str:
    """2 h 5 min, 4 min, 35 s."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def verdict_lines(result: Result) -> list[str]:
    """What the last comparison says: the test accuracies, and whether the base was bettered."""
    verdict = result.verdict
    if verdict is None:
        return []
    runs = len(verdict.contenders[0].runs)
    how = f"mean of {runs} trainings, images the search never saw"
    names = {BASE: BASE} | {verdict.winner: "best"}
    tests = [f"{names.get(name, name)} {measured(result.main, verdict.test_accuracy(name))}" for name in verdict.test]
    lines = [f"held-out test: {', '.join(sorted(tests, reverse=True))} ({how})"]
    if verdict.winner == BASE:
        lines.append("no network of the search was better than the base when trained again")
    return lines


def file_lines(result: Result) -> list[str]:
    """The files a finished search leaves."""
    kinds = {
        "best.yaml": "the best as a spec",
        "best.safetensors": "its weights",
        "accuracy.svg": "accuracy against macs",
    }
    return [f"{result.path / name}: {what}" for name, what in kinds.items() if (result.path / name).exists()]
