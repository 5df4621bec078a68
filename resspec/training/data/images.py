"""Folders of photographs, for networks that enlarge them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from resspec.errors import DataError
from resspec.training.data.imagefolder import files_below
from resspec.training.data.pairing import Photos
from resspec.training.data.source import DataSource, HeldOut, Part, Truth, held_out

FOLDERS: dict[Part, tuple[str, ...]] = {"train": ("train",), "validation": ("validation", "val"), "test": ("test",)}
LAYOUT = "expected train/*.png, test/*.png and perhaps val/*.png; a folder without these is a test part"


class PhotographFolder(DataSource):
    """A folder with train/, test/ and perhaps val/ (or validation/), each with photographs in it or below; a folder
    without them has photographs for judging alone. Small photographs are made from them."""

    kind: ClassVar[str] = "images"
    short: ClassVar[str] = "folder"
    truths: ClassVar[tuple[Truth, ...]] = ("images",)

    folder: str
    """The folder that holds the parts; relative to the working directory."""
    crops: Annotated[int, Field(ge=1)] = 16
    """Squares that a photograph gives in an epoch of training."""
    turn: bool = True
    """Whether such squares are turned by quarters at random (arXiv:1707.02921, section 4.2)."""
    validation: HeldOut = 0.1
    """Share of the training photographs that is held out where there is no folder for it."""
    damaged: Literal["stop", "skip"] = "stop"
    """What a photograph that cannot be decoded, or is too small, does: end the run, or be left out and told at the
    end."""

    def load(self, part: Part) -> Photos:
        """The files of a part; DataError where folders are missing or empty. No photograph is opened."""
        root = Path(self.folder).expanduser()
        found = {of: folder_of(root, of) for of in FOLDERS}
        if part == "test" and not any(found.values()):
            return self._listed(root, part)
        own = found[part]
        if own is not None and (part != "train" or found["validation"]):
            return self._listed(own, part)
        train = found["train"]
        if part == "test" or train is None:
            raise DataError.of("RS652", f"there is no folder {root / FOLDERS[part][0]}", remedy=LAYOUT)
        everything = self._listed(train, part)
        return everything.take(held_out(np.zeros(len(everything.paths), np.int64), self.validation, part))

    def _listed(self, folder: Path, part: Part) -> Photos:
        """The photographs in and below a folder, by name."""
        paths = files_below(folder)
        if not paths:
            raise DataError.of("RS652", f"there are no photographs below {folder}", remedy=LAYOUT)
        return Photos(paths, self.crops if part == "train" else 1, self.turn, self.damaged == "skip")


def folder_of(root: Path, part: Part) -> Path | None:
    """The folder of a part, where there is one."""
    return next((root / name for name in FOLDERS[part] if (root / name).is_dir()), None)
