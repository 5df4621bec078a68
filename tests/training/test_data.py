"""Data sets: fixed parts that never overlap, and messages that name the file at fault."""

from __future__ import annotations

import hashlib
import os
import pickle
import tarfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

import resspec
from resspec.errors import DataError
from resspec.training import DataSource, Engine, Recipe, evaluate, train
from resspec.training.data.source import Part, resident, split
from training.nets import Small

PARTS: tuple[Part, ...] = ("train", "validation", "test")


def test_digits_come_in_three_parts_that_share_no_image_and_leave_none_out():
    positions = split(np.arange(1797) % 10, {"train": 0.5, "validation": 0.25, "test": 0.25}, 0)
    assert sorted(np.concatenate(list(positions.values())).tolist()) == list(range(1797))
    parts = [resident(DataSource.read("digits"), part) for part in PARTS]
    assert [len(part) for part in parts] == [898, 449, 450]
    assert all(part.shape == (1, 8, 8) and part.classes == 10 and part.x.max() == part.white == 16 for part in parts)


def test_every_part_of_the_digits_holds_every_class_by_the_same_share():
    counts = [np.bincount(DataSource.read("digits").load(part).y, minlength=10) for part in PARTS]
    assert all(abs(train - 2 * held) <= 3 for train, held in zip(counts[0], counts[1], strict=True))
    assert all(abs(one - two) <= 1 for one, two in zip(counts[1], counts[2], strict=True))


def test_the_split_of_the_digits_is_the_one_that_published_figures_rest_on():
    found = {
        part: hashlib.sha256(resident(DataSource.read("digits"), part).x.tobytes()).hexdigest()[:12] for part in PARTS
    }
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
    train, validation, test = (resident(source, part) for part in PARTS)
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


class Evil:
    """Runs a command when a careless reader unpickles it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch pwned",)


def archived(folder: Path, **changes: Any) -> Path:
    """A small CIFAR-10 in its original form."""
    nest = folder / "cifar-10-batches-py"
    nest.mkdir()
    random = np.random.default_rng(0)
    for name in (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"):
        data = random.integers(0, 256, (20, 3072), dtype=np.uint8)
        content = {b"data": data, b"labels": list(range(10)) * 2} | (changes if name == "data_batch_3" else {})
        (nest / name).write_bytes(pickle.dumps(content, protocol=2))
    return nest


def test_cifar10_is_read_from_the_original_archive_packed_or_unpacked(tmp_path: Path):
    nest = archived(tmp_path)
    with tarfile.open(tmp_path / "cifar-10-python.tar.gz", "w:gz") as archive:
        archive.add(nest, nest.name)
    places = (tmp_path, nest, tmp_path / "cifar-10-python.tar.gz")
    found = [resident(DataSource.read(f"cifar10:{place}"), "train") for place in places]
    assert len(found[0]) == 90
    assert all(np.array_equal(found[0].x, other.x) for other in found[1:])
    with (nest / "test_batch").open("rb") as file:
        raw = pickle.load(file)
    assert np.array_equal(resident(DataSource.read(f"cifar10:{nest}"), "test").x.reshape(20, -1), raw[b"data"])


def test_cifar100_takes_the_fine_labels(tmp_path: Path):
    content = {
        b"data": np.zeros((200, 3072), np.uint8),
        b"fine_labels": list(range(100)) * 2,
        b"coarse_labels": [0] * 200,
    }
    for name in ("train", "test"):
        (tmp_path / name).write_bytes(pickle.dumps(content, protocol=2))
    found = resident(DataSource.read(f"cifar100:{tmp_path}"), "test")
    assert (found.classes, found.y.max()) == (100, 99)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"labels": Evil()}, r"data_batch_3 is damaged or holds something else: it names (posix|nt)\.system"),
        ({b"labels": [11] * 20}, "data_batch_3 holds something else: labels from 11 to 11"),
        ({b"data": np.zeros((20, 3), np.uint8)}, r"data is uint8 \[20, 3\]"),
        ({b"data": np.array([{}] * 20)}, "it holds objects"),
    ],
)
def test_an_archive_with_something_else_in_it_is_refused_and_nothing_in_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[Any, Any], said: str
):
    monkeypatch.chdir(tmp_path)
    archived(tmp_path)
    nest = tmp_path / "cifar-10-batches-py"
    whole = {b"data": np.zeros((20, 3072), np.uint8), b"labels": [0] * 20}
    (nest / "data_batch_3").write_bytes(pickle.dumps(whole | changes, protocol=2))
    with pytest.raises(DataError, match=said):
        DataSource.read(f"cifar10:{tmp_path}").load("train")
    assert not (tmp_path / "pwned").exists()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Pictures of several sizes in folders of classes."""
    image = pytest.importorskip("PIL.Image", reason="the extra `images` is not installed")
    random = np.random.default_rng(0)
    for part, count in (("train", 20), ("val", 5)):
        for name, shade in (("bright", 180), ("dark", 0)):
            folder = tmp_path / part / name
            folder.mkdir(parents=True)
            for i in range(count):
                pixels = random.integers(shade, shade + 70, (40 + i, 60, 3), dtype=np.uint8)
                image.fromarray(pixels).save(folder / f"{i}.{'png' if i % 2 else 'jpg'}")
    return tmp_path


