"""An untrained network and a batch of images, as proxies look at it. All of it follows from the spec and a seed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from resspec.analysis.report import report_of
from resspec.compile import FEATURES, compile_spec
from resspec.export.module import build_module
from resspec.export.source import source_of
from resspec.plan import resolve
from resspec.spec.loading import load_spec
from resspec.spec.net import NetSpec
from resspec.training.data.source import Images
from resspec.training.feed import feed_of
from resspec.training.networks import Network, network_of

ACTIVATIONS = ("relu", "leaky_relu", "silu", "gelu")
"""Ops whose input's sign a proxy may look at."""


class Untrained:
    """A network before its training, and a batch of images: Gaussian noise, or from a data set."""

    def __init__(self, spec: NetSpec, seed: int, batch: int, source: Images | None = None) -> None:
        self._spec = spec
        self._seed = seed
        self._batch = batch
        self._source = source
        self.shape = spec.input

    def generator(self) -> torch.Generator:
        """A generator at its start."""
        return torch.Generator().manual_seed(self._seed)

    def network(self) -> Network:
        """The network, freshly filled."""
        return network_of(self._spec, self._seed)

    def features_without_shortcuts(self) -> Network:
        """The network up to what its head reads, freshly filled, with no path round its blocks."""
        bare = load_spec(_bare(self._spec.to_dict()) | {"shortcut": "none", "name": self._spec.name})
        return build_module(source_of(compile_spec(bare, [FEATURES])), self._seed)

    def activations(self, model: nn.Module) -> Iterator[nn.Module]:
        """The model's activations."""
        names = [node.name for node in compile_spec(self._spec) if node.op.kind in ACTIVATIONS]
        yield from (model.get_submodule(name) for name in names)

    def images(self) -> Tensor:
        """The batch [count, C, H, W]."""
        if self._source is None:
            return self.noise(0)
        feed = feed_of(self._source, self.network(), torch.device("cpu"))
        x, _ = next(feed.batches([self._chosen()], 0))
        return feed.normalised(x)

    def labels(self) -> Tensor:
        """The classes of the batch; drawn where the images are noise."""
        if self._source is None:
            classes = getattr(resolve(self._spec).head, "classes", 1)
            return torch.randint(max(1, classes), (self._batch,), generator=self.generator())
        return torch.from_numpy(self._source.y[self._chosen().numpy()])

    def noise(self, number: int) -> Tensor:
        """A batch of Gaussian noise; one number, one batch."""
        generator = torch.Generator().manual_seed(self._seed + number)
        return torch.randn(self._batch, *self.shape, generator=generator)

    def log_cost(self, name: str) -> float:
        """ln of an exact cost."""
        return math.log(max(1, getattr(report_of(compile_spec(self._spec)).costs, name)))

    def _chosen(self) -> Tensor:
        assert self._source is not None
        return torch.randperm(len(self._source), generator=self.generator())[: self._batch]


def _bare(data: Any) -> Any:
    """Plain data of a spec without what it says of shortcuts."""
    if isinstance(data, dict):
        return {key: _bare(value) for key, value in data.items() if key != "shortcut"}
    return [_bare(value) for value in data] if isinstance(data, list) else data
