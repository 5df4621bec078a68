"""Folders of pictures with one JSON file for all of a part, as COCO has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from resspec.errors import DataError, Fault, Mark
from resspec.training.data.boxes import BoxFiles, BoxFolder, Edges, Picture, Thing, gathered, list_of, wrong
from resspec.training.data.imagefolder import files_below
from resspec.training.data.json_places import Item, read_lists
from resspec.training.data.malformed import MalformedError
from resspec.training.data.source import Part

LAYOUT = "expected annotations/instances_train*.json, instances_val*.json, or train/_annotations.coco.json, or one JSON"
PLACES = ("annotations/*.json", "*/_annotations.coco.json", "*.json")
"""Where the files lie: the first place that has any."""
LISTS = ("images", "annotations", "categories")
PARTS = {"train": r"train", "val": r"val", "test": r"test"}
"""What the name of a part's file, or of its folder, has in it."""


class Coco(BoxFolder):
    """A folder with annotations/instances_train*.json and instances_val*.json, perhaps instances_test*.json; or train/,
    valid/ and test/ with _annotations.coco.json in each; or one JSON file for everything, whose parts are drawn by a
    fixed seed. Pictures are looked for by their `file_name` anywhere below the folder. Labels follow the categories'
    ids; boxes that are a crowd (`iscrowd`) need not be found."""

    kind: ClassVar[str] = "coco"

    def load(self, part: Part) -> BoxFiles:
        """The images of a part; DataError where there are none, or where something is wrong with them and that stops
        the run. No picture is opened."""
        root = Path(self.folder).expanduser()
        pictures = by_name(root)
        files = {name: read(path, pictures) for name, path in files_of(root).items()}
        chosen = self.parted({name: file.pictures for name, file in files.items()}, part)
        told = files.get(list_of(files, part))
        faults = told.faults if told else ()
        names = list(dict.fromkeys(name for file in files.values() for name in file.names))
        lenient = self.damaged == "skip"
        where = "" if part == "validation" else str(root)
        return gathered([*faults, *chosen], names, lenient=lenient, where=where, layout=LAYOUT)


@dataclass(frozen=True, slots=True)
class File:
    """What one JSON file tells: its pictures, its classes by id, and what is wrong with things of no picture."""

    pictures: tuple[Picture | Fault, ...]
    names: tuple[str, ...]
    faults: tuple[Fault, ...]


def files_of(root: Path) -> dict[str, Path]:
    """The JSON files of a folder by part, or one for `all`; DataError where that is not clear."""
    found: list[Path] = next((files for place in PLACES if (files := sorted(root.glob(place)))), [])
    found = [path for path in found if path.name.startswith("instances")] or found
    if not found:
        raise DataError.of("RS652", f"{root} has no JSON file of annotations", remedy=LAYOUT)
    named: dict[str, Path] = {}
    for path in found:
        part = part_of(path.stem) or (part_of(path.parent.name) if path.parent != root else "") or "all"
        if part in named:
            message = f"{named[part]} and {path} are both of the part {part!r}"
            raise DataError.of("RS652", message, remedy=f"leave one there; {LAYOUT}")
        named[part] = path
    return named


def part_of(name: str) -> str:
    """The part that a name tells of, or nothing."""
    return next((part for part, pattern in PARTS.items() if re.search(pattern, name)), "")


def by_name(root: Path) -> dict[str, str]:
    """All pictures below a folder, by path below it and by each end of that path; an end that two have is left to the
    first."""
    found: dict[str, str] = {}
    for path in files_below(root):
        parts = Path(path).relative_to(root).parts
        for start in range(len(parts)):
            found.setdefault("/".join(parts[start:]), path)
    return found


def read(path: Path, files: Mapping[str, str]) -> File:
    """What a JSON file tells, with the faults of its pictures in their places; DataError where it is no such JSON."""
    try:
        lists = read_lists(path, LISTS)
    except MalformedError as error:
        raise DataError(wrong(f"this is no whole JSON: {error}", error.mark)) from None
    missing = [name for name in LISTS if name not in lists]
    if missing:
        message = f"there is no list {', '.join(map(repr, missing))}"
        raise DataError(wrong(message, Mark(str(path), 1, 1), f"a COCO file has {', '.join(LISTS)}"))
    categories = dict(sorted(categories_in(lists["categories"])))
    things: dict[object, list[Thing | Fault]] = {value_of(item, "id"): [] for item in lists["images"]}
    faults: list[Fault] = []
    for item in lists["annotations"]:
        found = thing_of(item, categories)
        image = value_of(item, "image_id")
        if image in things:
            things[image].append(found)
        else:
            faults.append(wrong(f"image_id {image!r} is none of the images", item.mark))
    pictures = tuple(picture_of(item, path, files, things) for item in lists["images"])
    return File(pictures, tuple(categories.values()), tuple(faults))


def value_of(item: Item, key: str) -> Any:
    """What an item says under a key; None where it says nothing that can be looked up."""
    found = item.value.get(key) if isinstance(item.value, dict) else None
    return found if isinstance(found, (str, int, float)) else None


def categories_in(items: Sequence[Item]) -> Iterator[tuple[int, str]]:
    """The classes by id; DataError where one has neither id nor name."""
    for item in items:
        number, name = value_of(item, "id"), value_of(item, "name")
        if not isinstance(number, int) or not isinstance(name, str):
            raise DataError(wrong("a category has a whole number `id` and a `name`", item.mark))
        yield number, name


def picture_of(
    item: Item, path: Path, files: Mapping[str, str], things: Mapping[object, Sequence[Thing | Fault]]
) -> Picture | Fault:
    """A picture, or what is wrong with it."""
    name, width, height = (value_of(item, key) for key in ("file_name", "width", "height"))
    if not isinstance(name, str) or not isinstance(width, int) or not isinstance(height, int) or min(width, height) < 1:
        return wrong("an image has `id`, `file_name`, and `width` and `height` in pixels", item.mark)
    beside = path.parent / name
    file = str(beside) if beside.is_file() else files.get(name)
    if file is None:
        return wrong(f"there is no picture {name}", item.mark, "put it there")
    found = things[value_of(item, "id")]
    whole = tuple(thing for thing in found if isinstance(thing, Thing))
    faults = tuple(thing for thing in found if isinstance(thing, Fault))
    return Picture(file, (width, height), whole, item.mark, faults)


def thing_of(item: Item, categories: Mapping[int, str]) -> Thing | Fault:
    """A thing on a picture, or what is wrong with it."""
    label, box = value_of(item, "category_id"), item.value.get("bbox") if isinstance(item.value, dict) else None
    if label not in categories:
        known = ", ".join(map(str, list(categories)[:10]))
        return wrong(
            f"category_id {label!r} is none of the categories' ids ({known}{', …' * (len(categories) > 10)})", item.mark
        )
    edges = edges_of(box)
    if edges is None:
        return wrong("`bbox` is four numbers: left, upper, width, height", item.mark)
    return Thing(categories[label], edges, item.mark, value_of(item, "iscrowd") == 1)


def edges_of(box: object) -> Edges | None:
    """Left, upper, right and lower edge of a box of COCO; None where it is none."""
    if not isinstance(box, list) or len(box) != 4 or not all(isinstance(side, (int, float)) for side in box):
        return None
    left, upper, width, height = map(float, box)
    return left, upper, left + width, upper + height
