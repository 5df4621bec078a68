"""What is written of pictures: a record of each, and what is drawn on it."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resspec.training.predicting.predictor import Prediction
from resspec.training.writing import write_whole

if TYPE_CHECKING:
    from PIL.Image import Image

RECORD = "prediction.json"
"""The end of the name of what is told of a picture."""


@dataclass(frozen=True, slots=True)
class Predicted:
    """A picture, what a network says of it, and the files that were written, by the ends of their names."""

    picture: Path
    prediction: Prediction
    files: dict[str, Path] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain data: the picture's path, what is told of it, and the files that were written."""
        written = {"files": {end: str(path) for end, path in self.files.items()}} if self.files else {}
        return {"picture": str(self.picture), **self.prediction.to_dict(), **written}


class Folder:
    """Where predictions are written, each file whole; it is made where there is none."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._path, self._taken = path, set[str]()

    def write(self, found: Predicted, picture: Image) -> Predicted:
        """The prediction with its files: what is drawn on the picture, and last the record. OSError where nothing can
        be written."""
        stem = self._own_name(found.picture.stem)
        drawn = found.prediction.drawn(picture)
        files = {end: self._path / f"{stem}.{end}" for end in (RECORD, *drawn)}
        for end, image in drawn.items():
            data = io.BytesIO()
            image.save(data, "PNG")
            write_whole(files[end], data.getvalue())
        whole = Predicted(found.picture, found.prediction, files)
        write_whole(files[RECORD], (json.dumps(whole.to_dict(), indent=2) + "\n").encode())
        return whole

    def _own_name(self, stem: str) -> str:
        """The picture's name, with a number where an earlier picture had it."""
        name, number = stem, 1
        while name in self._taken:
            number += 1
            name = f"{stem}-{number}"
        self._taken.add(name)
        return name
