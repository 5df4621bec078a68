"""Stored weights on a part of a data set: the network is that of a spec, and the weights must be of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from torch import nn

from resspec.compile import compile_spec
from resspec.errors import WeightsError
from resspec.export.module import build_module
from resspec.export.source import source_of
from resspec.export.weights import load_weights
from resspec.ir import Graph
from resspec.spec.net import NetSpec
from resspec.training.checkpoint import read_notes
from resspec.training.data import DataSource, Part
from resspec.training.engine import PLAIN, Engine
from resspec.training.evaluation import evaluate
from resspec.training.networks import refuse_missing, threads
from resspec.training.ranks import joined
from resspec.training.recipe import Recipe
from resspec.training.run import NAME_NOTE, PRINT_NOTE
from resspec.training.score import Score
from resspec.training.tasks import task_of

SAFETENSORS = ".safetensors"


@dataclass(frozen=True, slots=True)
class Judgement:
    """How stored weights are judged."""

    part: Part = "test"
    batch: int | None = None
    confusion: bool = False
    device: str = "cpu"
    threads: int | None = None
    engine: Engine = PLAIN
    recipe: Recipe | None = None
    left_out: Callable[[str], object] | None = None
    """Told what was wrong with images that were left out."""


def judge(spec: NetSpec, weights: Path, data: DataSource, how: Judgement) -> Score:
    """The figures of a file of weights, the same in every process of a torchrun. WeightsError where the weights are of
    another network, or where names and shapes do not fit."""
    network, task = compile_spec(spec), task_of(spec)
    with joined(how.device) as (ranks, device), threads(how.threads):
        model = learnt(spec, network, weights, device)
        judged = partial(
            evaluate,
            images=data.load_for(task.truth, how.part),
            batch=how.batch,
            confusion=how.confusion,
            engine=how.engine,
            recipe=how.recipe,
            ranks=ranks,
            task=task,
        )
        plain, found = task.unlearned(model), judged(model, left_out=how.left_out)
        return found if plain is None else found.beside(judged(plain))


def learnt(spec: NetSpec, network: Graph, weights: str | Path, device: str) -> nn.Module:
    """The network of a spec with stored weights; DataError where there is no such device, WeightsError where the
    weights are of another network, or where names and shapes do not fit."""
    refuse_missing(device)
    refuse_strangers(Path(weights), spec.name, network.fingerprint)
    return load_weights(build_module(source_of(network), 0, device), weights)


def refuse_unlearnt(spec: NetSpec, weights: str | Path | None) -> str | Path:
    """The weights that were named; WeightsError RS602 where none were."""
    if weights is None:
        raise WeightsError.of("RS602", f"{spec.name} has not learnt yet", remedy="name its weights with --weights FILE")
    return weights


def refuse_strangers(weights: Path, name: str, fingerprint: str) -> None:
    """WeightsError RS609 where a file says that its weights are of another network, even if every tensor would fit."""
    if weights.suffix != SAFETENSORS or not weights.is_file():
        return
    notes = read_notes(weights)
    written = notes.get(PRINT_NOTE, fingerprint)
    if written != fingerprint:
        theirs = f"{notes.get(NAME_NOTE, 'another network')!r} ({written})"
        message = f"{weights} holds weights of {theirs}, not of {name!r} ({fingerprint})"
        remedy = "name the spec it was trained with, with the same changes; `safetensors` headers hold it under `spec`"
        raise WeightsError.of("RS609", message, remedy=remedy)
