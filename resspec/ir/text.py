"""How wide emitted text may be. It decides which values stand inside a statement and which become variables, and so how
long they live."""

from __future__ import annotations

from typing import Final

WIDTH: Final = 88
"""No statement is wider, its indent included, where it can be broken."""
BODY: Final = 8
"""The indent of statements in a method."""
LONGEST: Final = 72
"""Expressions longer than this are not put inside others."""
