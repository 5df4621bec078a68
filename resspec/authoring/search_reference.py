"""What search files and recipes may say, for people, and what a word means in any file."""

from __future__ import annotations

from collections.abc import Iterator

from resspec.authoring.reference import SPECS, KindEntry, Language, default_of
from resspec.authoring.search_schema import plugin_families
from resspec.errors import SpecError, did_you_mean, quoted
from resspec.study.declaration import Search
from resspec.training.plugin import Plugin
from resspec.training.recipe import Recipe


def families() -> dict[str, type[Plugin]]:
    """The families of search files and recipes, whatever was imported first."""
    return dict(sorted(plugin_families().items()))


def _language() -> Language:
    """Families are known as modules are imported, and the module of a kind may bring families of its own."""
    known = 0
    while known < (known := len(plugin_families())):
        for family in plugin_families().values():
            family.kinds()
    values = {name: default_of(record, name, {}) for record in (Search, Recipe) for name in record.model_fields}
    named = {name: value for name, value in values.items() if isinstance(value, dict)}
    return Language(families, inherits=False, defaults=named)


SEARCHES = _language()


def kinds_named(name: str) -> list[KindEntry]:
    """The kinds that a word means in specs, else in search files and recipes; SpecError where there is none."""
    found = SPECS.named(name) or SEARCHES.named(name)
    if not found:
        remedy = did_you_mean(name, dict.fromkeys(known_names()))
        raise SpecError.of("RS203", f"there is nothing called {quoted(name)}", remedy=remedy or "see `resspec parts`")
    return found


def known_names() -> Iterator[str]:
    """Every family and kind."""
    yield from SPECS.names()
    yield from SEARCHES.names()
