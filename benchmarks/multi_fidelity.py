"""What each pruner finds for the same number of training epochs, on the learning curves of a table.

    python benchmarks/multi_fidelity.py resnets_tinyimagenet_curves.csv

Networks are drawn at random, without replacement, from the space of search/resnet_curves.yaml, no budget on costs; the
same draws for every pruner. A run ends when as many epochs are spent as --whole complete trainings take.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import optuna

from resspec.study.declaration import load_search
from resspec.study.evaluators.formats import Row, TableFormat
from resspec.study.pruning import Pruner

PRUNERS = {
    "none": {"kind": "none"},
    "median": {"kind": "median", "startup": 5, "warmup": 5},
    "halving": {"kind": "halving", "first": 5},
    "halving-80": {"kind": "halving", "first": 80},  # behind the drop of the learning rate
    "hyperband": {"kind": "hyperband", "first": 5, "last": 141},
}


def best_found(pruner: Pruner, rows: Sequence[Row], epochs: int) -> tuple[float, int]:
    """The true accuracy of the network whose complete trial was best, and the number of trials begun."""
    study = optuna.create_study(direction="maximize", pruner=pruner.make(), study_name="curves")
    spent, complete = 0, {}
    for row in rows:
        trial = study.ask()
        for step, accuracy in enumerate(row.runs[0], 1):
            spent += 1
            trial.report(accuracy, step)
            if step < len(row.runs[0]) and trial.should_prune():
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                break
        else:
            study.tell(trial, row.runs[0][-1])
            complete[trial.number] = row
        if spent >= epochs:
            break
    best = max(complete.values(), key=lambda row: row.runs[0][-1])
    return best.accuracy, trial.number + 1


def main() -> None:
    """Print the mean over seeds."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("table")
    words.add_argument("--whole", type=int, default=20)
    words.add_argument("--seeds", type=int, default=30)
    given = words.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    evaluator = load_search("resnet_curves").evaluator.to_data() | {"file": given.table}
    form = TableFormat.read(evaluator["format"])

    table = form.rows(Path(given.table))
    codes = [f"{n}-{w}-{k}" for n in range(1, 8) for w in range(2, 22) for k in (3, 5, 7)]
    print(f"{'pruner':<11}{'best found':>11}{'+-':>7}{'trials':>8}   {given.whole} x 141 epochs, {given.seeds} seeds")
    for name, fields in PRUNERS.items():
        found = []
        for seed in range(given.seeds):
            order = np.random.default_rng(seed).permutation(len(codes))
            rows = [table[codes[place]] for place in order]
            found.append(best_found(Pruner.read(fields), rows, given.whole * 141))
        values = [100 * value for value, _ in found]
        spread = 1.96 * statistics.stdev(values) / len(values) ** 0.5
        trials = statistics.mean(count for _, count in found)
        print(f"{name:<11}{statistics.mean(values):>11.2f}{spread:>7.2f}{trials:>8.1f}", flush=True)
    print(f"{'optimum':<11}{max(100 * table[code].accuracy for code in codes):>11.2f}")


if __name__ == "__main__":
    main()
