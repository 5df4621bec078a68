"""The photographs that scikit-learn and scikit-image carry in their wheels, for networks that enlarge images."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.errors import DataError
from resspec.training.data.pairing import Photos
from resspec.training.data.source import DataSource, Part, Truth

FOLDERS = {"sklearn": "datasets/images", "skimage": "data"}
"""Where a package keeps its photographs."""
PHOTOGRAPHS: dict[Part, tuple[str, ...]] = {
    "train": (
        "sklearn/china.jpg",
        "skimage/motorcycle_left.png",
        "skimage/motorcycle_right.png",
        "skimage/hubble_deep_field.jpg",
        "skimage/ihc.png",
        "skimage/brick.png",
        "skimage/grass.png",
        "skimage/gravel.png",
        "skimage/coins.png",
        "skimage/page.png",
    ),
    "validation": ("skimage/coffee.png", "skimage/rocket.jpg"),
    "test": ("skimage/astronaut.png", "skimage/camera.png", "skimage/chelsea.png", "sklearn/flower.jpg"),
}
"""No scene is in two parts."""


class Photographs(DataSource):
    """Ten photographs for training, two for validation, four for test, and the same made smaller by bicubic
    interpolation."""

    kind: ClassVar[str] = "photographs"
    truths: ClassVar[tuple[Truth, ...]] = ("images",)

    crops: Annotated[int, Field(ge=1)] = 64
    """Squares that a photograph gives in an epoch of training."""
    turn: bool = True
    """Whether such squares are turned by quarters at random (arXiv:1707.02921, section 4.2)."""

    def load(self, part: Part) -> Photos:
        """The photographs of a part; DataError where a package is missing."""
        return Photos(tuple(map(placed, PHOTOGRAPHS[part])), self.crops if part == "train" else 1, self.turn)


def placed(name: str) -> str:
    """The file of a photograph, PACKAGE/FILE; DataError where the package, or the file in it, is missing."""
    package, file = name.split("/")
    found = find_spec(package)
    if found is None or found.origin is None:
        message = f"the photograph {file} is part of {package}, which is not installed"
        raise DataError.of("RS651", message, remedy="pip install 'resspec[photographs]'")
    path = Path(found.origin).parent / FOLDERS[package] / file
    if not path.is_file():
        message = f"there is no photograph {path}: this release of {package} does not carry it"
        raise DataError.of("RS652", message, remedy="pip install 'resspec[photographs]'")
    return str(path)
