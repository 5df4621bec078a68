"""What a network of the digits' search space reaches in few epochs, from scratch and from another's weights.

    python benchmarks/inheritance.py --epochs 3 --pairs 16

Each pair is a parent and a child, drawn at random; both are trained for as many epochs, the child once from scratch and
twice from the parent's weights (deeper blocks drawn afresh, or copied), from one seed.
"""

from __future__ import annotations

import argparse
import random
import statistics
from typing import Any

import resspec
from resspec.spec.net import NetSpec
from resspec.training.data import DataSource
from resspec.training.inheritance import inherit
from resspec.training.loop import train
from resspec.training.networks import Network, network_of, threads
from resspec.training.recipe import Recipe

WIDTHS = {1: (4, 6, 8, 10, 12), 2: (4, 8, 12, 16, 20, 24), 3: (8, 16, 24, 32, 40)}


def drawn(chance: random.Random) -> NetSpec:
    """A network of the space of search/digits.yaml."""
    changes: dict[str, Any] = {}
    for stage, widths in WIDTHS.items():
        changes |= {f"stages.{stage}.depth": chance.randint(1, 4), f"stages.{stage}.width": chance.choice(widths)}
    return resspec.load("resnet20_quarter", **changes)


def main() -> None:
    """Print the mean validation accuracies and the mean gains."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--epochs", type=int, default=3)
    words.add_argument("--pairs", type=int, default=16)
    given = words.parse_args()
    data = DataSource.read("digits")
    images, held_out = data.load("train"), data.load("validation")
    recipe = Recipe(epochs=given.epochs, batch=32, lr=0.1, warmup=min(2.0, given.epochs / 3), shift=1)
    chance = random.Random(0)

    def accuracy(model: Network, seed: int) -> float:
        last = train(model, images, recipe, validation=held_out, seed=seed)[-1].validation
        assert last is not None
        return float(100 * last.accuracy)

    reached: list[list[float]] = []
    with threads(1):
        for pair in range(given.pairs):
            parent, child = network_of(drawn(chance), pair), drawn(chance)
            accuracy(parent, pair)
            row = []
            for copied in (None, False, True):
                model = network_of(child, 1000 + pair)
                if copied is not None:
                    inherit(model, parent.state_dict(), copied)
                row.append(accuracy(model, 1000 + pair))
            reached.append(row)
    for place, name in enumerate(("from scratch", "inherited, deeper fresh", "inherited, deeper copied")):
        gains = [row[place] - row[0] for row in reached]
        spread = 1.96 * statistics.stdev(gains) / len(gains) ** 0.5
        mean = statistics.mean(row[place] for row in reached)
        print(f"{name:<26}{mean:7.2f} %   gain {statistics.mean(gains):+6.2f} +- {spread:.2f}")


if __name__ == "__main__":
    main()
