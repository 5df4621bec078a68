"""Making a table of latency: networks are timed op by op, rates are fitted to the ops, and the table is judged by other
networks, timed whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from resspec.analysis.latency import OTHERS, Load, Rate, Table, Unseen, graph_seconds, op_class
from resspec.compile import compile_spec
from resspec.export.inputs import inputs
from resspec.ir import Graph, Op, Shape
from resspec.spec.loading import load_spec
from resspec.timing.device import device_name, wait
from resspec.timing.forms import DTYPES, eager_module
from resspec.timing.setting import Setting
from resspec.timing.spread import Spread
from resspec.timing.walking import Walk

FITTED: Final = (
    *("resnet20_quarter", "resnet20", "wrn16_4_cifar10", "preact_resnet164_cifar10"),
    *("resnet18:224", "resnet50:160", "resnet50d:96", "resnet50_gn:96", "resnetv2_18:160", "resnetv2_50:128"),
    *("seresnet18:192", "ecaresnet26t:128", "resnext50_32x4d:128", "gcresnet50t:96", "skresnet18:160"),
    *("resnest14d:128", "res2net50_14w_8s:96", "regnetx_004:224", "regnety_008:128", "regnetz_005:128"),
    *("gernet_s:192", "cspresnet50:128", "repvgg_a0:160", "mobileone_s0:128", "resnetblur18:128", "tresnet_m:96"),
)
"""Networks that the rates are fitted to, with the sides of their images."""
UNSEEN: Final = (
    *("resnet56", "wrn28_2_cifar10", "resnet34:224", "resnet26d:160", "resnet101:128", "seresnet34:128"),
    *("resnetv2_34:128", "skresnet34:128", "regnetx_008:224", "regnety_004:192", "resnext26ts:192"),
    *("gernet_m:128", "ecaresnet50t:96", "res2net50_26w_4s:128", "resnest26d:128", "resnetaa34d:128"),
)
"""Networks that judge the table."""
ROUNDS: Final = 12
WARM_UP: Final = 2

Say = Callable[[str], None]
"""Told of what is done."""


@dataclass(frozen=True, slots=True)
class Timed:
    """An op between shapes, and the seconds it took."""

    op: Op
    ins: tuple[Shape, ...]
    out: Shape
    seconds: float


def calibrate(
    setting: Setting,
    say: Say = lambda _: None,
    fitted: Sequence[str] = FITTED,
    unseen: Sequence[str] = UNSEEN,
    rounds: int = ROUNDS,
) -> Table:
    """The table of a device under a setting. Every round runs every network once, so that all meet the same weather;
    times are lower quartiles of the rounds, which what else runs on the machine disturbs least."""
    device = torch.device(setting.device)
    say(f"building {len(fitted)} networks to fit and {len(unseen)} to judge by")
    walks = [Walk.of(graph, *given(graph, setting)) for graph in map(graph_of, fitted)]
    graphs = [graph_of(name) for name in unseen]
    wholes = [Whole(eager_module(graph, device, setting.dtype).eval(), given(graph, setting)) for graph in graphs]
    ops: list[list[list[float]]] = [[] for _ in walks]
    nets: list[list[float]] = [[] for _ in wholes]
    with torch.inference_mode():
        for turn in range(-WARM_UP, rounds):
            say(f"round {turn + 1} of {rounds}" if turn >= 0 else "warming up")
            walked, whole = [walk.times() for walk in walks], [net.time() for net in wholes]
            if turn >= 0:
                for kept, one in zip(ops, walked, strict=True):
                    kept.append(one)
                for times, seconds in zip(nets, whole, strict=True):
                    times.append(seconds)
    rates = fit(_timed(walks, ops), setting.images)
    bare = Table(device_name(device), setting.dtype, setting.threads, setting.images, torch.__version__, rates, ())
    judged = (
        Unseen(name, Spread.of(times).low, graph_seconds(graph, bare))
        for name, graph, times in zip(unseen, graphs, nets, strict=True)
    )
    return bare.judged(judged)


@dataclass(frozen=True)
class Whole:
    """A module and its inputs."""

    model: torch.nn.Module
    given: tuple[torch.Tensor, ...]

    def time(self) -> float:
        """The seconds of one forward pass."""
        wait(self.given[0].device)
        start = time.perf_counter()
        self.model(*self.given)
        wait(self.given[0].device)
        return time.perf_counter() - start


def graph_of(written: str) -> Graph:
    """The graph of a shipped network, with the side of its images behind a colon."""
    name, _, side = written.partition(":")
    return compile_spec(load_spec(name, *([f"input=[3,{side},{side}]"] if side else [])))


def given(graph: Graph, setting: Setting) -> tuple[torch.Tensor, ...]:
    """A batch of random inputs for a network."""
    return inputs(graph.signature, setting.images, device=setting.device, dtype=DTYPES[setting.dtype])


def _timed(walks: Sequence[Walk], times: Sequence[Sequence[Sequence[float]]]) -> Iterator[Timed]:
    """The ops of all walks with the lower quartile of their times."""
    for walk, rounds in zip(walks, times, strict=True):
        for place, step in enumerate(walk.steps):
            low = Spread.of([found[place] for found in rounds]).low
            yield Timed(step.node.op, walk.graph.shapes_in(step.node), step.node.shape, low)


FEWEST: Final = 8
"""Ops that a class needs for rates of its own."""


def fit(timed: Iterable[Timed], images: int) -> dict[str, Rate]:
    """Rates by class, and for all that have none of their own."""
    loads: dict[str, list[tuple[Load, float]]] = {}
    for one in timed:
        found = (Load.of(one.op, one.ins, one.out, images), one.seconds)
        loads.setdefault(op_class(one.op), []).append(found)
    rates = {name: rate_of(found) for name, found in loads.items() if len(found) >= FEWEST}
    return {**rates, OTHERS: rate_of([one for found in loads.values() for one in found])}


def rate_of(found: Sequence[tuple[Load, float]]) -> Rate:
    """Rates, none of them negative, that least squares fit: each op weighs by one through its time, so that neither
    small nor large ones are lost."""
    loads = np.array([(1, load.macs, load.moved, load.weights) for load, _ in found], dtype=float)
    seconds = np.array([seconds for _, seconds in found])
    weight = 1 / np.sqrt(seconds)
    return Rate(*nonnegative(loads * weight[:, None], seconds * weight).tolist())


def nonnegative(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """The x >= 0 that minimises |a x - b|, by trying every set of columns: they are few."""
    scale = np.maximum(np.abs(a).max(axis=0), np.finfo(float).tiny)
    best, least = np.zeros(a.shape[1]), float(b @ b)
    for size in range(1, a.shape[1] + 1):
        for columns in map(list, combinations(range(a.shape[1]), size)):
            part, *_ = np.linalg.lstsq(a[:, columns] / scale[columns], b, rcond=None)
            rest = a[:, columns] @ (part / scale[columns]) - b
            if (part >= 0).all() and float(rest @ rest) < least:
                least, best = float(rest @ rest), np.zeros(a.shape[1])
                best[columns] = part / scale[columns]
    return best
