"""The bench on which networks are trained and judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from resspec.errors import SearchError
from resspec.plan import resolve
from resspec.spec.net import NetSpec
from resspec.study.evaluators.evaluator import Bench, Place, Watch
from resspec.study.evaluators.training import Training
from resspec.study.figures import Figures
from resspec.study.heirlooms import Heirlooms
from resspec.training.checkpoint import read_notes, read_weights, save_weights
from resspec.training.data import Images, Part, Samples
from resspec.training.engine import Engine
from resspec.training.evaluation import evaluate
from resspec.training.loop import Epoch, train
from resspec.training.networks import Network, free_cache, network_of, refuse_missing, threads
from resspec.training.recipe import Recipe
from resspec.training.score import Score
from resspec.training.tasks import CLASSIFICATION, Task, task_of

PARTS: tuple[Part, Part] = ("train", "validation")


@contextmanager
def bench_for(setting: Training, base: NetSpec) -> Iterator[Bench]:
    """The bench with its images, in memory or read one by one; torch's thread count is put back at the end."""
    refuse_missing(setting.device)
    task = task_of(base)
    if task.score.leading != setting.measure:
        message = f"the base learns {task.kind}, which is not judged by {setting.measure}"
        raise SearchError.of("RS520", message, remedy=f"write measure: {task.score.leading} in the evaluator")
    task.check(setting.recipe)
    images, held_out = (setting.data.load_for(task.truth, part) for part in PARTS)
    if not held_out:
        raise SearchError.of("RS520", "the data set has no validation images", remedy="hold some out: validation=0.1")
    refuse_misfit(base, images, task)
    with threads(setting.threads):
        yield TrainingBench(setting, images, held_out)


def refuse_misfit(base: NetSpec, images: Images | Samples, task: Task = CLASSIFICATION) -> None:
    """SearchError where the base reads images of another size than those in memory, or tells fewer classes apart than
    the data set has."""
    if isinstance(images, Images) and base.input != images.shape:
        raise SearchError.of("RS520", f"the base reads images of {list(base.input)}, the data has {list(images.shape)}")
    classes = task.classes or getattr(resolve(base).head, "classes", None)
    if classes is not None and classes < images.classes:
        raise SearchError.of("RS520", f"the base tells {classes} classes apart, the data has {images.classes}")


class TrainingBench(Bench):
    """One training at a time."""

    def __init__(self, setting: Training, images: Images | Samples, held_out: Images | Samples) -> None:
        self.steps = setting.recipe.epochs
        self._setting = setting
        self._images = images
        self._held_out = held_out
        self._engine = Engine(workers=setting.workers)

    def measure(self, spec: NetSpec, seed: int, watch: Watch) -> Figures:
        """Train once by the recipe; the figures are those after its last epoch."""
        return self._trained(spec, seed, self._setting.recipe, watch)[1]

    def run(self, place: Place, spec: NetSpec, seed: int, watch: Watch) -> Figures:
        """Train once by the recipe, from the weights of a trained network where the setting says so."""
        if self._setting.inherit is None:
            return self.measure(spec, seed, watch)
        heirlooms = Heirlooms(place.folder, self._setting.inherit)

        def filled(model: Network) -> None:
            lineage = heirlooms.hand_down(model, place.number)
            if lineage is not None:
                place.note("lineage", lineage)

        model, figures = self._trained(spec, seed, self._setting.recipe, watch, filled)
        if figures.is_finite:
            heirlooms.keep(model, place.number, figures.main)
        return figures

    def retrain(self, spec: NetSpec, seed: int, epochs: int | None, weights: Path) -> Figures:
        """Train by the recipe, over other epochs if asked to, and keep the weights; done is done where the file is
        there."""
        if weights.exists():
            notes = read_notes(weights)
            return Figures({name: float(notes[name]) for name in self._setting.measures})
        recipe = self._setting.recipe
        changed = recipe.model_copy(update={"epochs": epochs}) if epochs else recipe
        model, figures = self._trained(spec, seed, changed, _unwatched)
        save_weights(model, weights, {name: repr(figure) for name, figure in figures.items()})
        return figures

    def test(self, spec: NetSpec, weights: Path) -> Figures:
        """Judge stored weights on the test images."""
        model = network_of(spec, 0, self._setting.device)
        model.load_state_dict(read_weights(weights))
        task = task_of(spec)  # a detector's places follow from its own neck
        images, recipe = self._setting.data.load_for(task.truth, "test"), self._setting.recipe
        return figures_of(evaluate(model, images, engine=self._engine, recipe=recipe, task=task))

    def recover(self) -> None:
        """Give back the device's memory as well."""
        super().recover()
        free_cache()

    def _trained(
        self, spec: NetSpec, seed: int, recipe: Recipe, watch: Watch, begin: Callable[[Network], None] | None = None
    ) -> tuple[Network, Figures]:
        """A network trained from a seed, changed by `begin` before, and what it reached on the validation images."""

        def told(epoch: Epoch) -> None:
            assert epoch.validation is not None
            watch(epoch.number, epoch.validation.score)

        model = network_of(spec, seed, self._setting.device)
        if begin is not None:
            begin(model)
        history = train(
            model,
            self._images,
            recipe,
            validation=self._held_out,
            seed=seed,
            on_epoch=told,
            engine=self._engine,
            task=task_of(spec),
        )
        last = history[-1].validation
        assert last is not None
        return model, figures_of(last)


def figures_of(found: Score) -> Figures:
    """An evaluation by the names of its measures."""
    return Figures({found.leading: found.score, "loss": found.loss})


def _unwatched(step: int, accuracy: float) -> None:
    """Let it run."""
