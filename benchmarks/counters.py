"""What one ResNet-50 costs to count: resspec's full report and a budget check beside the counters that are installed.

    python benchmarks/counters.py

Each counter is given a built module and does what its users call; FlopCounterMode gets one on the device `meta`, and
builds it, since that is its quickest way from nothing. The closed form adds up a bottleneck net's convolutions as pycls
does, and nothing else: no other kind of net, no rows, no checks. All take turns in one run, on one thread.
`pip install --no-deps fvcore iopath yacs termcolor tabulate portalocker ptflops torchinfo` brings the others.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import time
import warnings
from collections.abc import Callable
from statistics import median

import torch
from torch.utils.flop_counter import FlopCounterMode

import resspec
from resspec.pricing import Pricer
from resspec.spec.budgets import read_budget

NAME = "resnet50"
SHAPE = (1, 3, 224, 224)
ROUNDS = 9
CHECKS = 20_000
REPORT_AIM, CHECK_AIM = 20, 700

Job = Callable[[], object]


def counters() -> dict[str, Job]:
    """The peers that are installed, by name."""
    model, x = resspec.build(NAME, seed=0).eval(), torch.rand(SHAPE)

    def ptflops() -> object:
        counted = importlib.import_module("ptflops").get_model_complexity_info
        return counted(model, SHAPE[1:], as_strings=False, print_per_layer_stat=False, backend="pytorch")

    def torchinfo() -> object:
        return importlib.import_module("torchinfo").summary(model, SHAPE, verbose=0)

    def fvcore() -> object:
        found = importlib.import_module("fvcore.nn").FlopCountAnalysis(model, x)
        return found.unsupported_ops_warnings(False).uncalled_modules_warnings(False).total()

    def meta() -> object:
        built = resspec.build(NAME, device="meta").eval()
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            built(torch.empty(SHAPE, device="meta"))
        return counter.get_total_flops()

    found: dict[str, Job] = {"ptflops": ptflops, "torchinfo": torchinfo, "fvcore": fvcore}
    there = {name: job for name, job in found.items() if importlib.util.find_spec(name)}
    return {**there, "meta build + FlopCounterMode": meta}


def closed_form(depths: tuple[int, ...] = (3, 4, 6, 3), width: int = 64, side: int = 224, classes: int = 1000) -> int:
    """Multiply-accumulates of a bottleneck ResNet, added up convolution by convolution."""
    side = -(-side // 2)
    total, fan_in = 3 * 49 * width * side * side, width
    side = -(-side // 2)
    for stage, depth in enumerate(depths):
        middle = width << stage
        for place in range(depth):
            before, side = side, -(-side // 2) if stage and not place else side
            total += before * before * fan_in * middle + side * side * (9 * middle * middle + 4 * middle * middle)
            total += 0 if place else side * side * fan_in * 4 * middle
            fan_in = 4 * middle
    return total + fan_in * classes


def seconds(job: Job) -> float:
    """One run."""
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        job()
    return time.perf_counter() - start


def budget_check() -> float:
    """The mean of checks of points of a depth and width space against two budgets, each priced exactly."""
    pricer = Pricer(resspec.load(NAME))
    budgets = [read_budget(cost, "<= 4G", lambda _cost, _name: 0) for cost in ("params", "macs")]
    points = [{f"stages.{i}.depth": 1 + (place >> (2 * i)) % 4 for i in (1, 2, 3, 4)} for place in range(1024)]
    for point in points:
        pricer.price(point)
    start = time.perf_counter()
    for place in range(CHECKS):
        costs = pricer.price(points[place % len(points)])
        all(budget.holds(getattr(costs, budget.cost)) for budget in budgets)
    return (time.perf_counter() - start) / CHECKS


def main() -> None:
    """Print each figure and our share of the quickest counter's."""
    torch.set_num_threads(1)
    report = resspec.report(NAME)
    assert closed_form() == report.macs, "the closed form counts what resspec counts"
    peers = counters()
    jobs: dict[str, Job] = {"resspec, full report": lambda: resspec.report(NAME), **peers}
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(ROUNDS + 1):
        for name, job in jobs.items():
            taken = seconds(job)
            if turn:
                times[name].append(taken)
    for name, found in times.items():
        print(f"{name:<32} {1e3 * median(found):9.3f} ms")
    form = median(seconds(lambda: [closed_form() for _ in range(1000)]) for _ in range(ROUNDS)) / 1000
    check = budget_check()
    print(f"{'closed form, as pycls':<32} {1e3 * form:9.3f} ms")
    print(f"{'resspec, budget check':<32} {1e3 * check:9.4f} ms")
    ours = times["resspec, full report"]
    ratios = {name: median(b / a for a, b in zip(ours, times[name], strict=True)) for name in peers}
    quickest = min(ratios, key=lambda name: ratios[name])
    print(f"the quickest counter, {quickest}: {ratios[quickest]:.1f} x a report (aim: {REPORT_AIM})")
    print(f"{'':<20} and {median(times[quickest]) / check:,.0f} x a budget check (aim: {CHECK_AIM})")


if __name__ == "__main__":
    main()
