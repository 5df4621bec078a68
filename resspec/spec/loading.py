"""From a name, a path, data or a spec to a validated NetSpec: inheritance and overrides included."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from resspec import carried
from resspec.errors import Fault, Mark, SpecError, did_you_mean, in_file_order, quoted
from resspec.shipped import spec_folder
from resspec.spec.faults import faults_of
from resspec.spec.limits import LIMITS, Limits, limit_faults, number_faults, over
from resspec.spec.merging import merge
from resspec.spec.net import NetSpec
from resspec.spec.overrides import apply_overrides
from resspec.spec.reading import SUFFIXES, read_document
from resspec.spec.rules import expanded
from resspec.spec.scaling import scaled
from resspec.spec.tree import Entry, entry_of
from resspec.spec.versions import current

Source = str | FilePath | Mapping[str, object] | NetSpec


@cache
def shipped_specs() -> dict[str, FilePath]:
    """The specs that come with resspec, by name."""
    return {path.stem: path for path in sorted(spec_folder().rglob("*.yaml"))}


def list_specs(pattern: str = "*") -> list[str]:
    """Names of shipped specs that match a shell pattern, sorted."""
    return sorted(fnmatch.filter(shipped_specs(), pattern))


STAND_INS = {"depth": 1, "width": 64}
"""What a stage is given where its own is wrong, so that the rest of the spec can be looked at."""


class UnsoundError(SpecError):
    """A spec whose language is wrong; `rest` is the spec without what is wrong, where enough is left."""

    def __init__(self, faults: Iterable[Fault], rest: NetSpec | None = None) -> None:
        super().__init__(*faults)
        self.rest = rest


@dataclass(slots=True)
class Trail:
    """What one spec is read under: the folder that its files lie in, the limits, and what was read so far."""

    top: FilePath
    limits: Limits
    files: int = 0
    values: int = 0

    def read(self, path: FilePath | str, via: tuple[Mark, ...] = ()) -> Entry:
        """The root of a file, counted; `via` are the places of `extends` that led to it."""
        self.files += 1
        if self.files > self.limits.files:
            raise SpecError(
                over("files", self.limits.files, "the spec is read from too many files", via[-1] if via else None)
            )
        left = replace(self.limits, values=max(1, self.limits.values - self.values))
        document = read_document(path, left, via)
        self.values += document.count
        return document.root


@cache
def bases(name: str) -> frozenset[str]:
    """The shipped specs that a shipped spec extends, near and far."""
    read = read_document(shipped_specs()[name]).root.find(("extends",))
    near = [] if read is None else [read.plain()] if isinstance(read.value, str) else read.plain()
    return frozenset(near).union(*(bases(base) for base in near))


def load_spec(source: Source, *overrides: str, limits: Limits | None = None, **fields: object) -> NetSpec:
    """A validated spec; SpecError with every fault and its place otherwise. Its origin remembers the limits; a spec
    that was loaded before brings its own."""
    limits = limits or (source.origin.limits if isinstance(source, NetSpec) else LIMITS)
    if isinstance(source, NetSpec):
        root = source.origin.written if source.origin.written.value else entry_of(source.to_dict())
        name = source.name
    elif isinstance(source, Mapping):
        root, name = inherit(entry_of(source), (), Trail(FilePath.cwd(), limits)), "net"
    else:
        path = find(str(source))
        trail = Trail(path.absolute().parent.resolve(), limits)
        root, name = inherit(trail.read(path), (path.resolve(),), trail), path.stem
    return validated(apply_overrides(root, overrides, fields), name, limits)


def load_written(root: Entry, folder: FilePath, limits: Limits = LIMITS) -> NetSpec:
    """A spec that stands inside another file: its faults are told at their places there, and its paths are seen from
    the folder of that file."""
    return validated(inherit(root, (), Trail(folder, limits)), "net", limits)


def find(source: str, mark: Mark | None = None, beside: FilePath | None = None) -> FilePath:
    """The file a spec argument means: a path (seen from `beside`), else a shipped name."""
    path = FilePath(source)
    if source.endswith((*SUFFIXES, carried.SUFFIX)) or "/" in source or is_file(path):
        return (beside / path) if beside and not path.is_absolute() else path
    shipped = shipped_specs()
    if source in shipped:
        return shipped[source]
    remedy = did_you_mean(source, shipped) if source else "give a shipped name or a path"
    raise SpecError(Fault("RS101", f"there is no spec called {quoted(source)}", mark, remedy))


def is_file(path: FilePath) -> bool:
    """Whether a path is a file; what no system takes as a path is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def inherit(entry: Entry, chain: tuple[FilePath, ...], trail: Trail) -> Entry:
    """The tree laid over what it extends, without the key `extends`. Bases lie under the first file's folder, or are
    shipped."""
    root, *over = layers(entry, chain, trail)
    for layer in over:
        root = merge(root, layer)
    return root


