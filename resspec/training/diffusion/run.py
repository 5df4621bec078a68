"""The training of a denoiser from names to files: a spec, data, a folder that the same command goes on in."""

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
from resspec.training.checkpoint import read_weights, save_weights
from resspec.training.course import GENERATOR, GRID, RESULT, SHOWN, STATE, Course, kept_state
from resspec.training.data import DataSource, Images
from resspec.training.data.gathering import in_memory, training_images
from resspec.training.diffusion.learning import Denoiser
from resspec.training.diffusion.noise import Noising
from resspec.training.diffusion.sampling import Walk
from resspec.training.feed import Resident, feed_of
from resspec.training.grid import png_of
from resspec.training.networks import refuse_missing, threads
from resspec.training.run import notes_of
from resspec.training.run_folder import RunFolder
from resspec.training.stopping import listening
from resspec.training.wrapping import seeded
from resspec.training.writing import write_whole

SCHEDULE = "schedule"
"""The note of a file of weights that says how images became noise."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be trained, on what, how."""

    spec: NetSpec
    data: DataSource
    noising: Noising
    seed: int = 0

    def declared(self) -> dict[str, Any]:
        """Plain data by which a folder knows its training again."""
        noise = self.noising.model_dump()
        return {"spec": self.spec.to_dict(), "data": self.data.to_data(), "noise": noise, "seed": self.seed}


def run_denoiser(
    task: Task,
    path: Path,
    *,
    device: str = "cpu",
    threads_used: int | None = None,
    told: Callable[[int, float], None] = lambda *_: None,
) -> tuple[nn.Module, Mapping[str, Any]]:
    """Train to the end, or go on where an earlier process stopped, or read what came of it: the network with the
    running mean of its weights, in eval mode, and what was told. DataError before anything is written."""
    with listening() as signals, threads(threads_used):
        return _run(task, path, device, Course(path, signals, told))


def _run(task: Task, path: Path, device: str, course: Course) -> tuple[nn.Module, Mapping[str, Any]]:
    refuse_missing(device)
    graph = compile_spec(task.spec)
    times = times_of(graph)
    images, left_out = fitting(task, graph)
    png_of(torch.zeros(1, 1, 1, 1))  # says at once where pictures cannot be written
    RunFolder(path).claim(task.declared())
    network = build_module(source_of(graph), task.seed, device)
    if (path / RESULT).exists():
        network.load_state_dict(read_weights(path / GENERATOR))
        return network.eval(), json.loads((path / RESULT).read_text())
    feed = feed_of(images, network, torch.device(device))
    assert isinstance(feed, Resident)
    state = kept_state(path / STATE, device)
    course.rows = state.pop("rows") if state else []
    with seeded(task.seed, feed.device) as random:
        mean = Denoiser(network, feed, task.noising, random, times).learn(course, state)
    notes = {**notes_of(task.spec, graph.fingerprint), SCHEDULE: task.noising.schedule}
    save_weights(mean, path / GENERATOR, notes)
    walk = Walk(mean, task.spec.input, times, task.noising.schedule)
    write_whole(path / GRID, png_of(walk.images(SHOWN, task.seed)))
    result = {
        "name": task.spec.name,
        "fingerprint": graph.fingerprint,
        "steps": task.noising.steps,
        "loss": course.rows[-1]["loss"],
        "seconds": course.rows[-1]["seconds"],
        "weights": str(path / GENERATOR),
        "samples": str(path / GRID),
        "left_out": [fault.message for fault in left_out],
    }
    write_whole(path / RESULT, (json.dumps(result, indent=2) + "\n").encode())
    (path / STATE).unlink(missing_ok=True)
    return mean, result


def times_of(graph: Graph) -> int:
    """The time steps that a denoiser knows; DataError where the network is none."""
    names = [argument.name for argument in graph.signature]
    if names != ["x", "time"]:
        law = f"a denoiser is told a time step beside its image, this network reads {' and '.join(names)}"
        raise DataError.of("RS654", law, remedy="condition: time")
    return graph.signature[1].below


def fitting(task: Task, graph: Graph) -> tuple[Images, tuple[Fault, ...]]:
    """The images to train on, pictures in files at the size that the network reads, and what was wrong with those that
    are left out; DataError where network and images do not fit."""
    made = graph[next(iter(graph.outputs.values()))].shape
    found, given = training_images(task.data, task.spec.input)
    for what, shape in (("reads", task.spec.input), ("makes", made)):
        if shape != given:
            got, wanted = ("x".join(map(str, sizes)) for sizes in (shape, given))
            law = f"the denoiser {what} images of {got}, the data has {wanted}"
            raise DataError.of("RS654", law, remedy="change its spec")
    return in_memory(found, given)
