"""From names and shapes to a spec: a shipped network where one has these tensors, else the nearest one changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from resspec.compile import compile_spec
from resspec.errors import Fault, ResspecError, WeightsError, did_you_mean
from resspec.export.naming import Peer, peers
from resspec.ingest.anatomy import Tensors, anatomy, is_ours, without_counters
from resspec.ingest.bodies import on_another_body
from resspec.ingest.fit import SHOWN, faults_of, fits, in_order, misfit, unlike
from resspec.ingest.proposal import proposals
from resspec.ingest.recognising import nearest_faults, recognised
from resspec.ingest.telling import tell
from resspec.ingest.templates import classifiers, nearest, plan_of, shipped
from resspec.ingest.told import Inferred, Told, UnknownError
from resspec.spec.loading import load_spec, shipped_specs
from resspec.spec.net import NetSpec

TRIED = 6
"""How many of the nearest shipped specs are tried as a start."""
Known = dict[str, tuple[NetSpec, int] | None]
"""Specs that were tried, by their text, and how many shapes they have unlike the given; None for those unlawful."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The tensors under one naming, and what they tell."""

    peer: Peer
    told: Told


def infer(given: Tensors, like: str = "", exclude: Collection[str] = ()) -> Inferred:
    """The network whose state_dict has these names and shapes, in any naming that is known. WeightsError with the
    tensors that do not fit where there is none. `like` names the shipped spec that lends what shapes do not tell;
    those in `exclude` are not used."""
    if like and like not in shipped_specs():
        message = f"there is no shipped spec {like!r} to be like"
        raise WeightsError(Fault("RS618", message, remedy=did_you_mean(like, shipped_specs())))
    readings, reasons = readings_of(given)
    if not readings or (like and like not in classifiers()):
        return of_others(given, like, exclude, reasons)
    if match := of_shipped(readings, given, like, exclude):
        return match
    return by_rule(readings, given, like, exclude)


def of_others(given: Tensors, like: str, exclude: Collection[str], reasons: list[str]) -> Inferred:
    """The network of tensors that tell no classifier; WeightsError with what does not fit the nearest shipped one."""
    if found := recognised(given, like, exclude) or on_another_body(given, like, exclude):
        return found
    near = nearest_faults(given, like)
    raise WeightsError(*(faults(given, None, reasons) if reasons or not near else ()), *near)


def of_shipped(readings: list[Reading], given: Tensors, like: str, exclude: Collection[str]) -> Inferred | None:
    """The shipped network that has these tensors."""
    for reading in readings:
        exact = [name for name in same_size(reading.told, exclude) if fits(shipped(name), reading.peer, given)]
        if exact and (not like or like in exact):
            order = nearest(reading.told, reading.peer)
            first = like or min(exact, key=order.index)
            return Inferred(shipped(first), reading.peer.name, first, others(first, exact))
    return None


def by_rule(readings: list[Reading], given: Tensors, like: str, exclude: Collection[str]) -> Inferred:
    """The network that words for what was told give; WeightsError with what does not fit the nearest one."""
    best: tuple[int, NetSpec, Peer] | None = None
    loose: Inferred | None = None  # the tensors in another order, which tells of another place of some part
    known: Known = {}
    for reading in readings:
        order = [like] if like else [name for name in nearest(reading.told, reading.peer) if name not in exclude]
        for name in order[:TRIED]:
            for spec, far in specs_of(reading.told, name, given, known):
                count = far or misfit(spec, reading.peer, given).count
                if count == 0:
                    match = Inferred(spec, reading.peer.name, name, ())
                    if in_order(spec, reading.peer, given):
                        return match
                    loose = loose or match
                if best is None or count < best[0]:
                    best = (count, spec, reading.peer)
    if loose is not None:
        return loose
    raise WeightsError(*faults(given, best, []))


def readings_of(given: Tensors) -> tuple[list[Reading], list[str]]:
    """What the tensors tell under each naming that could be theirs, and why others tell nothing."""
    readings, reasons = [], []
    valued = without_counters(given)
    for peer in peers():
        names = peer.own(valued)
        if not is_ours(names.values()):
            continue
        again = peer.names(names.values())
        if again.keys() != set(names.values()) or set(again.values()) != names.keys():
            continue
        net = anatomy({ours: valued[theirs] for theirs, ours in names.items()})
        try:
            readings.append(Reading(peer, tell(net)))
        except UnknownError as error:
            reasons.append(str(error))
    return readings, reasons


def same_size(told: Told, exclude: Collection[str]) -> Iterator[str]:
    """The shipped specs that have the told depths and widths."""
    sizes = [(stage.depth, stage.width) for stage in told.stages]
    for name in classifiers():
        if name not in exclude:
            plan = plan_of(name)
            if [(len(stage.blocks), stage.site.width) for stage in plan.stages] == sizes:
                yield name


def others(chosen: str, exact: Iterable[str]) -> tuple[str, ...]:
    """The specs that are another network than the chosen one."""
    own = compile_spec(shipped(chosen)).fingerprint
    return tuple(name for name in exact if compile_spec(shipped(name)).fingerprint != own)


def specs_of(told: Told, template: str, given: Tensors, known: Known) -> Iterator[tuple[NetSpec, int]]:
    """The specs to try on the base of a shipped one, those that are lawful, each once, and how many shapes they have
    unlike the given; what is found is noted, since several namings may lead to one spec."""
    seen: set[str] = set()
    for data in proposals(told, shipped(template).to_dict()):
        text = repr(data)
        if text in seen:
            continue
        seen.add(text)
        if text not in known:
            known[text] = None
            with suppress(ResspecError):
                spec = load_spec(data)
                known[text] = spec, unlike(spec, given)
        if found := known[text]:
            yield found


def faults(given: Tensors, best: tuple[int, NetSpec, Peer] | None, reasons: list[str]) -> Iterator[Fault]:
    """What does not fit."""
    if best is not None:
        yield from faults_of(given, best[1], best[2])
        return
    known = "; ".join(dict.fromkeys(reasons)) or "the names are those of no known naming"
    remedy = f"they begin with {', '.join(list(given)[:SHOWN])}; a spec of yours is told to `convert --spec`"
    yield Fault("RS611", f"no network can be read from these tensors: {known}", remedy=remedy)
