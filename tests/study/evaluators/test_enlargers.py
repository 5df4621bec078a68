"""Searches whose networks enlarge images that are read one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import resspec
from resspec.errors import DataError, SearchError
from resspec.study.evaluators.training import Training

TINY = ("stem.width=4", "stages.1.width=4", "stages.1.depth=1", "input=3x12x12")
RECIPE = {"epochs": 2, "batch": 8, "lr": 0.002, "optimizer": "adamw", "warmup": 0.0, "flip": False}


@pytest.fixture
def photographs(tmp_path: Path) -> str:
    """Smooth pictures of several sizes in a folder's three parts."""
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed: pictures are not read")
    for part, sizes in {"train": [(40, 50), (61, 44)], "val": [(30, 41)], "test": [(37, 28)]}.items():
        folder = tmp_path / "photographs" / part
        folder.mkdir(parents=True)
        for number, (height, width) in enumerate(sizes):
            rows, columns = np.mgrid[:height, :width]
            waves = [127 + 60 * np.sin(rows * a / 9 + columns * (number + 1) / 7) for a in (1, 2, 3)]
            image.fromarray(np.stack(waves, -1).astype(np.uint8)).save(folder / f"{number}.png")
    return f"images:{tmp_path / 'photographs'}"


def setting(data: str, **fields: Any) -> Training:
    """An evaluator for small enlargers."""
    given = {"data": data, "recipe": RECIPE, "measure": "psnr", "threads": 1, **fields}
    found = Training.read({"kind": "training", **given})
    assert isinstance(found, Training)
    return found


def test_networks_are_judged_by_the_psnr_of_whole_pictures_the_same_each_time(photographs: str):
    base = resspec.load("edsr_small", *TINY)
    wider = resspec.load(base, "stages.1.width=6", "stem.width=6")
    watched: list[float] = []
    with setting(photographs).bench(base) as bench:
        found = [bench.measure(spec, 0, lambda _, score: watched.append(score)) for spec in (base, wider, base)]
    assert [list(figures) for figures in found] == [["psnr", "loss"]] * 3
    assert len(watched) == 6
    assert all(20 < figures["psnr"] < 60 for figures in found)
    assert found[0] == found[2] != found[1]


def test_a_search_leaves_the_best_enlarger_with_its_psnr_on_test_pictures(photographs: str, tmp_path: Path):
    result = resspec.search(
        {
            "name": "enlargers",
            "base": resspec.load("edsr_small", *TINY).to_dict(),
            "space": {"stages.1.depth": {"low": 1, "high": 2}},
            "evaluator": setting(photographs).to_data(),
            "sampler": "random",
            "pruner": "none",
            "trials": 2,
            "final": {"finalists": 1, "repeats": 1},
        },
        path=tmp_path / "run",
    )
    assert [trial.state.name for trial in result.trials] == ["COMPLETE"] * 2
    assert result.main == "psnr"
    assert result.verdict is not None
    assert 20 < result.verdict.test_accuracy(result.verdict.winner) < 60
    assert (tmp_path / "run" / "best.safetensors").is_file()


@pytest.mark.parametrize(("measure", "remedy"), [("miou", "measure: psnr"), ("accuracy", "measure: psnr")])
def test_classes_are_no_measure_of_enlargers(photographs: str, measure: str, remedy: str):
    base = resspec.load("edsr_small", *TINY)
    with pytest.raises(SearchError, match=f"not judged by {measure}") as caught:
        setting(photographs, measure=measure).bench(base).__enter__()
    assert remedy in str(caught.value)


def test_a_data_set_of_classes_teaches_no_enlarger():
    base = resspec.load("edsr_small", *TINY)
    with pytest.raises(DataError, match="tells labels of its images, the network learns images"):
        setting("digits").bench(base).__enter__()


def test_studies_of_before_are_written_as_they_were():
    data = setting("digits", measure="accuracy").to_data()
    assert "measure" not in data
    assert "workers" not in data
    assert {"threads", "device", "inherit"} <= data.keys()
    assert setting("digits", workers=2).to_data()["workers"] == 2
