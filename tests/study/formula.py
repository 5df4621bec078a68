"""An evaluator that computes instead of training, so that tests can run hundreds of trials. It is a plug-in like
anyone's."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, ClassVar

from resspec.pricing import Pricer
from resspec.record import Listed
from resspec.spec.net import NetSpec
from resspec.study.evaluators import Bench, Evaluator, Figures, Watch

BASE: dict[str, Any] = {
    "input": [1, 8, 8],
    "stem": {"kind": "conv3x3", "width": 4},
    "block": "basic",
    "stages": [{"depth": 2, "width": 4}, {"depth": 2, "width": 8, "stride": 2}],
    "head": {"kind": "linear", "classes": 10},
}
SPACE: dict[str, Any] = {
    "stages.1.depth": {"low": 1, "high": 4},
    "stages.1.width": {"low": 4, "high": 12, "step": 4},
    "stages.2.depth": {"low": 1, "high": 4},
    "stages.2.width": {"low": 8, "high": 32, "step": 8},
}


class Formula(Evaluator):
    """Accuracy that rises with depth and falls with width, a little random by seed."""

    kind: ClassVar[str] = "formula"

    pause: float = 0.0
    fails: Annotated[tuple[int, ...], Listed] = ()
    blanks: Annotated[tuple[int, ...], Listed] = ()
    hungry: Annotated[tuple[int, ...], Listed] = ()

    @contextmanager
    def bench(self, base: NetSpec) -> Iterator[Bench]:
        yield FormulaBench(self)


class FormulaBench(Bench):
    steps = 4

    def __init__(self, setting: Formula) -> None:
        self.setting = setting
        self.measured = 0

    def measure(self, spec: NetSpec, seed: int, watch: Watch) -> Figures:
        self.measured += 1
        if self.measured - 1 in self.setting.fails:
            raise RuntimeError("this network does not train")
        if self.measured - 1 in self.setting.hungry:
            eat()
        accuracy = accuracy_of(spec, seed)
        for step in range(1, self.steps + 1):
            time.sleep(self.setting.pause)
            watch(step, accuracy * step / self.steps)
        if self.measured - 1 in self.setting.blanks:
            return Figures({"accuracy": accuracy, "loss": float("nan")})
        return Figures({"accuracy": accuracy, "loss": 1 - accuracy})

    def retrain(self, spec: NetSpec, seed: int, epochs: int | None, weights: Path) -> Figures:
        accuracy = accuracy_of(spec, seed)
        if not weights.exists():
            weights.write_text(json.dumps({"accuracy": accuracy, "process": os.getpid()}))
        return Figures({"accuracy": accuracy, "loss": 1 - accuracy})

    def test(self, spec: NetSpec, weights: Path) -> Figures:
        accuracy = json.loads(weights.read_text())["accuracy"] - 0.01
        return Figures({"accuracy": accuracy, "loss": 1 - accuracy})


def eat() -> None:
    """Take all memory that the process may have."""
    pieces = []
    while True:
        pieces.append(bytearray(1 << 28))


def accuracy_of(spec: NetSpec, seed: int) -> float:
    depth = sum(stage.depth for stage in spec.stages)
    width = sum(stage.width for stage in spec.stages)
    noise = int(hashlib.sha256(f"{seed} {spec.stages}".encode()).hexdigest()[:6], 16) / 16**6
    return 0.5 + 0.03 * depth - 0.002 * width + 0.02 * noise


def stated(**changes: Any) -> dict[str, Any]:
    """A search over 192 points, a third of them inside the budget."""
    search = {
        "name": "small",
        "base": BASE,
        "space": SPACE,
        "budgets": {"params": "<= 12K"},
        "evaluator": {"kind": "formula"},
        "pruner": "none",
        "trials": 12,
        "final": {"finalists": 2, "repeats": 2},
    }
    return search | changes


def cost(params: Mapping[str, Any], name: str = "params", base: Mapping[str, Any] = BASE) -> int:
    """What a stored point really costs."""
    from resspec.spec.loading import load_spec

    return int(getattr(Pricer(load_spec(base)).price(params), name))
