"""The codes of all faults: stable, each with its title, cause, example and remedy.

RS1xx reading, RS2xx language, RS3xx shapes and legality, RS4xx budgets, RS5xx searches, RS6xx weights and data, RS7xx
commands. A code is never given a second meaning."""

from resspec.codes.code import Code
from resspec.codes.commands import COMMANDS
from resspec.codes.data import DATA
from resspec.codes.language import LANGUAGE
from resspec.codes.page import error_page
from resspec.codes.reading import READING
from resspec.codes.searches import SEARCH
from resspec.codes.shapes import BUDGETS, SHAPES

GROUPS = {
    "RS1xx: reading": READING,
    "RS2xx: the language": LANGUAGE,
    "RS3xx: shapes and legality": SHAPES,
    "RS4xx: budgets": BUDGETS,
    "RS5xx: searches": SEARCH,
    "RS6xx: weights and data": DATA,
    "RS7xx: commands": COMMANDS,
}
"""The codes by hundreds."""

CODES: dict[str, Code] = {code: about for group in GROUPS.values() for code, about in group.items()}
"""What stands behind each code."""

__all__ = ["CODES", "GROUPS", "Code", "error_page"]
