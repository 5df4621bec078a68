"""The codes as a page."""

from __future__ import annotations

from collections.abc import Mapping

from resspec.codes.code import Code

INTRODUCTION = """\
# What the errors mean

Generated from the codes (`resspec/codes`); `pytest --accept` writes it anew.

A message names the place, the broken law with its values, and the remedy. `--json` gives the same as data: code,
message, file, range (line, column and the column behind the end), remedy; `resspec validate --format sarif` is for
code-review tools. At most 20 faults are printed, in the order of the file; JSON holds them all. A key that was set in
a file that is extended is told there, with the lines `extended at` that led to it.
"""
SHOWN = 400


def error_page(groups: Mapping[str, Mapping[str, Code]]) -> str:
    """The page, as Markdown."""
    sections = [f"\n## {title}\n" + "".join(map(entry, codes, codes.values())) for title, codes in groups.items()]
    return INTRODUCTION + "".join(sections)


def entry(code: str, about: Code) -> str:
    """A code's own section."""
    example = about.example.removeprefix("$ ").rstrip()
    shown = example if len(example) <= SHOWN else example[:SHOWN] + " …"
    language = "console" if about.example.startswith("$") else "yaml"
    return (
        f"\n### {code}: {about.title}\n\n{about.cause}\n\n```{language}\n{shown}\n```\n\n**Remedy.** {about.remedy}\n"
    )
