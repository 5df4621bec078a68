"""The reference of search files and recipes as Markdown."""

from __future__ import annotations

from resspec.authoring.parts_page import fields_table, links, section
from resspec.authoring.search_reference import SEARCHES
from resspec.study.declaration import Search
from resspec.training.recipe import Recipe

INTRODUCTION = """\
# What searches and recipes name

Every evaluator, sampler, pruner, constraint, data set, optimizer and schedule, and the keys of search files and
recipes, generated from the classes themselves; `pytest --accept` writes it anew. `resspec parts sampler` and
`resspec parts hyperband` tell the same in the terminal, with the kinds of installed plug-ins. [search.md](search.md),
[evaluators.md](evaluators.md) and [training.md](training.md) say what they are for.
"""


def kinds_page() -> str:
    """The page of what search files and recipes may say."""
    families = SEARCHES.reference(plugins=False)
    keys = "".join(
        f"\n## Keys of a {name}\n\n{fields_table(SEARCHES.fields(record), 'key')}"
        for name, record in (("search file", Search), ("recipe", Recipe))
    )
    return f"{INTRODUCTION}\n{links(families)}\n{keys}" + "".join(section(entry, {}) for entry in families)
