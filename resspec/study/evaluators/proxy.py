"""Judging a network without training it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from resspec.record import Record, refusal
from resspec.spec.net import NetSpec
from resspec.study.evaluators.evaluator import Bench, Evaluator
from resspec.study.figures import Measures
from resspec.training.data import DataSource
from resspec.training.plugin import plugin_field
from resspec.training.proxies import Proxy


class Batch(Record):
    """What an untrained network is looked at with."""

    images: Annotated[int, Field(ge=2)] = 32
    """Images at once."""
    repeats: Annotated[int, Field(ge=1)] = 1
    """Batches, each with initial weights of its own; the mean of their scores counts."""
    side: Annotated[int, Field(ge=1)] | None = None
    """Height and width of the images, where the network's own would take too long; not for images of a data set."""


class ProxyScore(Evaluator):
    """Score a network with its initial weights, on a batch of images. `resspec search proxies` tells how far such a
    score ranks networks as training does, and whether better than their parameters and multiply-accumulates do."""

    kind: ClassVar[str] = "proxy"

    proxy: Annotated[Proxy, plugin_field(Proxy)]
    """The score."""
    batch: Batch = Batch()
    """What a score is taken on."""
    data: Annotated[DataSource, plugin_field(DataSource)] | None = None
    """Where the images come from; Gaussian noise if from nowhere."""

    @model_validator(mode="after")
    def _images_keep_their_size(self) -> Self:
        if self.data is not None and self.batch.side is not None:
            raise refusal("images_sized", "images of a data set have their own side", "leave out batch.side or data")
        return self

    @property
    def measures(self) -> Measures:
        """The score, by the proxy's name; that of a baseline is the logarithm of a cost, `log-macs`."""
        return {self.proxy.measure: "maximize"}

    @contextmanager
    def bench(self, base: NetSpec) -> Iterator[Bench]:
        """Load the training images, if any."""
        from resspec.study.proxy_bench import bench_for  # noqa: PLC0415  # torch comes with the first bench

        yield bench_for(self, base)
