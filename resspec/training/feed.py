"""The way of images into a network: all of them on the device as 8-bit tensors, or decoded ahead by workers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from resspec.errors import DataError, Fault
from resspec.training.data.framing import View
from resspec.training.data.source import Images, Samples, unsuited
from resspec.training.engine import PLAIN, Engine
from resspec.training.recipe import Recipe
from resspec.training.tasks.classification import CLASSIFICATION
from resspec.training.tasks.task import Task

Batch = tuple[Tensor, Tensor]
"""Images [count, C, H, W] in bytes, and the truth about them [count, …], as their task has it."""
PREFETCHED = 4
"""Batches that each worker holds ready."""
KEPT = 100
"""Damaged files that are told by name."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where images go, how their memory is laid out, and how many workers decode them."""

    device: torch.device
    layout: torch.memory_format = torch.contiguous_format
    workers: int = 0


class Feed(ABC):
    """Images for one network on one device."""

    judged_at: ClassVar[int]
    """Images of a batch where none learns."""
    skipped: Sequence[str] = ()
    """What was wrong with images that were left out."""

    def __init__(self, count: int, shape: tuple[int, int], model: nn.Module, place: Place) -> None:
        channels, white = shape
        self.device = device = place.device
        self.layout = place.layout
        self._count = count
        self._scale, self._offset = units_of(model, channels, white, device)

    def __len__(self) -> int:
        return self._count

    def normalised(self, x: Tensor) -> Tensor:
        """(x / white - mean) / std as floats; mean and std are the network's, of images from 0 to 1."""
        images = torch.addcmul(self._offset, x.float(), self._scale).contiguous(memory_format=self.layout)
        if self.layout is torch.contiguous_format:  # one channel fits both layouts; torch goes by the strides it finds
            return images.reshape(-1).view(images.shape)
        return images

    @abstractmethod
    def batches(self, chosen: Sequence[Tensor], epoch: int) -> Iterator[Batch]:
        """The images at the positions of each batch, on the device."""

    @abstractmethod
    def in_order(self, size: int, start: int, stop: int) -> Iterator[Batch]:
        """The images from a position to another in batches of a size."""


