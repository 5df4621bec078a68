"""Numbers as people write them: 25M, 4.1G, 224x224, 60%, 24GB, 12ms."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from resspec.errors import BudgetError, SpecError

UNITS = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12}
_COUNT = re.compile(r"\s*([0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][0-9]{1,2})?)\s*([kKMGBT]?)\s*\Z")
BYTES = {name: 10 ** (3 * power) for power, name in enumerate(("B", "KB", "MB", "GB", "TB"))}
BYTES |= {name: 2 ** (10 * power) for power, name in enumerate(("KiB", "MiB", "GiB", "TiB"), 1)}
NANOSECONDS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9}
_MEASURE = re.compile(r"\s*([0-9]{1,15}(?:\.[0-9]{1,15})?)\s*([A-Za-zµ]{0,3})\s*\Z")
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


def parse_bytes(value: object) -> int:
    """Bytes from "24GB" (10^9 each), "24GiB" (2^30 each) or a bare number of bytes, rounded down; BudgetError RS421 for
    anything else."""
    size = _measured(value, BYTES, bare=True)
    if size is None:
        raise BudgetError.of("RS421", f"{value!r} is no size of memory", remedy="write 24GB or 24GiB")
    return size


def parse_nanoseconds(value: object) -> int:
    """Nanoseconds from "12ms", "800us" or "1.5s", rounded down; BudgetError RS422 for anything else, a bare number
    too."""
    time = _measured(value, NANOSECONDS, bare=False)
    if time is None:
        raise BudgetError.of("RS422", f"{value!r} is no time", remedy="write 12ms, 800us or 1.5s")
    return time


def _measured(value: object, units: Mapping[str, int], *, bare: bool) -> int | None:
    """A whole number of the smallest unit, units written in small or capital letters; `bare` takes a number without
    one. None for anything else."""
    text = str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value
    match = _MEASURE.match(text) if isinstance(text, str) else None
    if match is None or not (match[2] or bare):
        return None
    factors = {name.lower(): factor for name, factor in units.items()} | {"": 1}
    factor = factors.get(match[2].lower().replace("µ", "u"))
    return None if factor is None else int(Decimal(match[1]) * factor)


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


def format_bytes(value: int) -> str:
    """Bytes to three digits: 102 MB."""
    return _scaled(value, (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("KB", 10**3), ("B", 1)))


def exact_bytes(value: int) -> str:
    """Bytes to the last one, in MB: 102.228128 MB."""
    return f"{_whole(value)} MB"


def format_nanoseconds(value: int) -> str:
    """A time to three digits: 12.3 ms."""
    return _scaled(value, (("s", 10**9), ("ms", 10**6), ("us", 10**3), ("ns", 1)))


def exact_nanoseconds(value: int) -> str:
    """A time to the last nanosecond, in ms: 12.345678 ms."""
    return f"{_whole(value)} ms"


def _scaled(value: int, units: Sequence[tuple[str, int]]) -> str:
    """Three digits with the first unit that gives 1 or more."""
    unit, size = next((pair for pair in units if value >= pair[1]), units[-1])
    scaled = value / size
    return f"{scaled:.3g} {unit}" if scaled < 999.5 else f"{scaled:.0f} {unit}"


def _whole(value: int) -> str:
    """A millionth part with all its digits."""
    return f"{value // 10**6:,}{f'.{value % 10**6:06d}'.rstrip('0').rstrip('.')}"
