"""What a YAML parser complains of, in words that say what to do."""

from __future__ import annotations

TAB = "indent with spaces: YAML allows no tabs there"

COMPLAINTS = (
    (
        "mapping values are not allowed",
        "a `:` where no key can stand",
        "quote a value that holds `: `, or mend the indent",
    ),
    ("found character", "a character that no value begins with", "quote the value"),
    ("could not find expected ':'", "a key without a `:`", "write `key: value`, with a space behind the `:`"),
    (
        "did not find expected ',' or '}'",
        "a mapping in braces that is not closed",
        "end it with `}`, its items with `,`",
    ),
    (
        "did not find expected ',' or ']'",
        "a list in brackets that is not closed",
        "end it with `]`, its items with `,`",
    ),
    ("did not find expected '-' indicator", "a line of a list without its `-`", "indent it like the lines above it"),
    ("did not find expected key", "a line that is no `key: value` at this indent", "indent it like the keys above it"),
    ("block sequence entries are not allowed", "a list where no list can stand", "begin it on the line below its key"),
    ("found unexpected end of stream", "text in quotes that is not closed", "close the quotes"),
    ("did not find expected <document start>", "something behind the end of the spec", "indent it as part of the spec"),
    ("did not find expected node content", "nothing where a value must stand", "write a value, or take the comma away"),
    ("found undefined tag handle", "a `!` that names a tag", "quote the value"),
    (
        "found unknown escape character",
        "an escape that does not exist",
        "write \\\\ for a backslash, or use single quotes",
    ),
    ("found duplicate anchor", "an anchor that stands twice", "name each anchor once"),
)
"""How a complaint begins, what it means, and what to do."""

AT_ITS_BEGINNING = ("could not find expected ':'", "found unexpected end of stream")
"""Complaints that are told where the thing began; the parser tells where it gave up."""


def complaint(problem: str, text: str, column: int) -> tuple[str, str]:
    """Message and remedy for a parser's problem at a column of a line."""
    if "\t" in text[:column]:
        return "a tab where spaces must stand", TAB
    found = ((said, do) for start, said, do in COMPLAINTS if problem.startswith(start))
    return next(found, (problem, "look at the quotes, colons and indents around it"))
