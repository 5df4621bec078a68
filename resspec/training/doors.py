"""Training and judging as the public face offers them: names and plain data in, records to the rooms behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import PydanticCustomError
from rich.console import Console

from resspec.errors import DataError, SpecError, did_you_mean, in_file_order
from resspec.spec.faults import faults_of
from resspec.spec.net import NetSpec
from resspec.spec.overrides import apply_overrides
from resspec.spec.tree import entry_of
from resspec.training.data import DataSource, Part
from resspec.training.engine import Engine
from resspec.training.judging import Judgement, judge
from resspec.training.plugin import spelled_out
from resspec.training.progress import view_on
from resspec.training.recipe import Recipe
from resspec.training.recipe_file import load_recipe
from resspec.training.run import RUNS, Job, Site, Trained, run_training
from resspec.training.score import Score
from resspec.training.tensorboard import Board

DATA = "data"
"""What begins a text that changes the data set: `data.damaged=skip`."""
Data = str | Mapping[str, Any] | DataSource
HowToTrain = str | Path | Mapping[str, Any] | Recipe
HowToRun = Mapping[str, Any] | Engine | None


def train(  # noqa: PLR0913  # keywords, each of its own
    spec: NetSpec,
    data: Data,
    *,
    recipe: HowToTrain = "digits",
    changes: Sequence[str] = (),
    seed: int = 0,
    path: str | Path | None = None,
    device: str = "cpu",
    threads: int | None = None,
    engine: HowToRun = None,
    keep: int = 3,
    save_every: int | None = None,
    tensorboard: bool = False,
    progress: bool = False,
) -> Trained:
    """Train, or go on with a training."""
    job = Job(spec, data_of(data), load_recipe(recipe, *changes), seed)
    named = Path(recipe).stem if isinstance(recipe, (str, Path)) else "own"
    folder = Path(path) if path is not None else RUNS / f"{spec.name}-{named}"
    site = Site(folder, device, threads, engine_of(engine), keep, save_every)
    view = view_on(Console(stderr=True)) if progress else None
    board = [Board(folder / "tensorboard")] if tensorboard else []
    try:
        return run_training(job, site, [*board, *([view] if view else [])])
    finally:
        if view is not None:
            view.close()


def evaluate(  # noqa: PLR0913  # keywords, each of its own
    spec: NetSpec,
    weights: str | Path,
    data: Data,
    *,
    part: str = "test",
    device: str = "cpu",
    threads: int | None = None,
    batch: int | None = None,
    confusion: bool = False,
    recipe: HowToTrain | None = None,
    engine: HowToRun = None,
    left_out: Callable[[str], object] | None = None,
) -> Score:
    """Judge stored weights."""
    chosen = part_of(part)
    framed = load_recipe(recipe) if recipe is not None else None
    how = Judgement(chosen, batch, confusion, device, threads, engine_of(engine), framed, left_out)
    return judge(spec, Path(weights), data_of(data), how)


def part_of(part: str) -> Part:
    """The part of a data set that a word names."""
    for known in get_args(Part):
        if part == known:
            return known  # type: ignore[no-any-return]  # one of the literals
    raise DataError.of("RS652", f"there is no part {part!r}", remedy=did_you_mean(part, get_args(Part)))


def data_of(data: Data, *overrides: str) -> DataSource:
    """The data set that a word or plain data name, with texts `data.path=value` laid over it; SpecError with every
    fault otherwise."""
    root = entry_of(data)
    if overrides:
        written = data.to_data() if isinstance(data, DataSource) else data
        under = spelled_out(written) if isinstance(written, str) else written
        root = apply_overrides(entry_of({DATA: under}), overrides, {}).value[DATA]
        data = root.plain()
    try:
        return DataSource.read(data)
    except (ValidationError, PydanticCustomError) as error:
        raise SpecError(*in_file_order(faults_of(error, root, lambda path: path))) from None


def engine_of(engine: HowToRun) -> Engine:
    """The engine that plain data mean; SpecError with every fault otherwise."""
    if isinstance(engine, Engine):
        return engine
    try:
        return Engine.model_validate(dict(engine or {}))
    except ValidationError as error:
        raise SpecError(*in_file_order(faults_of(error, entry_of(dict(engine or {})), lambda path: path))) from None
