"""Weights of a study's best trials, kept in its folder so that later trials may start from them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resspec.errors import WeightsError
from resspec.study.evaluators.training import Inheritance
from resspec.training.checkpoint import read_notes, read_weights, save_weights
from resspec.training.inheritance import Shapes, bequest, inherit, shapes_of
from resspec.training.networks import Network

FOLDER = "weights"
NUMBER, SCORE, SHAPES = "number", "score", "shapes"


@dataclass(frozen=True)
class Heirloom:
    """The weights of a complete trial: its number, its accuracy, and the shapes of its tensors by name."""

    file: Path
    number: int
    score: float
    shapes: Shapes


class Heirlooms:
    """The weights in a study's folder, as a trial may see them: those of trials with smaller numbers, the best few. So
    a trial that is run again, or after a restart, starts from the same weights as it would have; with several workers
    it depends on who was done in time."""

    def __init__(self, folder: Path, setting: Inheritance) -> None:
        self._folder = folder / FOLDER
        self._setting = setting

    def hand_down(self, model: Network, number: int) -> dict[str, Any] | None:
        """Fill a trial's network from the nearest that is kept: the one of which the largest share of elements can be
        taken, of equal ones the most accurate. What is to be recorded of it; None where nothing is kept."""
        shapes = shapes_of(model.state_dict())
        kept = self._kept_for(number)
        if not kept:
            return None
        copied = self._setting.deeper == "copy"
        parent = min(kept, key=lambda one: (-bequest(shapes, one.shapes, copied).share, -one.score, one.number))
        taken = inherit(model, read_weights(parent.file), copied)
        return {
            "parent": parent.number,
            "tensors": [taken.tensors, taken.of_tensors],
            "elements": [taken.elements, taken.of_elements],
        }

    def keep(self, model: Network, number: int, score: float) -> None:
        """Keep the weights of a complete trial; it will be seen by those with larger numbers."""
        self._folder.mkdir(exist_ok=True)
        shapes = json.dumps(shapes_of(model.state_dict()))
        save_weights(model, self._file(number), {NUMBER: str(number), SCORE: repr(score), SHAPES: shapes})

    def _kept_for(self, number: int) -> list[Heirloom]:
        """The best few of the trials before one; the files of the others are deleted."""
        before = [found for file in sorted(self._folder.glob("*.safetensors")) if (found := _read(file))]
        before = sorted((one for one in before if one.number < number), key=lambda one: (-one.score, one.number))
        for one in before[self._setting.keep :]:
            one.file.unlink(missing_ok=True)
        return before[: self._setting.keep]

    def _file(self, number: int) -> Path:
        return self._folder / f"trial-{number}.safetensors"


def _read(file: Path) -> Heirloom | None:
    """The heirloom in a file; None where it is gone or damaged."""
    try:
        notes: Mapping[str, str] = read_notes(file)
        shapes = {name: tuple(shape) for name, shape in json.loads(notes[SHAPES]).items()}
        return Heirloom(file, int(notes[NUMBER]), float(notes[SCORE]), shapes)
    except (WeightsError, KeyError, ValueError):
        return None
