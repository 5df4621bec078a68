"""Judging a network by training it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from resspec.record import Record
from resspec.spec.net import NetSpec
from resspec.study.evaluators.evaluator import Bench, Evaluator
from resspec.study.figures import Measures
from resspec.training.data import DataSource
from resspec.training.plugin import plugin_field
from resspec.training.recipe import Recipe
from resspec.training.recipe_file import RecipeRef


class Inheritance(Record):
    """Trials start from the weights of a network that was trained before: leading slices of the tensors of like
    name."""

    keep: Annotated[int, Field(ge=1)] = 8
    """Trials whose weights are kept, the best of the study."""
    deeper: Literal["fresh", "copy"] = "fresh"
    """How blocks start of which the parent has none: drawn afresh, or as copies of the last one of their stage."""


class Training(Evaluator):
    """Train on a data set's training images, judge on its validation images."""

    kind: ClassVar[str] = "training"

    data: Annotated[DataSource, plugin_field(DataSource)]
    """The data set."""
    recipe: RecipeRef = Recipe()
    """How every network is trained: a recipe's keys, the name of one, or `extends` and what differs."""
    device: str = "cpu"
    """Where: cpu, cuda, cuda:1, …"""
    measure: Literal["accuracy", "miou", "map50", "psnr"] = "accuracy"
    """The leading figure of what the networks learn: accuracy of classifiers, miou (mean intersection over union) of
    segmentation, map50 (mean average precision) of detectors, psnr (peak signal-to-noise ratio in dB) of
    super-resolution."""
    inherit: Inheritance | None = None
    """Start trials from weights of trained ones; by default every trial starts afresh. The last comparison always
    does."""
    threads: Annotated[int, Field(ge=1)] | None = None
    """CPU threads of one training; small networks are fastest on 1. By default as many as torch likes."""

    workers: Annotated[int, Field(ge=0)] = 0
    """Processes that decode images, for data sets that are read one by one; with 0 the training does so itself."""

    @property
    def measures(self) -> Measures:
        """The leading figure, and the loss."""
        return {self.measure: "maximize", "loss": "minimize"}

    def to_data(self) -> dict[str, Any]:
        """As a file would write it, without what studies did not say before there was another: the measure of
        classifiers, and no workers."""
        former = {"measure": "accuracy", "workers": 0}
        return {key: value for key, value in super().to_data().items() if (key, value) not in former.items()}

    @contextmanager
    def bench(self, base: NetSpec) -> Iterator[Bench]:
        """Load the training and validation images, or find them where they are read one by one."""
        from resspec.study.training_bench import bench_for  # noqa: PLC0415  # torch comes with the first bench

        with bench_for(self, base) as bench:
            yield bench
