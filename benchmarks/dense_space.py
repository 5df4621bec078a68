"""How fast spaces around a U-Net, detectors, segmentation nets and a super-resolution net are proved, and what the
default sampler takes for a proposal over them.

python benchmarks/dense_space.py [NAME ...]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import optuna
from optuna.trial import TrialState

from resspec.study.declaration import load_search
from resspec.study.ledger import open_ledger
from resspec.study.problem import Problem, problem_of
from resspec.study.proposing import Proposer

SEARCH = Path(__file__).parents[1] / "search" / "unet_digits.yaml"
PROPOSED = 40
"""Proposals; the median is of those behind the twentieth, where the sampler has learnt something."""

SMALL_BODY: dict[str, Any] = {
    "stages.*.depth": {"low": 1, "high": 4},
    "stages.1.width": {"low": 16, "high": 72, "step": 8},
    "stages.2.width": {"low": 32, "high": 144, "step": 16},
    "stages.3.width": {"low": 64, "high": 288, "step": 32},
    "stages.4.width": {"low": 128, "high": 576, "step": 64},
}
LARGE_BODY: dict[str, Any] = {
    "stages.*.depth": {"low": 1, "high": 6},
    "stages.1.width": {"low": 64, "high": 256, "step": 32},
    "stages.2.width": {"low": 128, "high": 512, "step": 64},
    "stages.3.width": {"low": 256, "high": 1024, "step": 128},
    "stages.4.width": {"low": 512, "high": 2048, "step": 256},
}
STEPS: dict[str, Any] = {
    "decoder.widths.1": {"low": 64, "high": 256, "step": 64},
    "decoder.widths.2": {"low": 32, "high": 128, "step": 32},
    "decoder.widths.3": {"low": 16, "high": 64, "step": 16},
    "decoder.widths.4": [8, 16, 32],
    "decoder.widths.5": [8, 16],
}
WIDTH: dict[str, Any] = {"decoder.width": [64, 128, 192, 256]}
LEVELS: dict[str, Any] = {"neck.width": [64, 128, 192, 256], "heads.depth": {"low": 1, "high": 4}}
CHANNELS: dict[str, Any] = {"low": 16, "high": 128, "step": 8}
SPACES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "unet": (
        {"extends": "unet_resnet18", "input": [3, 128, 128], "decoder": {"widths": [256, 128, 64, 32, 16]}},
        SMALL_BODY | STEPS,
    ),
    "fcos": ({"extends": "fcos_resnet50_fpn", "input": [3, 256, 256]}, LARGE_BODY | LEVELS),
    "retinanet": ({"extends": "retinanet_resnet50_fpn", "input": [3, 256, 256]}, LARGE_BODY | LEVELS),
    "upernet": ({"extends": "upernet_resnet50", "input": [3, 256, 256]}, LARGE_BODY | WIDTH),
    "deeplabv3": ({"extends": "deeplabv3_resnet50_aux", "input": [3, 256, 256]}, LARGE_BODY | WIDTH),
    "fcn": ({"extends": "fcn_resnet50_aux", "input": [3, 256, 256]}, LARGE_BODY | WIDTH),
    "edsr": (
        {"extends": "edsr_baseline_x2"},
        {"stages.1.depth": {"low": 1, "high": 32}, "stages.1.width, stem.width": CHANNELS, "decoder.width": CHANNELS},
    ),
}
"""Bases and spaces, from 7,200 to 402,653,184 points, each under half of its base's macs."""


def asked(name: str) -> Problem:
    """The problem of a name."""
    if name == "unet_digits":
        return problem_of(load_search(SEARCH))
    base, space = SPACES[name]
    evaluator = {"kind": "training", "data": "digits"}
    data = {"base": base, "space": space, "budgets": {"macs": "<= 50% of base"}, "evaluator": evaluator}
    return problem_of(load_search(data))


def proposals(problem: Problem) -> list[float]:
    """Processor seconds of proposals one after another, each told a value."""
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_ledger(Path(folder), "dense")
        proposer = Proposer(problem, ledger.study.directions)
        for number in range(PROPOSED):
            start = time.process_time()
            trial = ledger.claim(PROPOSED, proposer)
            taken.append(time.process_time() - start)
            assert trial is not None
            ledger.finish(trial, TrialState.COMPLETE, ((number * 7919 % 1000) / 1000,), {})
    return taken


def main() -> None:
    """Print every figure."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    for name in sys.argv[1:] or ["unet_digits", *SPACES]:
        wall, busy = time.perf_counter(), time.process_time()
        problem = asked(name)
        summary = problem.profile().summary().partition(": ")[2]
        wall, busy = time.perf_counter() - wall, time.process_time() - busy
        print(f"{name}: {summary}\n  proved in {busy:.1f} s of processor time, {wall:.1f} s by the clock")
        taken = proposals(problem)
        most = max(taken)
        print(
            f"  a proposal: {1e3 * median(taken[PROPOSED // 2 :]):.0f} ms of processor time, {1e3 * most:.0f} at most"
        )


if __name__ == "__main__":
    main()
