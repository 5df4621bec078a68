"""Recipes as files: shipped ones by name, one's own by path, with changes laid over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationError

from resspec.errors import Fault, SpecError, did_you_mean, in_file_order, quoted
from resspec.record import refusal
from resspec.spec.faults import faults_of
from resspec.spec.merging import merge
from resspec.spec.overrides import apply_overrides
from resspec.spec.reading import SUFFIXES, read_document
from resspec.spec.tree import Entry, entry_of
from resspec.training.recipe import Recipe

FOLDER = Path(__file__).with_name("recipes")
FAMILIES = {"optimizer": "sgd-nesterov", "schedule": "cosine"}
"""Keys that name a kind, and the kind that is meant where nothing is written."""
EXTENDS = "extends"
PREFIX = "recipe."
"""Before an override that changes the recipe, not the spec."""


@cache
def shipped_recipes() -> dict[str, Path]:
    """The recipes that come with resspec, by name."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}


def load_recipe(source: str | Path | Mapping[str, Any] | Recipe, *overrides: str) -> Recipe:
    """A validated recipe from a shipped name, a path, plain data or a recipe, with `path=value` texts laid over it.
    SpecError with every fault and its place otherwise."""
    if isinstance(source, Recipe):
        if not overrides:
            return source
        source = source.to_dict()
    root = spelled_out(
        extended(entry_of(source)) if isinstance(source, Mapping) else read(find_recipe(str(source)), ())
    )
    root = apply_overrides(root, tuple(text.removeprefix(PREFIX) for text in overrides), {})
    if not isinstance(root.value, dict):
        message = f"a recipe is a mapping of keys and values, not {quoted(root.plain())}"
        raise SpecError(Fault("RS206", message, root.mark))
    try:
        return Recipe.model_validate(root.plain())
    except ValidationError as error:
        raise SpecError(*in_file_order(faults_of(error, root, lambda path: path))) from None


def find_recipe(source: str) -> Path:
    """The file a recipe argument means: a path, else a shipped name."""
    path = Path(source)
    if source.endswith(SUFFIXES) or "/" in source:
        return path
    shipped = shipped_recipes()
    if source not in shipped:
        raise SpecError.of("RS101", f"there is no recipe called {quoted(source)}", remedy=did_you_mean(source, shipped))
    return shipped[source]


def written_out(given: object) -> object:
    """What another file says of a recipe, as a recipe's own keys: a name or a path, or `extends` and what differs, are
    looked up; all else is left as it is. PydanticCustomError where there is no such recipe."""
    try:
        if isinstance(given, str):
            return read(find_recipe(given), ()).plain()
        if isinstance(given, Mapping) and EXTENDS in given:
            return extended(entry_of(given)).plain()
    except SpecError as error:
        fault = error.faults[0]
        raise refusal("recipe", fault.message, fault.remedy) from None
    return given


@dataclass(frozen=True)
class _Written:
    """What an editor is told of a field that holds a recipe."""

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        """A name, the keys, or `extends` with keys."""
        named = {"type": "string", "description": "A shipped recipe or a file.", "examples": sorted(shipped_recipes())}
        longer = {"type": "object", "required": [EXTENDS], "properties": {EXTENDS: named}}
        return {"anyOf": [named, handler(schema), longer]}


RecipeRef = Annotated[Recipe, BeforeValidator(written_out), _Written()]
"""A recipe in another file: its keys, a name, or `extends` and what differs."""


def read(path: Path, chain: tuple[Path, ...]) -> Entry:
    """The tree of a file laid over that of the recipe it extends."""
    return extended(read_document(path).root, path.parent, (*chain, path.resolve()))


def extended(root: Entry, folder: Path = Path(), chain: tuple[Path, ...] = ()) -> Entry:
    """A recipe's tree laid over that of the recipe it extends, whose path starts at a folder."""
    if not isinstance(root.value, dict) or EXTENDS not in root.value:
        return root
    fields = dict(root.value)
    base = fields.pop(EXTENDS)
    if not isinstance(base.value, str):
        raise SpecError(Fault("RS208", f"`extends` names a recipe, not {quoted(base.plain())}", base.mark))
    try:
        below = find_recipe(base.value)
    except SpecError as error:
        raise SpecError(*(replace(fault, mark=base.mark) for fault in error.faults)) from None
    below = folder / below
    if below.resolve() in chain:
        raise SpecError(Fault("RS209", "`extends` goes in a circle", base.mark, "take one of these `extends` away"))
    return laid_over(
        spelled_out(read(below, chain)), spelled_out(Entry(fields, root.mark, root.key), FAMILIES.keys() & fields)
    )


def laid_over(below: Entry, over: Entry) -> Entry:
    """A recipe's tree over another's; a kind replaces another kind and its fields."""
    replaced = [key for key in FAMILIES if key in over.value and kind_of(over, key) not in (None, kind_of(below, key))]
    kept = {key: entry for key, entry in below.value.items() if key not in replaced}
    return merge(Entry(kept, below.mark, below.key), over)


def kind_of(root: Entry, key: str) -> Any:
    """The kind that a tree names under a key; None where it names none."""
    found = root.find((key, "kind"))
    return found.value if found else None


def spelled_out(root: Entry, keys: Iterable[str] = FAMILIES) -> Entry:
    """The tree with each kind as a mapping, so that overrides reach its fields."""
    if not isinstance(root.value, dict):
        return root
    fields = dict(root.value)
    for key in keys:
        entry = fields.get(key, Entry(FAMILIES[key]))
        if isinstance(entry.value, str):
            fields[key] = Entry({"kind": entry}, entry.mark, entry.key)
    return Entry(fields, root.mark, root.key)
