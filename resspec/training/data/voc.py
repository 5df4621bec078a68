"""Folders of pictures with an XML file for each, as PASCAL VOC and most labelling tools write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.errors import DataError, Fault, Mark
from resspec.record import Listed
from resspec.training.data.boxes import BoxFiles, BoxFolder, Edges, Picture, Thing, gathered, names_in, wrong
from resspec.training.data.imagefolder import SUFFIXES, files_below
from resspec.training.data.malformed import MalformedError
from resspec.training.data.pictures import opened, size_upright
from resspec.training.data.source import Part
from resspec.training.data.xml_places import Element, read_xml

LAYOUT = "expected JPEGImages/ and Annotations/, or folders that hold NAME.jpg beside NAME.xml"
FOLDERS = {"train": ("train",), "val": ("val", "valid", "validation"), "test": ("test",)}
"""Parts, and the folders that are called so."""


class Voc(BoxFolder):
    """A folder with JPEGImages/ and Annotations/NAME.xml, its parts in ImageSets/Main/train.txt, val.txt, test.txt; or
    a tree of pictures, each with an XML file of its name beside it or elsewhere in the tree, perhaps below train/, val/
    and test/. Without named parts they are drawn by a fixed seed. `xmin`, `ymin`, `xmax` and `ymax` are taken as edges
    in pixels from 0; objects that are `difficult` need not be found."""

    kind: ClassVar[str] = "voc"

    classes: Annotated[tuple[str, ...], Field(min_length=1), Listed] | None = None
    """Names of the classes in the order of their labels; by default those in all of the folder's files, sorted."""

    def load(self, part: Part) -> BoxFiles:
        """The files of a part; DataError where there are none, or where something is wrong with them and that stops the
        run. Pictures are opened only for a size that their annotation does not tell."""
        root = Path(self.folder).expanduser()
        pairs = pairs_of(root)
        names = self.classes or names_in(read(*pair) for pair in pairs.values())
        chosen = self.parted(lists_of(root, pairs), part)
        where = "" if part == "validation" else str(root)
        return gathered(
            (read(*pair) for pair in chosen), names, lenient=self.damaged == "skip", where=where, layout=LAYOUT
        )


Pair = tuple[Path, str | None]
"""An annotation's file, whether it is there or not, and its picture's, where that is there."""


def pairs_of(root: Path) -> dict[str, Pair]:
    """The annotations and pictures of a folder by their paths without endings, below the folder or below VOC's two. A
    picture that does not lie beside its annotation is the only one of its name. Pictures without annotations count
    where others have some."""
    if not root.is_dir():
        raise DataError.of("RS652", f"there is no folder {root}", remedy=LAYOUT)
    at_voc = (root / "Annotations").is_dir()
    marked, drawn = (root / "Annotations", root / "JPEGImages") if at_voc else (root, root)
    pictures = {key_of(Path(path), drawn): path for path in files_below(drawn)} if drawn.is_dir() else {}
    named: dict[str, list[str]] = {}
    for key, path in pictures.items():
        named.setdefault(Path(key).name, []).append(path)
    found: dict[str, Pair] = {}
    for note in sorted(marked.rglob("*.xml")):
        key, alike = key_of(note, marked), named.get(note.stem, [])
        found[key] = note, pictures.get(key) or (alike[0] if len(alike) == 1 else None)
    taken = {path for _, path in found.values() if path}
    folders = {Path(path).parent for path in taken}
    for key, path in pictures.items():
        if path not in taken and Path(path).parent in folders:
            found[key] = marked / f"{key}.xml", path
    return dict(sorted(found.items()))


def key_of(path: Path, below: Path) -> str:
    """A file's path below a folder, without its ending."""
    return str(path.relative_to(below).with_suffix(""))


