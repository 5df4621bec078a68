"""The training of a generator from names to files: two specs, data, a folder that the same command goes on in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from resspec.compile import compile_spec
from resspec.errors import DataError, Fault
from resspec.export.module import build_module
from resspec.export.source import source_of
from resspec.ir import Graph
from resspec.spec.net import NetSpec
from resspec.training.adversarial.duel import Chance, Duel, Duelists, fight
from resspec.training.adversarial.labels import classes_of_both, rows_of
from resspec.training.adversarial.samples import samples
from resspec.training.checkpoint import read_weights, save_weights
from resspec.training.course import ACROSS, GENERATOR, GRID, RESULT, SHOWN, STATE, Course, kept_state
from resspec.training.data import DataSource, Images
from resspec.training.data.gathering import in_memory, training_images
from resspec.training.feed import feed_of
from resspec.training.grid import png_of
from resspec.training.networks import refuse_missing, threads
from resspec.training.run import notes_of
from resspec.training.run_folder import RunFolder
from resspec.training.stopping import listening
from resspec.training.wrapping import seeded
from resspec.training.writing import write_whole

CRITIC = "critic.safetensors"


@dataclass(frozen=True, slots=True)
class Pair:
    """What is to be trained, on what, how."""

    generator: NetSpec
    critic: NetSpec
    data: DataSource
    duel: Duel
    seed: int = 0

    @property
    def latent(self) -> int:
        """Values of a latent vector."""
        return self.generator.input[0]

    def declared(self) -> dict[str, Any]:
        """Plain data by which a folder knows its training again."""
        return {
            "generator": self.generator.to_dict(),
            "critic": self.critic.to_dict(),
            "data": self.data.to_data(),
            "duel": self.duel.model_dump(),
            "seed": self.seed,
        }


def run_duel(
    pair: Pair,
    path: Path,
    *,
    device: str = "cpu",
    threads_used: int | None = None,
    told: Callable[[int, float, float], None] = lambda *_: None,
) -> tuple[nn.Module, Mapping[str, Any]]:
    """Train to the end, or go on where an earlier process stopped, or read what came of it: the generator with the
    running mean of its weights, in eval mode, and what was told. DataError before anything is written."""
    with listening() as signals, threads(threads_used):
        return _run(pair, path, device, Course(path, signals, told))


def _run(pair: Pair, path: Path, device: str, course: Course) -> tuple[nn.Module, Mapping[str, Any]]:
    refuse_missing(device)
    graphs = [compile_spec(spec) for spec in (pair.generator, pair.critic)]
    images, left_out = fitting(pair, *graphs)
    png_of(torch.zeros(1, 1, 1, 1))  # says at once where pictures cannot be written
    RunFolder(path).claim(pair.declared())
    generator, critic = (build_module(source_of(graph), pair.seed, device) for graph in graphs)
    if (path / RESULT).exists():
        generator.load_state_dict(read_weights(path / GENERATOR))
        return generator.eval(), json.loads((path / RESULT).read_text())
    feed = feed_of(images, critic, torch.device(device))
    state = kept_state(path / STATE, device)
    course.rows = state.pop("rows") if state else []
    with seeded(pair.seed, feed.device) as random:
        chance = Chance(pair.latent, classes_of_both(*graphs))
        duelists = Duelists((generator, critic), feed, pair.duel, random, chance)
        mean = fight(duelists, course, state)
    save_weights(mean, path / GENERATOR, notes_of(pair.generator, graphs[0].fingerprint))
    save_weights(critic, path / CRITIC, notes_of(pair.critic, graphs[1].fingerprint))
    write_whole(path / GRID, grid_of(mean, chance, pair.seed))
    result = {
        "name": pair.generator.name,
        "fingerprint": graphs[0].fingerprint,
        "steps": pair.duel.steps,
        "seconds": course.rows[-1]["seconds"],
        "weights": str(path / GENERATOR),
        "critic": str(path / CRITIC),
        "samples": str(path / GRID),
        "left_out": [fault.message for fault in left_out],
    }
    write_whole(path / RESULT, (json.dumps(result, indent=2) + "\n").encode())
    (path / STATE).unlink(missing_ok=True)
    return mean, result


def grid_of(generator: nn.Module, chance: Chance, seed: int) -> bytes:
    """Images that a generator makes, as a PNG: of one that is told a class a row for each of the first few."""
    rows = rows_of(chance.classes, None)[:SHOWN]
    if not rows:
        return png_of(samples(generator, chance.latent, SHOWN, seed))
    return png_of(samples(generator, chance.latent, ACROSS, seed, rows), ACROSS)


def fitting(pair: Pair, generator: Graph, critic: Graph) -> tuple[Images, tuple[Fault, ...]]:
    """The images to train on, pictures in files at the size that the critic reads, and what was wrong with those that
    are left out; DataError where generator, critic and images do not fit one another."""
    made, judged = (graph[next(iter(graph.outputs.values()))].shape for graph in (generator, critic))
    if pair.generator.input[1:] != (1, 1):
        said = "x".join(map(str, pair.generator.input))
        raise DataError.of("RS654", f"a generator reads latent vectors, not {said}", remedy="input=[64, 1, 1]")
    if judged != (1,):
        raise DataError.of("RS654", f"a critic gives one value, not {judged}", remedy="critic.head.classes=1")
    classes = classes_of_both(generator, critic)
    found, given = training_images(pair.data, pair.critic.input, classes)
    told = "the data has" if isinstance(found, Images) else "the critic reads"
    for who, shape in (("generator makes", made), ("critic reads", pair.critic.input)):
        if shape != given:
            got, wanted = ("x".join(map(str, sizes)) for sizes in (shape, given))
            raise DataError.of("RS654", f"the {who} images of {got}, {told} {wanted}", remedy="change its spec")
    return in_memory(found, given, labelled=classes > 0)