def units_of(model: nn.Module, channels: int, white: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """What pixels are multiplied with, and what is then added, each [C, 1, 1]: 1 / (std white) and -mean / std, of a
    network's own mean and std."""
    mean = torch.tensor(getattr(model, "mean", None) or (0.0,) * channels, device=device)
    std = torch.tensor(getattr(model, "std", None) or (1.0,) * channels, device=device)
    return (1 / (std * white))[:, None, None], (-mean / std)[:, None, None]


class Resident(Feed):
    """Images that lie on the device: `x` [count, C, H, W] in bytes, `y` [count, …]."""

    judged_at = 1024

    def __init__(self, images: Images, model: nn.Module, place: Place, task: Task = CLASSIFICATION) -> None:
        fit(images.shape[0], images, model, task)
        super().__init__(len(images), (images.shape[0], images.white), model, place)
        self.x = torch.from_numpy(images.x).to(place.device).contiguous(memory_format=place.layout)
        self.y = torch.from_numpy(images.y).to(place.device)

    def batches(self, chosen: Sequence[Tensor], epoch: int) -> Iterator[Batch]:
        """Gathered on the device."""
        for index in chosen:
            yield self.x[index], self.y[index]

    def in_order(self, size: int, start: int, stop: int) -> Iterator[Batch]:
        """Views of what is there."""
        yield from zip(torch.split(self.x[start:stop], size), torch.split(self.y[start:stop], size), strict=True)


class Decoded(Feed):
    """Images that workers decode while the network computes."""

    judged_at = 128

    def __init__(self, samples: Samples, model: nn.Module, place: Place, view: View, seed: int) -> None:
        super().__init__(len(samples), (view.shape[0], 255), model, place)
        self._tiles = Tiles(samples, view, seed)
        self._workers = place.workers
        self.skipped: list[str] = list(samples.left_out[:KEPT])

    def batches(self, chosen: Sequence[Tensor], epoch: int) -> Iterator[Batch]:
        """Decoded ahead; which crop an image gives depends on seed, epoch and position alone."""
        yield from self._loaded([[(epoch, int(i)) for i in index] for index in chosen])

    def in_order(self, size: int, start: int, stop: int) -> Iterator[Batch]:
        """Decoded ahead, the middle of each."""
        places = [(0, i) for i in range(start, stop)]
        if self._tiles.whole:
            yield from self._loaded([[place] for place in places], passing=True)
        else:
            yield from self._loaded([places[i : i + size] for i in range(0, len(places), size)])

    def _loaded(self, keys: list[list[tuple[int, int]]], *, passing: bool = False) -> Iterator[Batch]:
        """The batches, one for each list of keys; where `passing`, none for one of which nothing can be read."""
        pinned = self.device.type == "cuda"
        loader: DataLoader[Any] = DataLoader(
            self._tiles,
            batch_sampler=keys,
            num_workers=min(self._workers, len(keys)),
            collate_fn=collated,
            pin_memory=pinned,
            prefetch_factor=PREFETCHED if self._workers and keys else None,
        )
        for x, y, faults in loader:
            if faults and not (self._tiles.lenient and (len(y) or passing)):
                raise DataError(faults[0])
            new = [fault.line for fault in faults if fault.line not in self.skipped]
            self.skipped += new[: KEPT - len(self.skipped)]
            if not len(y):
                continue
            x = x.to(self.device, non_blocking=pinned).contiguous(memory_format=self.layout)  # noqa: PLW2901
            yield x, y.to(self.device, non_blocking=pinned)


class Tiles(Dataset[Any]):
    """Images of one size by epoch and position, as workers make them; a fault in place of a damaged one."""

    def __init__(self, samples: Samples, view: View, seed: int) -> None:
        self._samples, self._view, self._seed = samples, view, seed
        self.lenient, self.whole = samples.lenient, samples.whole

    def __getitem__(self, key: tuple[int, int]) -> Any:
        epoch, index = key
        try:
            random = Random(f"{self._seed} {epoch} {index}")  # noqa: S311  # no secret
            image, truth = self._samples.item(index, self._view, random)
        except DataError as error:
            return error.faults[0]
        return torch.from_numpy(image), torch.from_numpy(np.asarray(truth))


def collated(items: list[Any]) -> tuple[Tensor, Tensor, list[Fault]]:
    """A batch of the images that were read, and what is wrong with the others. Workers raise nothing: an error that
    crosses to the main process there loses its faults."""
    faults = [item for item in items if isinstance(item, Fault)]
    whole = [item for item in items if not isinstance(item, Fault)]
    sizes = {tuple(image.shape) for image, _ in whole}
    if len(sizes) > 1:
        odd = Fault("RS654", f"images of one batch differ in size: {sorted(sizes)}", remedy="give them one size")
        return torch.empty(0), torch.empty(0, dtype=torch.int64), [odd]
    x = torch.stack([image for image, _ in whole]) if whole else torch.empty(0)
    y = torch.stack([truth for _, truth in whole]) if whole else torch.empty(0, dtype=torch.int64)
    return x, y, faults


def wanted_shape(model: nn.Module) -> tuple[int, int, int]:
    """Channels, height and width that a network was made for."""
    found = getattr(model, "input_size", None)
    if found is None:
        raise DataError.of("RS654", "the network does not say what images it reads", remedy="give it an `input_size`")
    channels, height, width = found
    return channels, height, width


def fit(channels: int, data: Images | Samples, model: nn.Module, task: Task = CLASSIFICATION) -> None:
    """DataError where a network's input, classes or task are not those of the images."""
    classes = data.classes
    if data.truth != task.truth:
        raise unsuited(data.truth, task.truth)
    wanted = getattr(model, "input_size", None)
    if wanted is not None and wanted[0] != channels:
        raise DataError.of(
            "RS654",
            f"the network reads {wanted[0]} channels, the images have {channels}",
            remedy=f"set input={channels}x{wanted[1]}x{wanted[2]}",
        )
    told = getattr(model, "num_classes", None) if task.classes is None else task.classes
    if told is not None and told < classes:
        raise DataError.of(
            "RS654",
            f"the network tells {told} classes apart, the data set has {classes}",
            remedy=f"set classes={classes}" if task.classes is None else f"set heads.classes={classes}",
        )


def feed_of(  # noqa: PLR0913  # what both kinds of feed need to know
    data: Images | Samples,
    model: nn.Module,
    device: torch.device,
    *,
    engine: Engine = PLAIN,
    recipe: Recipe | None = None,
    training: bool = False,
    seed: int = 0,
    task: Task = CLASSIFICATION,
) -> Feed:
    """The feed that suits a part of a data set; the recipe says how images that are read one by one are framed."""
    layout = torch.channels_last if engine.layout(device.type) else torch.contiguous_format
    place = Place(device, layout, engine.workers)
    if isinstance(data, Images):
        return Resident(data, model, place, task)
    recipe, shape = recipe or Recipe(), wanted_shape(model)
    if training and recipe.side:
        shape = (shape[0], recipe.side, recipe.side)
    fit(shape[0], data, model, task)
    return Decoded(data, model, place, View(shape, recipe.area if training else None, recipe.centre, task.scale), seed)
