"""Picture files with a list of things on each: what folders of several formats have in common."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from random import Random
from typing import Any, ClassVar, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from resspec.errors import DataError, Fault, Mark, did_you_mean, in_file_order
from resspec.record import refusal
from resspec.training.data.framing import View, letterboxed
from resspec.training.data.pictures import edges_turned_as, opened, orientation, upright
from resspec.training.data.source import SPLIT_SEED, DataSource, HeldOut, Part, Samples, Truth, held_out, split

CODE = "RS667"
LEFT_OUT = "or leave what is wrong out with `data.damaged=skip`"
SLACK = 1.0
"""Pixels by which a box may stand out of its picture untold, for some count pixels from 1."""
Item = TypeVar("Item")
Edges = tuple[float, float, float, float]


class BoxFolder(DataSource):
    """What sources of boxes are told alike."""

    short: ClassVar[str] = "folder"
    truths: ClassVar[tuple[Truth, ...]] = ("boxes",)

    folder: str
    """The folder; relative to the working directory."""
    validation: HeldOut = 0.1
    """Share of the training images that is held out where the folder names no validation part."""
    test: HeldOut = 0.2
    """Share of all images that is held out for test where the folder names no parts at all."""
    damaged: Literal["stop", "skip"] = "stop"
    """What a wrong annotation or an image that cannot be read does: end the run, or be left out and told at the end: a
    wrong box alone, an image whose annotation cannot be read as a whole. A box that stands out of its picture is then
    cut off."""

    @model_validator(mode="after")
    def _something_to_learn(self) -> BoxFolder:
        if self.validation + self.test >= 1:
            raise refusal("shares", f"validation={self.validation} and test={self.test} leave nothing to train on")
        return self

    def parted(self, lists: Mapping[str, Sequence[Item]], part: Part) -> list[Item]:
        """The items of a part, from the lists that a folder names: none where it names others alone."""
        name = list_of(lists, part)
        items = lists.get(name, ())
        if name == "all":
            shares: dict[Part, float] = {
                "train": 1 - self.validation - self.test,
                "validation": self.validation,
                "test": self.test,
            }
            places = split(np.zeros(len(items), np.int64), shares, SPLIT_SEED)[part]
        elif name == "train" and not {"val", "test"} <= set(lists):
            places = held_out(np.zeros(len(items), np.int64), self.validation, part)
        else:
            return list(items)
        return [items[place] for place in places]


def list_of(lists: Container[str], part: Part) -> str:
    """Which of the lists `train`, `val`, `test` that a folder names a part is taken from, or `all` where it names no
    parts. Where there is `val` and no `test`, it is what is tested on, and validation is held out of `train`."""
    if "all" in lists and "train" not in lists:
        return "all"
    if part == "test":
        return "test" if "test" in lists else "val"
    return "val" if part == "validation" and "val" in lists and "test" in lists else "train"


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing on a picture: its class, its edges in pixels, where that is written, and whether it need not be
    found."""

    name: str
    edges: Edges
    mark: Mark | None
    spared: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture's file, its size as its annotation has it, the things on it, and what is wrong with others."""

    path: str
    size: tuple[int, int]
    things: tuple[Thing, ...]
    mark: Mark | None
    faults: tuple[Fault, ...] = ()


def wrong(message: str, mark: Mark | None, remedy: str = "correct it") -> Fault:
    """The fault of an annotation."""
    return Fault(CODE, message, mark, f"{remedy}, {LEFT_OUT}")


def gathered(
    pictures: Iterable[Picture | Fault], names: Sequence[str], *, lenient: bool, where: str, layout: str
) -> BoxFiles:
    """The pictures of a part as samples whose labels are the places in `names`; DataError with all faults at once
    unless these are left out, and where none is there, unless that may be (no `where`)."""
    paths, sizes, rows = [], [], []
    faults: list[Fault] = []
    for picture in pictures:
        if isinstance(picture, Fault):
            faults.append(picture)
            continue
        found, told = rows_of(picture, names)
        faults += told
        paths.append(picture.path)
        sizes.append((picture.size, picture.mark))
        rows.append(found)
    faults = in_file_order(faults)
    if faults and not lenient:
        raise DataError(*faults)
    if not paths and where:
        raise DataError.of("RS652", f"{where}: there are no annotated images", remedy=layout)
    most = max(1, *map(len, rows)) if rows else 1
    return BoxFiles(
        tuple(paths),
        tuple(sizes),
        tuple(rows),
        most,
        len(names),
        lenient,
        [fault.line for fault in faults],
    )


