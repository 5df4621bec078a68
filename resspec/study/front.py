"""The Pareto front of the networks of a search: who is on it, how much it holds, and where it bends."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from resspec.study.objectives import Goal
from resspec.study.trial import Trial

Gains = tuple[float, ...]
"""A network's goals, turned so that more is better."""


Network = TypeVar("Network")


@dataclass(frozen=True, slots=True)
class Placed(Generic[Network]):
    """A network and its gains."""

    of: Network
    gains: Gains


def placed(trials: Sequence[Trial], goals: Sequence[Goal]) -> list[Placed[Trial]]:
    """The distinct networks of the complete trials, each by the first of them, with the mean of its gains where it was
    measured more than once."""
    runs: dict[str, list[Trial]] = {}
    for trial in trials:
        if trial.is_complete:
            runs.setdefault(trial.fingerprint or str(trial.number), []).append(trial)
    return [
        Placed(same[0], tuple(goal.sign * sum(t.figure(goal) for t in same) / len(same) for goal in goals))
        for same in runs.values()
    ]


def beats(one: Gains, other: Gains) -> bool:
    """As good in every goal, and better in one."""
    return one != other and all(a >= b for a, b in zip(one, other, strict=True))


def best_of(networks: Sequence[Placed[Network]]) -> list[Placed[Network]]:
    """The networks that no other beats."""
    return [mine for mine in networks if not any(beats(other.gains, mine.gains) for other in networks)]


def front_of(trials: Sequence[Trial], goals: Sequence[Goal]) -> tuple[Trial, ...]:
    """The Pareto front of distinct networks, the cheapest first."""
    cost = next((goal for goal in goals if goal.is_cost), goals[0])
    front = [network.of for network in best_of(placed(trials, goals))]
    return tuple(sorted(front, key=lambda trial: (trial.figure(cost), trial.number)))


def scaled(networks: Sequence[Placed[Any]]) -> list[Gains]:
    """The gains from 0, the least of the networks, to 1, the most; 0 where all are equal."""
    columns = list(zip(*(network.gains for network in networks), strict=True))
    ranges = [(min(column), (max(column) - min(column)) or 1.0) for column in columns]
    return [
        tuple((gain - low) / span for gain, (low, span) in zip(network.gains, ranges, strict=True))
        for network in networks
    ]


def knee_of(trials: Sequence[Trial], goals: Sequence[Goal]) -> Trial | None:
    """The knee of the trials' front; None without a complete trial."""
    front = best_of(placed(trials, goals))
    return bulging(front, goals) if front else None


def bulging(front: Sequence[Placed[Network]], goals: Sequence[Goal]) -> Network:
    """The knee of a front: where it bulges most beyond the line between its ends, as in normal-boundary intersection
    (Das, Structural Optimization 18, 1999). With every goal scaled to the front's range, that is the largest sum of the
    mean measured gain and the mean gain in costs; of equal ones the best measured."""
    kinds = [[place for place, goal in enumerate(goals) if goal.is_cost is kind] for kind in (False, True)]

    def bulge(gains: Gains) -> float:
        return sum(sum(gains[place] for place in places) / len(places) for places in kinds if places)

    measured = [place for place, goal in enumerate(goals) if not goal.is_cost]
    bulges = [(round(bulge(gains), 12), *(gains[place] for place in measured)) for gains in scaled(front)]
    return front[bulges.index(max(bulges))].of


def spread(trials: Sequence[Trial], goals: Sequence[Goal], count: int) -> list[Trial]:
    """At most `count` networks of the front: its knee, then each time the one farthest from those taken."""
    front = best_of(placed(trials, goals))
    knee = knee_of(trials, goals)
    places = {network.of.number: gains for network, gains in zip(front, scaled(front), strict=True)}
    taken = [knee] if knee else []
    while len(taken) < min(count, len(front)):
        rest = [network.of for network in front if network.of not in taken]
        taken.append(max(rest, key=lambda t: min(math.dist(places[t.number], places[other.number]) for other in taken)))
    return taken


def volume(points: Sequence[Gains], reference: Gains) -> float:
    """The exact hypervolume between the points and the reference: slabs along the last goal, each as deep as the gap
    to the next point and as large as the volume of all points above it in the goals before."""
    inside = sorted({p for p in points if all(a > b for a, b in zip(p, reference, strict=True))}, key=lambda p: -p[-1])
    if not inside:
        return 0.0
    if len(reference) == 1:
        return inside[0][0] - reference[0]
    total, above = 0.0, list[Gains]()
    for place, point in enumerate(inside):
        flat = point[:-1]
        above = [other for other in above if not beats(flat, other) and other != flat]
        if not any(beats(other, flat) for other in above):
            above.append(flat)
        below = inside[place + 1][-1] if place + 1 < len(inside) else reference[-1]
        if point[-1] > below:
            total += (point[-1] - below) * volume(above, reference[:-1])
    return total


@dataclass(frozen=True)
class Hypervolume:
    """How much of the space of goals the front holds after each complete trial. `reference` is the corner it is
    measured from, `ideal` the best value of each goal; `volumes` are pairs of a trial's number and the volume since, in
    the product of the goals' units, or with `shares` as the share of the box between both corners."""

    goals: tuple[Goal, ...]
    reference: dict[str, float]
    ideal: dict[str, float]
    volumes: tuple[tuple[int, float], ...]

    @property
    def box(self) -> float:
        """The volume between reference and ideal."""
        return math.prod(abs(self.ideal[goal.name] - self.reference[goal.name]) for goal in self.goals)

    @property
    def last(self) -> float:
        """The volume at the end; 0 without a trial."""
        return self.volumes[-1][1] if self.volumes else 0.0

    @property
    def shares(self) -> tuple[tuple[int, float], ...]:
        """The volumes as shares of the box."""
        return tuple((number, volume / self.box if self.box else 0.0) for number, volume in self.volumes)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        pairs = [
            [number, volume, share] for (number, volume), (_, share) in zip(self.volumes, self.shares, strict=True)
        ]
        return {"reference": self.reference, "ideal": self.ideal, "trials": pairs}


def hypervolume_of(
    trials: Sequence[Trial], goals: Sequence[Goal], reference: Mapping[str, float] | None = None
) -> Hypervolume:
    """The hypervolume trial by trial. The reference is the worst value of each goal among the complete trials, unless
    another is given; points at it count nothing."""
    networks = placed(trials, goals)
    columns = list(zip(*(network.gains for network in networks), strict=True)) or [(0.0,)] * len(goals)
    worst = {goal.name: goal.sign * min(column) for goal, column in zip(goals, columns, strict=True)}
    corner = worst | dict(reference or {})
    ideal = {goal.name: goal.sign * max(column) for goal, column in zip(goals, columns, strict=True)}
    base = tuple(goal.sign * corner[goal.name] for goal in goals)
    front, volumes, held = list[Gains](), list[tuple[int, float]](), 0.0
    for network in networks:
        if not any(other == network.gains or beats(other, network.gains) for other in front):
            front = [other for other in front if not beats(network.gains, other)] + [network.gains]
            held = volume(front, base)
        volumes.append((network.of.number, held))
    return Hypervolume(tuple(goals), corner, ideal, tuple(volumes))
