"""CIFAR-100 (Krizhevsky, 2009)."""

from __future__ import annotations

from typing import ClassVar

from resspec.training.data.cifar import Form, load_cifar
from resspec.training.data.source import DataSource, HeldOut, Images, Part

FORM = Form(
    classes=100,
    nest="cifar-100-python",
    batches={"train": ("train",), "test": ("test",)},
    labels=b"fine_labels",
)


class Cifar100(DataSource):
    """As cifar10, with the hundred fine labels."""

    kind: ClassVar[str] = "cifar100"
    short: ClassVar[str] = "folder"

    folder: str
    """The folder that holds the files, or cifar-100-python.tar.gz; relative to the working directory."""
    validation: HeldOut = 0.1
    """Share of the training images that is held out for validation; 0 trains on all of them."""

    def load(self, part: Part) -> Images:
        """A part of the data; DataError names the file at fault and what was expected."""
        return load_cifar(self.folder, part, FORM, self.validation)