def lists_of(root: Path, pairs: Mapping[str, Pair]) -> dict[str, Sequence[Pair]]:
    """The parts that a folder names, or `all`."""
    sets = root / "ImageSets" / "Main"
    written = {name: sets / f"{name}.txt" for name in ("train", "val", "test", "trainval")}
    told = {name: path for name, path in written.items() if path.is_file()}
    if "trainval" in told and "train" not in told:
        told["train"] = told.pop("trainval")
    told.pop("trainval", None)
    if told:
        missing = root / "Annotations"
        return {
            name: [pairs.get(key, (missing / f"{key}.xml", None)) for key in keys_in(path)]
            for name, path in told.items()
        }
    folders: dict[str, Sequence[Pair]] = {
        name: [pair for key, pair in pairs.items() if not set(names).isdisjoint(Path(key).parts[:-1])]
        for name, names in FOLDERS.items()
    }
    named = {name: inside for name, inside in folders.items() if inside}
    return named if "train" in named else {"all": list(pairs.values())}


def keys_in(path: Path) -> Iterator[str]:
    """The first word of each line."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if words := line.split():
            yield words[0]


def read(note: Path, path: str | None) -> Picture | Fault:
    """What an annotation tells of its picture, or why it cannot be used."""
    if not note.is_file():
        of = f", and {path} is" if path else ""
        return wrong(f"{note} is not there{of}", None, "write it (without objects where there are none)")
    try:
        root = read_xml(note)
    except (MalformedError, OSError) as error:
        return wrong(f"this is no whole XML: {error}", getattr(error, "mark", Mark(str(note), 1, 1)))
    if root.tag != "annotation":
        return wrong(f"the root is <{root.tag}>, not <annotation>", root.mark)
    path = path or picture_of(note, root)
    if path is None:
        at = root.find("filename") or root
        return wrong(f"there is no picture {root.said('filename') or note.stem}", at.mark, "put it there")
    try:
        size = size_of(root, path)
    except DataError as error:
        return error.faults[0]
    things: list[Thing] = []
    faults: list[Fault] = []
    for element in root.inner:
        if element.tag == "object":
            found = thing_of(element)
            (things if isinstance(found, Thing) else faults).append(found)  # type: ignore[arg-type]  # told apart
    return Picture(path, size, tuple(things), root.mark, tuple(faults))


def picture_of(note: Path, root: Element) -> str | None:
    """The picture that an annotation names, where no picture has its own name."""
    name = Path(root.said("filename").replace("\\", "/")).name
    for folder in (note.parent, note.parent.parent / "JPEGImages"):
        if name.lower().endswith(SUFFIXES) and (folder / name).is_file():
            return str(folder / name)
    return None


def size_of(root: Element, path: str) -> tuple[int, int]:
    """Width and height as the annotation has them; where it does not, those of the
    picture, upright."""
    size = root.find("size")
    if size is not None:
        sides = size.said("width"), size.said("height")
        if all(side.isdecimal() and int(side) for side in sides):
            return int(sides[0]), int(sides[1])
    with opened(path, "expected a whole image") as picture:
        return size_upright(picture)


def thing_of(element: Element) -> Thing | Fault:
    """A thing on a picture, or what its object lacks."""
    name, box = element.said("name"), element.find("bndbox")
    if not name:
        return wrong("the object has no <name>", element.mark)
    if box is None:
        return wrong(f"the object {name!r} has no <bndbox>", element.mark)
    edges = edges_of(box)
    if edges is None:
        return wrong(f"the box of {name!r} lacks a number among <xmin>, <ymin>, <xmax>, <ymax>", box.mark)
    return Thing(name, edges, box.mark, element.said("difficult") == "1")


def edges_of(box: Element) -> Edges | None:
    """Left, upper, right and lower edge; None where one is no number."""
    try:
        left, upper, right, lower = (float(box.said(tag)) for tag in ("xmin", "ymin", "xmax", "ymax"))
    except ValueError:
        return None
    return left, upper, right, lower
