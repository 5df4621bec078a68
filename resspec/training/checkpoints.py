"""States of a training on disk, each a folder that is there as a whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor

from resspec.errors import DataError

WEIGHTS = "weights.safetensors"
STATE = "state.pt"
_NAME = re.compile(r"step-(\d{8})\Z")


class Checkpoints:
    """The folders `step-NNNNNNNN` in a folder, of which the last `keep` stay: weights as safetensors, which any tool
    reads, and the rest of the state, which torch reads as plain tensors and numbers, running nothing."""

    def __init__(self, folder: Path, keep: int) -> None:
        self.folder, self.keep = folder, keep

    def save(
        self, step: int, weights: Mapping[str, Tensor], notes: Mapping[str, str], state: Mapping[str, Any]
    ) -> Path:
        """Write a state; DataError RS664 where there is no room for it."""
        final = self.folder / f"step-{step:08}"
        beside = self.folder / f".{final.name}.{os.getpid()}"
        held = BytesIO()
        torch.save(dict(state), held)
        files = {WEIGHTS: save({name: plain(tensor) for name, tensor in weights.items()}, dict(notes))}
        files[STATE] = held.getvalue()
        try:
            beside.mkdir(parents=True)
            for name, data in files.items():
                write_through(beside / name, data)
            shutil.rmtree(final, ignore_errors=True)
            beside.rename(final)
        except OSError as error:
            shutil.rmtree(beside, ignore_errors=True)
            raise no_room(self.folder, sum(map(len, files.values())), error) from None
        for old in list(self.steps())[: -self.keep]:
            shutil.rmtree(self.folder / f"step-{old:08}", ignore_errors=True)
        return final

    def steps(self) -> Iterator[int]:
        """The steps that are kept, in order."""
        names = self.folder.iterdir() if self.folder.is_dir() else ()
        yield from sorted(int(found[1]) for path in names if (found := _NAME.match(path.name)))

    def states(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        """The states that can be read, the latest first."""
        for step in reversed(list(self.steps())):
            path = self.folder / f"step-{step:08}"
            try:
                yield path, torch.load(path / STATE, map_location="cpu", weights_only=True)
            except Exception:  # noqa: BLE001, S112  # torch, zipfile and pickle each raise their own; an older one will do
                continue


def plain(tensor: Tensor) -> Tensor:
    """A tensor on the CPU in the usual order of memory."""
    return tensor.detach().cpu().contiguous()


def write_through(path: Path, data: bytes) -> None:
    """Write a file down to the disk."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def no_room(folder: Path, size: int, error: OSError) -> DataError:
    """What a person needs to know of a write that failed."""
    remedy = "make room, or name another folder with --path; the same command goes on from the last state"
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        remedy = "name a folder that you may write with --path"
    message = f"{folder}: a state of {size / 1e6:.1f} MB cannot be written: {error.strerror or error}"
    return DataError.of("RS664", message, remedy=remedy)
