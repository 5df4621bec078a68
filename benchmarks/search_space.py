"""How fast a space of 10^8 points is proved: its tables, the ends of each cost, exact counts, points priced in bulk.

python benchmarks/search_space.py
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from resspec.study.declaration import load_search
from resspec.study.problem import Problem, problem_of
from resspec.study.survey import inside_all

POINTS = 1_000_000
SPACE: dict[str, Any] = {
    "stages.*.depth": {"low": 1, "high": 9},
    "stages.*.width": {"low": 32, "high": 416, "step": 32},
}
BUDGETS = ({"macs": "<= 300M"}, {"macs": "<= 300M", "params": "2M..5M"})


def asked(budgets: dict[str, str]) -> Problem:
    """Depth and width of the four stages of ResNet-18, at 64 pixels: 187 million points."""
    data: dict[str, Any] = {"base": {"extends": "resnet18", "input": [3, 64, 64]}, "space": SPACE, "budgets": budgets}
    return problem_of(load_search({**data, "evaluator": {"kind": "training", "data": "digits"}}))


def main() -> None:
    """Print every figure."""
    for budgets in BUDGETS:
        problem = asked(budgets)
        start = time.perf_counter()
        found = problem.profile()
        taken = time.perf_counter() - start
        print(f"{found.size:,} points, {found.feasible:,} inside {budgets}: proved in {taken:.2f} s, tables included")
        points = problem.space.draw(np.random.default_rng(0), POINTS)
        start = time.perf_counter()
        priced = problem.chain.price(points)
        taken = time.perf_counter() - start
        share = inside_all(problem.budgets, priced).mean()
        print(f"  {POINTS / taken:,.0f} points a second priced in bulk")
        print(f"  {share:.4f} of a sample inside, {found.share:.4f} of all")


if __name__ == "__main__":
    main()
