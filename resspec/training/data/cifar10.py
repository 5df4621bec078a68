"""CIFAR-10 (Krizhevsky, 2009)."""

from __future__ import annotations

from typing import ClassVar

from resspec.training.data.cifar import Form, load_cifar
from resspec.training.data.source import DataSource, HeldOut, Images, Part

FORM = Form(
    classes=10,
    nest="cifar-10-batches-py",
    batches={"train": tuple(f"data_batch_{i}" for i in range(1, 6)), "test": ("test_batch",)},
    labels=b"labels",
)


class Cifar10(DataSource):
    """A folder with train.npz and test.npz (`x` and `y`), or the original Python archive, packed or unpacked. A tenth
    of each class of the training images is for validation."""

    kind: ClassVar[str] = "cifar10"
    short: ClassVar[str] = "folder"

    folder: str
    """The folder that holds the files, or cifar-10-python.tar.gz; relative to the working directory."""
    validation: HeldOut = 0.1
    """Share of the training images that is held out for validation; 0 trains on all of them."""

    def load(self, part: Part) -> Images:
        """A part of the data; DataError names the file at fault and what was expected."""
        return load_cifar(self.folder, part, FORM, self.validation)
