"""Numbers as people write them: 25M, 4.1G, 224x224, 60%."""

from __future__ import annotations

import re
from decimal import Decimal

from resspec.errors import SpecError

UNITS = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12}
_COUNT = re.compile(r"\s*([0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][0-9]{1,2})?)\s*([kKMGBT]?)\s*\Z")
_SIZE = re.compile(r"([0-9]{1,6}x)?[0-9]{1,6}x[0-9]{1,6}\Z")


def parse_count(value: object) -> int:
    """A whole number from 25000000, "25M" or "4.1G" (powers of ten); SpecError RS210 for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, float) and value >= 0 and value == int(value):
        return int(value)
    match = _COUNT.match(value) if isinstance(value, str) else None
    if match:
        exact = Decimal(match[1]) * UNITS[match[2]]
        if exact == int(exact):
            return int(exact)
    raise SpecError.of(
        "RS210", f"{value!r} is not a count", remedy="write a whole number, with K, M, G or T for powers of a thousand"
    )


def parse_size(value: object) -> tuple[int, ...] | None:
    """The sides of an image from "224x224" (height, width), "3x224x224" or a list of whole numbers; None for anything
    else."""
    if isinstance(value, str):
        match = _SIZE.match(value)
        return tuple(int(side) for side in value.split("x")) if match else None
    if isinstance(value, (list, tuple)) and all(type(side) is int for side in value):
        return tuple(value)
    return None


def format_count(value: float) -> str:
    """A count to three digits with its unit: 25.6M, 4.09G, 512."""
    for unit, size in (("T", 10**12), ("G", 10**9), ("M", 10**6), ("K", 10**3)):
        if abs(value) >= size:
            scaled = value / size
            return f"{scaled:.3g}{unit}" if scaled < 999.5 else f"{scaled:.0f}{unit}"
    return f"{value:.0f}"