def layers(entry: Entry, chain: tuple[FilePath, ...], trail: Trail, via: tuple[Mark, ...] = ()) -> list[Entry]:
    """The trees that make a spec, the undermost first: what it extends, in order, then its own."""
    entry = current(entry)
    if not isinstance(entry.value, dict) or "extends" not in entry.value:
        return [entry]
    fields = dict(entry.value)
    named = fields.pop("extends")
    bases = named.value if isinstance(named.value, list) else [named]
    below = [layer for base in bases for layer in inherited(base, chain, trail, via)]
    return [*below, Entry(fields, entry.mark, entry.key)]


def inherited(base: Entry, chain: tuple[FilePath, ...], trail: Trail, via: tuple[Mark, ...]) -> list[Entry]:
    """The trees of one base, without what names the base alone."""
    if not isinstance(base.value, str):
        remedy = "write extends: resnet50, or a list of names"
        raise SpecError(
            Fault("RS208", f"`extends` names a spec or a file, not {quoted(base.plain())}", base.mark, remedy)
        )
    path = base_file(base, chain[-1].parent if chain else trail.top, trail)
    if path in chain:
        circle = " -> ".join(p.stem for p in (*chain[chain.index(path) :], path))
        message = f"`extends` goes in a circle: {circle}"
        raise SpecError(Fault("RS209", message, base.mark, "take one of these `extends` away"))
    via = (*via, base.mark) if base.mark else via
    return [unnamed(layer) for layer in layers(trail.read(path, via), (*chain, path), trail, via)]


def named(entry: Entry, beside: FilePath, top: FilePath, limits: Limits = LIMITS) -> FilePath:
    """The file of a spec that an entry below a key of a spec names, under the rules of `extends`."""
    return base_file(entry, beside, Trail(top, limits))


def base_file(base: Entry, beside: FilePath, trail: Trail) -> FilePath:
    """The file that an entry names; SpecError where there is none or it may not be read."""
    path = find(base.value, base.mark, beside)
    try:
        path, there = path.resolve(), path.is_file()
    except (OSError, ValueError, RuntimeError):
        message = f"{quoted(base.value)} cannot name a file"
        raise SpecError(Fault("RS101", message, base.mark, "name a file beside the spec")) from None
    if path.suffix not in SUFFIXES or not may_read(path, trail):
        message = f"{quoted(base.value)} may not be read: it lies outside {trail.top.name}/"
        if path.suffix not in SUFFIXES:
            message = f"{quoted(base.value)} may not be read: a spec ends in {', '.join(SUFFIXES)}"
        remedy = "move the base beside the spec, extend a shipped spec, or trust the file with --allow outside"
        raise SpecError(Fault("RS114", message, base.mark, remedy))
    if not there:
        remedy = did_you_mean(path.name, [file.name for file in path.parent.glob("*") if file.suffix in SUFFIXES])
        raise SpecError(Fault("RS101", f"there is no file {quoted(base.value)}", base.mark, remedy))
    return path


def may_read(path: FilePath, trail: Trail) -> bool:
    """Whether a spec may name a file: one under the first file's folder, or a shipped one."""
    inside = path.is_relative_to(trail.top) or path.is_relative_to(spec_folder().resolve())
    return inside or trail.limits.outside


def unnamed(layer: Entry) -> Entry:
    """A base's tree without its name and source, which no other net bears."""
    if not isinstance(layer.value, dict):
        return layer
    return Entry({key: value for key, value in layer.value.items() if key not in ("name", "source")}, layer.mark)


def remainder(error: ValidationError, data: dict[str, Any], name: str) -> NetSpec | None:
    """What is left of a spec without what a validation refused, so that the rest can be looked at; None where too
    little is left."""
    for item in error.errors(include_url=False, include_context=False):
        *above, key = item["loc"]
        inner: Any = data
        for step in above:
            inner = inner.get(str(step)) if isinstance(inner, dict) else inner[int(step)]
            if not isinstance(inner, (dict, list)):
                break
        if key in STAND_INS and len(above) == 2 and isinstance(inner, dict):
            inner[key] = STAND_INS[key]
        elif isinstance(inner, dict) and key in inner:
            del inner[key]
        elif item["loc"][0] in data and item["loc"][0] not in ("stem", "stages"):
            del data[str(item["loc"][0])]
        else:
            return None
    try:
        return NetSpec.model_validate({"name": name, **data})
    except ValidationError:
        return None


def validated(written: Entry, name: str, limits: Limits = LIMITS) -> NetSpec:
    """The tree as a NetSpec that knows its places and limits."""
    if not isinstance(written.value, dict):
        message = f"a spec is a mapping of keys and values, not {quoted(written.plain())}"
        raise SpecError(
            Fault("RS206", message, written.mark, "write `extends: resnet50`, or a stem, a block and stages")
        )
    if faults := number_faults(written, limits):
        raise SpecError(*in_file_order(faults))
    root = scaled(expanded(written))
    if faults := limit_faults(root, limits):
        raise SpecError(*in_file_order(faults))
    data = root.plain()
    try:
        found = NetSpec.model_validate({**({} if "name" in data else {"name": name}), **data})
    except ValidationError as error:
        rest = remainder(error, data, name)
        faults = in_file_order(faults_of(error, root, lambda path: path))
        raise UnsoundError(faults, rest and rest.located(root, written, limits)) from None
    return found.located(root, written, limits)
