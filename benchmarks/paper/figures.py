"""The experiments of Deep Residual Learning (arXiv:1512.03385, section 4.2, and arXiv:1603.05027), from specs.

    python benchmarks/paper/figures.py degradation            # digits, plain-20/56 against residual-20/56
    python benchmarks/paper/figures.py shortcuts              # digits, options A, B, C
    python benchmarks/paper/figures.py deep                   # digits, a pre-activation net of 1,001 layers
    python benchmarks/paper/figures.py degradation --data cifar10:FOLDER --device cuda
    python benchmarks/paper/figures.py depths --data cifar10:FOLDER --device cuda

On digits the nets have a quarter of the width (4, 8, 16) and few epochs; on CIFAR-10 they are the paper's, by the
recipe `cifar-paper` on all 50,000 training images. Each training is a folder below runs/paper and goes on where it was
stopped. A picture and a table of test errors are written beside this file.
"""

from __future__ import annotations

import argparse
import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import resspec
from resspec.training.curve import Panel, drawn

HERE = Path(__file__).parent
RUNS = Path("runs") / "paper"
BASE = {"digits": "resnet20_quarter", "cifar10": "resnet20"}
PAPER = {"resnet20": 8.75, "resnet32": 7.51, "resnet44": 7.17, "resnet56": 6.97}
"""Test errors of table 6, in percent."""
OPTIONS = {"A": "pad", "B": "projection", "C": "projection-all"}


def deep(n: int) -> tuple[str, ...]:
    """The changes that make a basic net one of 6n + 2 layers."""
    return tuple(f"stages.{stage}.depth={n}" for stage in (1, 2, 3))


def trials(experiment: str, base: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The networks of an experiment: name, base and changes."""
    if experiment == "degradation":
        kinds = {"plain": "none", "residual": "pad"}
        return {
            f"{kind}-{6 * n + 2}": (base, (*deep(n), f"shortcut={shortcut}"))
            for kind, shortcut in kinds.items()
            for n in (3, 9)
        }
    if experiment == "shortcuts":
        return {f"option {name}": (base, (f"shortcut={kind}",)) for name, kind in OPTIONS.items()}
    if experiment == "depths":
        return {name: (name, ()) for name in PAPER}
    return {"pre-activation, 1,001 layers": (base, (*deep(166), "block=preact-basic", "final=norm-act"))}


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one network: its log and its test error in percent."""

    log: list[dict[str, str]]
    error: float
    result: dict[str, Any]


def run(name: str, base: str, changes: tuple[str, ...], given: argparse.Namespace) -> Run:
    """Train a network, or read what came of it, and judge it on the test images."""
    kind = given.data.partition(":")[0]
    digits = kind == "digits"
    recipe = "digits" if digits else "cifar-paper"
    data: Any = "digits" if digits else {"kind": kind, "folder": given.data.partition(":")[2], "validation": 0.0}
    wanted = [f"epochs={given.epochs}"] if given.epochs else []
    if digits:
        wanted += [f"batch={given.batch}", f"lr={given.lr}"]
    spec = resspec.load(base, *changes, name=name.replace(" ", "-").replace(",", ""))
    path = RUNS / kind / spec.name
    options = {"device": given.device, "threads": given.threads}
    trained = resspec.train(spec, data=data, recipe=recipe, changes=wanted, path=path, progress=True, **options)
    judged = resspec.evaluate(spec, weights=path / "last.safetensors", data=data, **options)
    log = list(csv.DictReader((path / "log.csv").read_text().splitlines()))
    return Run(log, 100 * (1 - judged.accuracy), trained.to_dict())


def main() -> None:
    """Train the networks of an experiment, draw, and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("experiment", choices=["degradation", "shortcuts", "depths", "deep"])
    parser.add_argument("--data", default="digits")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--batch", type=int, default=64, help="on digits")
    parser.add_argument("--lr", type=float, default=0.05, help="on digits")
    given = parser.parse_args()
    kind = given.data.partition(":")[0]
    found = {
        name: run(name, base, changes, given) for name, (base, changes) in trials(given.experiment, BASE[kind]).items()
    }
    loss = {name: [(int(row["epoch"]), float(row["loss"])) for row in each.log] for name, each in found.items()}
    panels = [Panel("training loss (nats)", loss)]
    if all(row["validation_accuracy"] for each in found.values() for row in each.log):
        errors = {
            name: [(int(row["epoch"]), 100 * (1 - float(row["validation_accuracy"]))) for row in each.log]
            for name, each in found.items()
        }
        panels.append(Panel("validation error", errors, " %"))
    below = " · ".join(f"{name} {each.error:.2f} %" for name, each in found.items())
    stem = f"{given.experiment}-{kind}"
    (HERE / f"{stem}.svg").write_text(drawn(f"{given.experiment} on {kind}", f"test error: {below}", "epoch", panels))
    rows = {
        name: {
            "test_error": round(each.error, 2),
            "training_loss": each.result["loss"],
            "seconds": each.result["seconds"],
        }
        for name, each in found.items()
    }
    (HERE / f"{stem}.json").write_text(json.dumps(rows, indent=1) + "\n")
    print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
