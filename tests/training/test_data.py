"""Data sets: fixed parts that never overlap, and messages that name the file at fault."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resspec.errors import DataError
from resspec.training import DataSource
from resspec.training.data.source import Part, split

PARTS: tuple[Part, ...] = ("train", "validation", "test")


def test_digits_come_in_three_parts_that_share_no_image_and_leave_none_out():
    positions = split(np.arange(1797) % 10, {"train": 0.5, "validation": 0.25, "test": 0.25}, 0)
    assert sorted(np.concatenate(list(positions.values())).tolist()) == list(range(1797))
    parts = [DataSource.read("digits").load(part) for part in PARTS]
    assert [len(part) for part in parts] == [898, 449, 450]
    assert all(part.shape == (1, 8, 8) and part.classes == 10 and part.x.max() == part.white == 16 for part in parts)


def test_every_part_of_the_digits_holds_every_class_by_the_same_share():
    counts = [np.bincount(DataSource.read("digits").load(part).y, minlength=10) for part in PARTS]
    assert all(abs(train - 2 * held) <= 3 for train, held in zip(counts[0], counts[1], strict=True))
    assert all(abs(one - two) <= 1 for one, two in zip(counts[1], counts[2], strict=True))


def test_the_split_of_the_digits_is_the_one_that_published_figures_rest_on():
    found = {part: hashlib.sha256(DataSource.read("digits").load(part).x.tobytes()).hexdigest()[:12] for part in PARTS}
    assert found == {"train": "ea4180f1ece9", "validation": "131ca80c801c", "test": "39de678106b3"}


@pytest.fixture
def cifar(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    for name, count in (("train", 200), ("test", 50)):
        x = random.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)
        np.savez(tmp_path / f"{name}.npz", x=x, y=np.arange(count) % 10)
    return tmp_path


def test_cifar10_is_read_from_a_folder_and_a_tenth_of_each_class_is_held_out(cifar: Path):
    source = DataSource.read(f"cifar10:{cifar}")
    train, validation, test = (source.load(part) for part in PARTS)
    assert (len(train), len(validation), len(test)) == (180, 20, 50)
    assert np.bincount(validation.y).tolist() == [2] * 10
    with np.load(cifar / "test.npz") as arrays:
        assert np.array_equal(test.x, arrays["x"].transpose(0, 3, 1, 2))
    assert test.shape == (3, 32, 32)
    assert test.white == 255


def test_a_missing_file_is_named_with_what_was_expected(tmp_path: Path):
    with pytest.raises(DataError, match=r"there is no file .*test\.npz\n.*`x` of 8-bit images \[count, 32, 32, 3\]"):
        DataSource.read({"kind": "cifar10", "folder": str(tmp_path)}).load("test")


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"x": np.zeros((5, 32, 32, 3), np.uint8)}, "y"),
        ({"x": np.zeros((5, 3, 32, 32), np.uint8), "y": np.zeros(5, int)}, r"uint8 \[5, 3, 32, 32\]"),
        ({"x": np.zeros((5, 32, 32, 3), np.float32), "y": np.zeros(5, int)}, "float32"),
        ({"x": np.zeros((5, 32, 32, 3), np.uint8), "y": np.full(5, 10)}, "holds something else"),
        ({"x": np.zeros((5, 32, 32, 3), np.uint8), "y": np.zeros(4, int)}, r"int64 \[4\]"),
        ({"x": np.zeros((0, 32, 32, 3), np.uint8), "y": np.zeros(0, int)}, "holds something else"),
        ({"x": np.zeros((5, 32, 32, 3), np.uint8), "y": np.array([{}] * 5)}, "damaged"),
    ],
)
def test_a_file_with_something_else_in_it_is_refused_with_what_it_holds(
    tmp_path: Path, arrays: dict[str, Any], said: str
):
    np.savez(tmp_path / "test.npz", **arrays)
    with pytest.raises(DataError, match=said):
        DataSource.read(f"cifar10:{tmp_path}").load("test")


@pytest.mark.parametrize("keep", [0, 10, 1000, -30])
def test_a_truncated_file_is_refused_by_name(cifar: Path, keep: int):
    whole = (cifar / "train.npz").read_bytes()
    (cifar / "train.npz").write_bytes(whole[:keep])
    with pytest.raises(DataError, match=r"train\.npz is damaged"):
        DataSource.read(f"cifar10:{cifar}").load("train")