def rows_of(picture: Picture, names: Sequence[str]) -> tuple[NDArray[np.float32], list[Fault]]:
    """The things [count, 5] of a picture that can be used, and what is wrong with others."""
    found, faults = [], list(picture.faults)
    for thing in picture.things:
        if thing.name not in names:
            remedy = did_you_mean(thing.name, names) or f"classes: {', '.join(names)}"
            faults.append(wrong(f"there is no class {thing.name!r}", thing.mark, remedy))
            continue
        edges, fault = fitted(thing, picture.size)
        faults += [fault] if fault else []
        if edges is not None:
            label = names.index(thing.name)
            found.append((-2 - label if thing.spared else label, *edges))
    return np.asarray(found, np.float32).reshape(-1, 5), faults


def fitted(thing: Thing, size: tuple[int, int]) -> tuple[Edges | None, Fault | None]:
    """A thing's edges within its picture, None where nothing is left of it; and what is wrong with them."""
    left, upper, right, lower = thing.edges
    shown = f"box {left:g} {upper:g} {right:g} {lower:g}"
    if not all(map(math.isfinite, thing.edges)):
        return None, wrong(f"{shown} is not of numbers", thing.mark)
    if right <= left or lower <= upper:
        return None, wrong(f"{shown} has no area ({right - left:g} x {lower - upper:g} pixels)", thing.mark)
    width, height = size
    cut = (max(left, 0), max(upper, 0), min(right, width), min(lower, height))
    gone = cut[2] <= cut[0] or cut[3] <= cut[1]
    fault = None
    if gone or max(-left, -upper, right - width, lower - height) > SLACK:
        out = "lies outside of" if gone else "stands out of"
        fault = wrong(f"{shown} {out} its picture of {width}x{height} pixels", thing.mark)
    return (None if gone else cut), fault


def names_in(pictures: Iterable[Picture | Fault]) -> tuple[str, ...]:
    """The classes that occur, sorted."""
    things = chain.from_iterable(picture.things for picture in pictures if isinstance(picture, Picture))
    return tuple(sorted({thing.name for thing in things}))


@dataclass(frozen=True, eq=False)
class BoxFiles(Samples):
    """Image files and the things on them, in their own pixels."""

    paths: tuple[str, ...]
    sizes: tuple[tuple[tuple[int, int], Mark | None], ...]
    things: tuple[NDArray[np.float32], ...]
    most: int
    """Rows of the truth about an image."""
    classes: int
    lenient: bool = False
    left_out: Sequence[str] = ()
    truth: Truth = "boxes"
    y: NDArray[Any] = field(default_factory=lambda: np.empty(0, np.int64))

    def __len__(self) -> int:
        return len(self.paths)

    def read(self, index: int, view: View, random: Random) -> NDArray[np.uint8]:
        """The image without its boxes."""
        return self.item(index, view, random)[0]

    def item(self, index: int, view: View, random: Random) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """An image, upright, and its things [most, 5], which are on it where their annotation has its size, else on the
        pixels as they lie in the file; rows of label -1 fill up."""
        found = self.things[index]
        with opened(self.paths[index], f"expected a whole image, {LEFT_OUT}") as stored:
            held = orientation(stored)
            picture = upright(stored, self.paths[index])
            size, mark = self.sizes[index]
            if size == stored.size != picture.size:
                edges = edges_turned_as(found[:, 1:], size, held)
                found = np.concatenate([found[:, :1], edges], axis=1)
            elif size != picture.size:
                (width, height), (wide, high) = picture.size, size
                message = f"{self.paths[index]} has {width}x{height} pixels, its annotation says {wide}x{high}"
                raise DataError(wrong(message, mark))
            image, things = letterboxed(picture, found, view, random)
        rows = np.full((self.most, 5), -1, np.float32)
        rows[: len(things)] = things
        return image, rows

    def take(self, index: NDArray[np.intp]) -> BoxFiles:
        """The files at the given positions."""
        return replace(
            self,
            paths=tuple(self.paths[i] for i in index),
            sizes=tuple(self.sizes[i] for i in index),
            things=tuple(self.things[i] for i in index),
        )
