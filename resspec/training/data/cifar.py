"""The CIFAR data sets in the forms that they come in: two NumPy files, or the original Python archive."""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from resspec.errors import DataError
from resspec.training.data.pickles import UnsafeError, arrays_of
from resspec.training.data.source import Images, Part, held_out

SIDE = 32
PIXELS = 3 * SIDE * SIDE
NPZ = {"train": "train.npz", "test": "test.npz"}

Open = Callable[[str], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Form:
    """What tells the two sets apart: classes, the archive's folder, its files by part, the key of the labels."""

    classes: int
    nest: str
    batches: Mapping[str, tuple[str, ...]]
    labels: bytes

    @property
    def archive(self) -> str:
        """The packed archive's name."""
        return self.nest.replace("-batches-py", "-python") + ".tar.gz"

    @property
    def arrays(self) -> str:
        """What an .npz file should hold."""
        return f"`x` of 8-bit images [count, {SIDE}, {SIDE}, 3] and `y` of as many labels below {self.classes}"


def load_cifar(place: str, part: Part, form: Form, validation: float) -> Images:
    """A part of the data: test images as they are; of the others a share is held out."""
    path = Path(place).expanduser()
    if part == "test":
        return read_whole(path, "test", form)
    images = read_whole(path, "train", form)
    return images.take(held_out(images.y, validation, part))


def read_whole(path: Path, half: str, form: Form) -> Images:
    """All training or all test images, in whichever form they lie at the path."""
    packed = path if path.is_file() else path / form.archive
    nested = next((at for at in (path / form.nest, path) if (at / form.batches["test"][0]).is_file()), None)
    if path.is_dir() and nested is not None and not (path / NPZ[half]).exists():
        return joined([read_batch(nested / name, (nested / name).open, form) for name in form.batches[half]], form)
    if packed.is_file() and not (path / NPZ[half]).exists():
        return read_archive(packed, half, form)
    return read_npz(path / NPZ[half], form)


def read_archive(packed: Path, half: str, form: Form) -> Images:
    """Images from the packed archive, nothing of which is written to disk."""
    try:
        with tarfile.open(packed, "r:*") as archive, ExitStack() as opened:

            def member(name: str) -> Callable[[str], IO[bytes]]:
                def at_last(_mode: str) -> IO[bytes]:
                    found = archive.extractfile(f"{form.nest}/{name}")
                    if found is None:
                        raise KeyError(name)
                    return opened.enter_context(found)

                return at_last

            return joined([read_batch(packed / name, member(name), form) for name in form.batches[half]], form)
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        remedy = f"expected the packed archive {form.archive}"
        raise DataError.of("RS653", f"{packed} is damaged or no archive: {error}", remedy=remedy) from None


def read_batch(name: Path, open_: Open, form: Form) -> Images:
    """One file of the archive: a pickled mapping with `data` [count, 3072] and labels. Nothing in it is run."""
    wanted = f"expected a mapping with data, 8-bit [count, {PIXELS}], and {form.labels.decode()}, below {form.classes}"
    try:
        with open_("rb") as file:
            found = arrays_of(file)
        x, y = found[b"data"], np.asarray(found[form.labels], dtype=np.int64)
    except (FileNotFoundError, KeyError) as error:
        missing = error.args[0] if isinstance(error, KeyError) else "the file"
        raise DataError.of("RS652", f"{name}: {quoted_key(missing)} is missing", remedy=wanted) from None
    except (UnsafeError, OSError, ValueError, EOFError, TypeError, zlib.error, tarfile.TarError) as error:
        raise DataError.of("RS653", f"{name} is damaged or holds something else: {error}", remedy=wanted) from None
    if not isinstance(x, np.ndarray) or x.dtype != np.uint8 or x.shape != (len(y), PIXELS):
        got = f"{x.dtype} {list(x.shape)}" if isinstance(x, np.ndarray) else type(x).__name__
        raise DataError.of("RS653", f"{name} holds something else: data is {got}", remedy=wanted)
    return checked(x.reshape(-1, 3, SIDE, SIDE), y, name, form, wanted)


def quoted_key(key: object) -> str:
    """A key as a message shows it."""
    return key.decode(errors="replace") if isinstance(key, bytes) else str(key)


def read_npz(file: Path, form: Form) -> Images:
    """Images from an .npz file."""
    wanted = f"expected {form.arrays}"
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
            x, y = arrays["x"], arrays["y"]
    except FileNotFoundError:
        remedy = f"{wanted}; or {form.archive}, packed or unpacked"
        raise DataError.of("RS652", f"there is no file {file}", remedy=remedy) from None
    except NotADirectoryError:
        remedy = f"name a folder with {' and '.join(NPZ.values())}, or {form.archive}"
        raise DataError.of("RS652", f"{file.parent} is neither a folder nor an archive", remedy=remedy) from None
    except KeyError as error:
        raise DataError.of("RS653", f"{file}: {error.args[0]}", remedy=wanted) from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, TypeError) as error:
        raise DataError.of("RS653", f"{file} is damaged or no .npz file: {error}", remedy=wanted) from None
    labels = np.asarray(y).reshape(-1)
    fits = x.dtype == np.uint8 and x.shape == (len(labels), SIDE, SIDE, 3)
    if not fits or labels.dtype.kind not in "iu":
        got = f"x is {x.dtype} {list(x.shape)}, y {y.dtype} {list(np.shape(y))}"
        raise DataError.of("RS653", f"{file} holds something else: {got}", remedy=wanted)
    return checked(x.transpose(0, 3, 1, 2), labels.astype(np.int64), file, form, wanted)


def checked(x: NDArray[np.uint8], y: NDArray[Any], name: Path, form: Form, wanted: str) -> Images:
    """Images whose labels are those of the set."""
    if not len(y) or y.min() < 0 or y.max() >= form.classes:
        got = f"labels from {y.min()} to {y.max()}" if len(y) else "no images"
        raise DataError.of("RS653", f"{name} holds something else: {got}", remedy=wanted)
    return Images(np.ascontiguousarray(x), y, classes=form.classes)


def joined(parts: list[Images], form: Form) -> Images:
    """The images of several files, one after another."""
    x, y = np.concatenate([part.x for part in parts]), np.concatenate([part.y for part in parts])
    return Images(x, y, classes=form.classes)
