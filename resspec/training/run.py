"""A training from names to files: spec, data, recipe, a folder that the same command goes on in."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from resspec.compile import compile_spec
from resspec.errors import DataError
from resspec.export.module import build_module
from resspec.export.source import source_of
from resspec.spec.net import NetSpec
from resspec.training.checkpoint import read_weights
from resspec.training.curve import curve
from resspec.training.data import DataSource, Images, Samples
from resspec.training.engine import PLAIN, Engine
from resspec.training.epoch import Epoch
from resspec.training.loop import train
from resspec.training.networks import refuse_missing, threads
from resspec.training.ranks import Ranks, joined
from resspec.training.recipe import Recipe
from resspec.training.run_folder import BEST, LAST, RESULT, Keeper, RunFolder
from resspec.training.stopping import listening
from resspec.training.tasks import CLASSIFICATION, Task, task_of
from resspec.training.watcher import Watcher
from resspec.training.writing import write_whole

RUNS = Path("runs") / "train"
"""Where trainings live unless told otherwise, below the working directory."""
SPEC_NOTE, PRINT_NOTE, NAME_NOTE = "spec", "fingerprint", "name"
"""Notes in the header of weights: the spec as JSON, its fingerprint, its name."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be trained, on what, how; nothing in it depends on the machine."""

    spec: NetSpec
    data: DataSource
    recipe: Recipe
    seed: int = 0

    def declared(self, fingerprint: str) -> dict[str, Any]:
        """Plain data by which a folder knows its training again."""
        return {
            "spec": self.spec.to_dict(),
            "fingerprint": fingerprint,
            "data": self.data.to_data(),
            "recipe": self.recipe.to_dict(),
            "seed": self.seed,
        }


@dataclass(frozen=True, slots=True)
class Site:
    """Where a training runs and what it keeps."""

    path: Path
    device: str = "cpu"
    threads: int | None = None
    engine: Engine = PLAIN
    keep: int = 3
    every: int | None = None
    """Steps after which the state is kept, beside the end of each epoch."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A training that came to its end: the network with its last weights, in eval mode, and what was told."""

    model: nn.Module
    path: Path
    result: Mapping[str, Any]
    task: Task = CLASSIFICATION
    """What it was trained to do."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data: name, fingerprint, epochs, loss, best and last validation, seconds, files."""
        return dict(self.result)


def run_training(job: Job, site: Site, watchers: Sequence[Watcher] = ()) -> Trained:
    """Train to the end, or go on where an earlier process stopped, or read what came of it. DataError or SpecError
    before anything is written; StoppedError when a signal came and the state is kept."""
    network, task = compile_spec(job.spec), task_of(job.spec)
    with joined(site.device) as (ranks, device), threads(site.threads), listening() as signals:
        refuse_missing(device)
        folder = RunFolder(site.path)
        declared = job.declared(network.fingerprint)
        folder.compare(declared)
        model = build_module(source_of(network), job.seed, device)
        if (done := folder.finished()) is not None:
            model.load_state_dict(read_weights(site.path / LAST))
            return Trained(model.eval(), site.path, done, task)
        images, validation = load_both(job, task)
        task.check(job.recipe)  # what is wrong with data or recipe is told before the folder is taken
        with folder.claimed(declared) if ranks.is_first else nullcontext():
            ranks.wait()
            notes = notes_of(job.spec, network.fingerprint)
            keeper = Keeper(folder, notes, signals, keep=site.keep, every=site.every)
            seen = [keeper, *(watchers if ranks.is_first else ())]
            history = train(
                model,
                images,
                job.recipe,
                validation=validation,
                seed=job.seed,
                engine=site.engine,
                ranks=ranks,
                watchers=seen,
                task=task,
            )
        result = result_of(job, network.fingerprint, site, history, ranks)
        if ranks.is_first:
            write_whole(site.path / "curve.svg", curve(job.spec.name, history).encode())
            write_whole(site.path / RESULT, (json.dumps(result, indent=2) + "\n").encode())
        ranks.wait()
        return Trained(model, site.path, result, task)


def load_both(job: Job, task: Task) -> tuple[Images | Samples, Images | Samples | None]:
    """The training and the validation images; none of the latter where none are held out. The test images stay
    unread."""
    images, held_out = job.data.load_for(task.truth, "train"), job.data.load_for(task.truth, "validation")
    if isinstance(images, Images) and job.spec.input != images.shape:
        wanted, got = ("x".join(map(str, shape)) for shape in (job.spec.input, images.shape))
        remedy = f"set input={got}"
        raise DataError.of("RS654", f"the network reads images of {wanted}, the data has {got}", remedy=remedy)
    return images, held_out if len(held_out) else None


def notes_of(spec: NetSpec, fingerprint: str) -> dict[str, str]:
    """What a file of weights says of the network that they are of."""
    return {NAME_NOTE: spec.name, PRINT_NOTE: fingerprint, SPEC_NOTE: json.dumps(spec.to_dict())}


def result_of(job: Job, fingerprint: str, site: Site, history: Sequence[Epoch], ranks: Ranks) -> dict[str, Any]:
    """What came of a training, as plain data."""
    last = history[-1]
    judged = [epoch for epoch in history if epoch.validation is not None]
    best = max(judged, key=lambda epoch: (epoch.validation.score, -epoch.validation.loss)) if judged else None  # type: ignore[union-attr]
    return {
        "name": job.spec.name,
        "fingerprint": fingerprint,
        "data": job.data.to_data(),
        "epochs": len(history),
        "loss": last.loss,
        "validation": last.validation.to_dict() if last.validation else None,
        "best": {"epoch": best.number, best.validation.leading: best.validation.score}
        if best and best.validation
        else None,
        "skipped": list(dict.fromkeys(told for epoch in history for told in epoch.skipped)),
        "seconds": round(sum(epoch.seconds for epoch in history), 3),
        "device": str(site.device),
        "processes": ranks.of,
        "torch": torch.__version__,
        "machine": platform.processor() or platform.machine(),
        "path": str(site.path),
        "weights": str(site.path / LAST),
        "best_weights": str(site.path / BEST),
    }
