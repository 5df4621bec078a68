"""Pickles of arrays, read without running anything that a file names."""

from __future__ import annotations

import pickle
from typing import IO, Any

import numpy as np


class UnsafeError(Exception):
    """A pickle that names something else than an array, or is none."""


def _empty(*_: object) -> np.ndarray[Any, Any]:
    """An array that the pickle fills: it is made empty, whatever size the pickle asks for."""
    return np.empty(0, dtype=np.uint8)


def _plain_dtype(name: Any, *_: object) -> np.dtype[Any]:
    """A type of numbers; objects are refused."""
    found: np.dtype[Any] = np.dtype(name)
    if found.hasobject:
        raise UnsafeError("it holds objects, not numbers")
    return found


_ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"): _empty,
    ("numpy._core.multiarray", "_reconstruct"): _empty,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): _plain_dtype,
    ("_codecs", "encode"): lambda text, *_: text.encode("latin1"),
}
"""What pickled arrays name, and what it is taken for here."""


class _Reader(pickle.Unpickler):
    """Finds the makers of arrays alone."""

    def find_class(self, module: str, name: str) -> Any:
        """What a pickle names."""
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise UnsafeError(f"it names {module}.{name}, which is not run") from None


def arrays_of(file: IO[bytes]) -> dict[Any, Any]:
    """The mapping in a pickle of plain data and arrays of numbers, texts of Python 2 as bytes."""
    try:
        found = _Reader(file, encoding="bytes").load()
    except (pickle.UnpicklingError, AttributeError, ImportError, IndexError, MemoryError) as error:
        raise UnsafeError(str(error) or type(error).__name__) from None
    if not isinstance(found, dict):
        raise UnsafeError(f"it holds a {type(found).__name__}, not a mapping")
    return found
