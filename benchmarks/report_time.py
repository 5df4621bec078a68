"""What knowing a network's cost takes: a report, the command that prints it, a point of a search, and very deep nets.

python benchmarks/report_time.py
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from random import Random
from statistics import median

import resspec
from resspec.pricing import Pricer
from resspec.spec.limits import Limits
from timing import seconds

POINTS = 20_000


def show(title: str, value: float, bound: float) -> None:
    """Print one figure in milliseconds and what it should not exceed."""
    print(f"{title:<48} {1e3 * value:9.3f} ms (at most {1e3 * bound:g} ms)")


def warm(job: Callable[[], object], rounds: int) -> float:
    """The median time after one run."""
    job()
    return median(seconds(job) for _ in range(rounds))


def cold_report() -> float:
    """The first report of a process that has imported what it needs."""
    code = (
        "import time, resspec; resspec.report('resnet20')\n"
        "start = time.perf_counter(); resspec.report('resnet50'); print(time.perf_counter() - start)"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(7)]
    return median(float(run.stdout) for run in runs)


def command() -> None:
    """The whole process, its start included."""
    subprocess.run([sys.executable, "-m", "resspec", "report", "resnet50"], stdout=subprocess.DEVNULL, check=True)


def point_price() -> float:
    """The mean price of random points of a depth and width space, once its values were met."""
    pricer, random = Pricer(resspec.load("resnet20_optB")), Random(0)
    points = [
        {f"stages.{i}.depth": random.randint(1, 9) for i in (1, 2, 3)}
        | {f"stages.{i}.width": random.choice((8, 16, 24, 32, 48, 64)) for i in (1, 2, 3)}
        for _ in range(POINTS)
    ]
    for point in points:
        pricer.price(point)
    start = time.perf_counter()
    for point in points:
        pricer.price(point)
    return (time.perf_counter() - start) / POINTS


def report_by_depth() -> None:
    """Print the time per block of nets of 500 to 5,000 blocks: linear in depth means that it stays the same."""
    for blocks in (500, 1000, 2000, 5000):
        depths = (f"stages.1.depth={blocks - 2}", "stages.2.depth=1", "stages.3.depth=1")
        spec = resspec.load("resnet20_optB", *depths, limits=Limits(ops=100_000))
        taken = warm(lambda spec=spec: resspec.report(spec), 3)  # type: ignore[misc]  # a lambda that keeps its own spec
        print(f"report of {blocks:>5} blocks {1e3 * taken:>31.1f} ms = {1e6 * taken / blocks:.0f} us per block")


def main() -> None:
    """Print every figure."""
    show("report of resnet50, loaded from its name", warm(lambda: resspec.report("resnet50"), 50), 0.005)
    show("the same, the first report of its process", cold_report(), 0.005)
    show("`resspec report resnet50` as a whole process", warm(command, 10), 0.6)
    show("price of a search point", point_price(), 0.0001)
    report_by_depth()


if __name__ == "__main__":
    main()
