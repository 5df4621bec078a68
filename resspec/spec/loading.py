"""From a name, a path, data or a spec to a validated NetSpec: inheritance and overrides included."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from functools import cache
from pathlib import Path as FilePath

from pydantic import ValidationError

from resspec.errors import Fault, Mark, SpecError, did_you_mean
from resspec.shipped import spec_folder
from resspec.spec.faults import faults_of
from resspec.spec.merging import merge
from resspec.spec.net import NetSpec
from resspec.spec.overrides import apply_overrides
from resspec.spec.reading import SUFFIXES, read_document
from resspec.spec.tree import Entry, entry_of

Source = str | FilePath | Mapping[str, object] | NetSpec


@cache
def shipped_specs() -> dict[str, FilePath]:
    """The specs that come with resspec, by name."""
    return {path.stem: path for path in sorted(spec_folder().rglob("*.yaml"))}


def list_specs(pattern: str = "*") -> list[str]:
    """Names of shipped specs that match a shell pattern, sorted."""
    return sorted(fnmatch.filter(shipped_specs(), pattern))


def load_spec(source: Source, *overrides: str, **fields: object) -> NetSpec:
    """A validated spec; SpecError with every fault and its place otherwise."""
    if isinstance(source, NetSpec):
        root = source.origin.root if source.origin.root.value else entry_of(source.to_dict())
        name = source.name
    elif isinstance(source, Mapping):
        root, name = inherit(entry_of(source), (), FilePath.cwd()), "net"
    else:
        path = find(str(source))
        root, name = inherit(read_document(path).root, (path.resolve(),), path.resolve().parent), path.stem
    return validated(apply_overrides(root, overrides, fields), name)


def find(source: str, mark: Mark | None = None, beside: FilePath | None = None) -> FilePath:
    """The file a spec argument means: a path (seen from `beside`), else a shipped name."""
    path = FilePath(source)
    if source.endswith(SUFFIXES) or "/" in source or path.is_file():
        return (beside / path) if beside and not path.is_absolute() else path
    shipped = shipped_specs()
    if source in shipped:
        return shipped[source]
    remedy = did_you_mean(source, shipped) if source else "give a shipped name or a path"
    raise SpecError(Fault("RS101", f"there is no spec called {source!r}", mark, remedy))


def inherit(entry: Entry, chain: tuple[FilePath, ...], top: FilePath) -> Entry:
    """The tree laid over what it extends, without the key `extends`. Bases lie under `top`, the first file's folder, or are
    shipped."""
    if not isinstance(entry.value, dict) or "extends" not in entry.value:
        return entry
    fields = dict(entry.value)
    named = fields.pop("extends")
    bases = named.value if isinstance(named.value, list) else [named]
    root = Entry({}, entry.mark)
    for base in bases:
        root = merge(root, inherited(base, chain, top)) if root.value else inherited(base, chain, top)
    return merge(root, Entry(fields, entry.mark, entry.key))


def inherited(base: Entry, chain: tuple[FilePath, ...], top: FilePath) -> Entry:
    """The tree of one base."""
    if not isinstance(base.value, str):
        raise SpecError(Fault("RS208", f"`extends` names a spec or a file, not {base.value!r}", base.mark))
    path = find(base.value, base.mark, chain[-1].parent if chain else top).resolve()
    if path in chain:
        circle = " -> ".join(p.stem for p in (*chain[chain.index(path) :], path))
        raise SpecError(Fault("RS209", f"`extends` goes in a circle: {circle}", base.mark))
    if path.suffix not in SUFFIXES or not (path.is_relative_to(top) or path.is_relative_to(spec_folder().resolve())):
        remedy = "move the base beside the spec, or extend a shipped spec"
        raise SpecError(Fault("RS114", f"`extends` may not read {base.value!r}: it lies outside {top.name}/", base.mark, remedy))
    try:
        root = read_document(path).root
    except SpecError as error:
        if not path.exists():
            raise SpecError(Fault("RS101", f"`extends` names {base.value!r}, but there is no such file", base.mark)) from None
        raise error
    tree = inherit(root, (*chain, path), top)
    if isinstance(tree.value, dict):
        return Entry({key: value for key, value in tree.value.items() if key not in ("name", "source")}, tree.mark)
    return tree


def validated(root: Entry, name: str) -> NetSpec:
    """The tree as a NetSpec that knows its places."""
    data = root.plain()
    if not isinstance(data, dict):
        raise SpecError(Fault("RS206", f"a spec is a mapping of keys and values, not {data!r:.60}", root.mark))
    try:
        return NetSpec.model_validate({**({} if "name" in data else {"name": name}), **data}).located(root)
    except ValidationError as error:
        faults = faults_of(error, root, lambda path: path)
        raise SpecError(*sorted(faults, key=lambda f: (f.mark.line, f.mark.column) if f.mark else (0, 0))) from None
