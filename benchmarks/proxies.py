"""Rank correlation of every zero-cost proxy with trained accuracy on a table, beside params and macs.

    python benchmarks/proxies.py nas_bench_macro nas-bench-macro_cifar10.json
    python benchmarks/proxies.py transnas_macro transnas_macro_class_scene.json --side 64

The networks are drawn uniformly from the whole space, no budget.
"""

from __future__ import annotations

import argparse

from resspec.study.declaration import load_search
from resspec.study.evaluators.proxy import Batch
from resspec.study.ranking import rank_proxies
from resspec.training.networks import threads


def main() -> None:
    """Print the standings."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("search")
    words.add_argument("table")
    words.add_argument("--sample", type=int, default=200)
    words.add_argument("--images", type=int, default=16)
    words.add_argument("--side", type=int)
    given = words.parse_args()
    kind = load_search(given.search).evaluator.to_data()
    search = load_search(given.search, evaluator=kind | {"file": given.table}, budgets={})
    with threads(1):
        print(rank_proxies(search, sample=given.sample, batch=Batch(images=given.images, side=given.side)))


if __name__ == "__main__":
    main()