PICTURES = {
    "input": [3, 32, 32],
    "stem": {"kind": "conv3x3", "width": 4},
    "block": "basic",
    "stages": [{"depth": 1, "width": 4, "stride": 2}],
    "head": {"kind": "linear", "classes": 2},
}
TREE_RECIPE = {"epochs": 3, "batch": 12, "lr": 0.1, "flip": True, "warmup": 0.0}


def test_a_tree_of_pictures_is_learnt_and_workers_change_nothing(tree: Path):
    def trained(workers: int) -> tuple[list[torch.Tensor], tuple[Any, ...]]:
        model = resspec.build(PICTURES, seed=0)
        source = DataSource.read(f"imagefolder:{tree}")
        engine = Engine(workers=workers)
        epochs = train(
            model,
            source.load("train"),
            Recipe.model_validate(TREE_RECIPE),
            validation=source.load("validation"),
            engine=engine,
        )
        test = evaluate(model, source.load("test"), engine=engine)
        assert (test.count, test.accuracy) == (10, 1.0)
        return list(model.state_dict().values()), tuple(epoch.loss for epoch in epochs)

    one, two = trained(0), trained(1)
    assert one[1] == two[1]
    assert all(torch.equal(a, b) for a, b in zip(one[0], two[0], strict=True))


def test_a_damaged_picture_is_named_or_left_out(tree: Path):
    victim = tree / "val" / "dark" / "0.jpg"
    victim.write_bytes(victim.read_bytes()[:200])
    model = resspec.build(PICTURES, seed=0)
    for workers in (0, 1):
        with pytest.raises(DataError, match=r"RS656.*dark/0\.jpg cannot be decoded"):
            evaluate(model, DataSource.read(f"imagefolder:{tree}").load("test"), engine=Engine(workers=workers))
    lenient = DataSource.read({"kind": "imagefolder", "folder": str(tree), "damaged": "skip"})
    assert evaluate(model, lenient.load("test"), engine=Engine(workers=0)).count == 9


def test_a_tree_without_its_folders_says_what_was_expected(tmp_path: Path):
    with pytest.raises(DataError, match=r"there is no folder .*train\n.*train/CLASS"):
        DataSource.read(f"imagefolder:{tmp_path}").load("train")
    with pytest.raises(DataError, match="has neither test/ nor val/"):
        DataSource.read(f"imagefolder:{tmp_path}").load("test")


def test_a_dataset_of_a_package_is_found_by_name(monkeypatch: pytest.MonkeyPatch):
    class Offered:
        targets = tuple(range(10)) * 10

        def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
            return torch.full((1, 8, 8), index, dtype=torch.uint8), self.targets[index]

    point = SimpleNamespace(name="mine", load=lambda: lambda part: None if part == "validation" else Offered())
    monkeypatch.setattr("resspec.training.data.dataset.entry_points", lambda **_: [point])
    source = DataSource.read("dataset:mine")
    train_part, held_out = source.load("train"), source.load("validation")
    assert (len(train_part), len(held_out)) == (90, 10)
    assert evaluate(Small(), source.load("test"), engine=Engine(workers=0)).count == 100
    with pytest.raises(DataError, match="did you mean 'mine'"):
        DataSource.read("dataset:mina").load("test")
