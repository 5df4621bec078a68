"""What a .safetensors file says of itself: its header, read without torch and without its tensors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from resspec.errors import Fault, SpecError, WeightsError

SUFFIX = ".safetensors"
SPEC, FINGERPRINT = "spec", "fingerprint"
"""The notes that carry the spec as YAML, and the network's fingerprint."""
FOLDER, FILES = "hf:", ("model.safetensors", "pytorch_model.bin")
"""What may stand before a folder's path, and the files of weights that folders of Hugging Face hold."""
MOST = 100_000_000
"""Bytes of a header, as the format has it."""
NOTES = "__metadata__"


def located(source: str | Path) -> Path:
    """The file of weights that a path names: itself, or the one in a folder of Hugging Face (`hf:DIR` or DIR);
    WeightsError where a folder holds none."""
    path = Path(str(source).removeprefix(FOLDER))
    if not path.is_dir():
        return path
    found = [path / name for name in FILES if (path / name).is_file()]
    if not found:
        raise WeightsError(
            Fault(
                "RS602", f"the folder {path} holds no {' and no '.join(FILES)}", remedy="name the file of weights in it"
            )
        )
    return found[0]


def header(path: Path) -> dict[str, Any]:
    """The header of a file, as the format writes it; WeightsError where it is none."""
    if not path.is_file():
        raise WeightsError(Fault("RS602", f"there is no file {path}"))
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        raw = file.read(size) if 2 <= size <= min(MOST, path.stat().st_size - 8) else b""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise WeightsError(Fault("RS603", f"{path} is no readable tensor file: it has no header"))
    return found


def notes(path: Path) -> dict[str, str]:
    """The notes in a file's header."""
    found = header(path).get(NOTES) or {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, Mapping) else {}


def shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """The shapes of a file's tensors by name, in the order in which they lie in the file."""
    rows = {name: row for name, row in header(path).items() if name != NOTES}
    try:
        ordered = sorted(rows, key=lambda name: rows[name]["data_offsets"][0])
        found = {name: tuple(int(side) for side in rows[name]["shape"]) for name in ordered}
        end = max((int(row["data_offsets"][1]) for row in rows.values()), default=0)
    except (TypeError, KeyError, ValueError, IndexError):
        raise WeightsError(Fault("RS603", f"{path} is no readable tensor file: its header is damaged")) from None
    check_length(path, end)
    return found


def check_length(path: Path, data: int) -> None:
    """WeightsError where a file is not as long as its header says: 8 bytes, the header, so many bytes of data."""
    with path.open("rb") as file:
        wanted = 8 + int.from_bytes(file.read(8), "little") + data
    if path.stat().st_size != wanted:
        message = f"{path} is no readable tensor file: it has {path.stat().st_size:,} bytes of {wanted:,}"
        raise WeightsError(Fault("RS603", message))


def spec_text(path: Path) -> str:
    """The spec that a file carries, as YAML; SpecError where it carries none."""
    try:
        found = notes(path)
    except WeightsError as error:
        raise SpecError(*error.faults) from None
    if SPEC not in found:
        remedy = "`resspec import FILE` infers one from names and shapes"
        raise SpecError(Fault("RS115", f"{path} carries no spec", remedy=remedy))
    return found[SPEC]


def carries_weights(source: object) -> bool:
    """Whether a spec argument is a file that holds the weights too."""
    return isinstance(source, (str, Path)) and str(source).endswith(SUFFIX)
