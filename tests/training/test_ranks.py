"""Two real processes: the same loss curve as one with the same global batch, each image judged once."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SPEC = {
    "input": [1, 8, 8],
    "stem": {"kind": "conv3x3", "width": 8},
    "block": "basic",
    "norm": {"kind": "group", "groups": 4},  # batch norm would see half of a batch in each process
    "stages": [{"depth": 1, "width": 8}, {"depth": 1, "width": 16, "stride": 2}],
    "head": {"kind": "linear", "classes": 10},
}
CHANGES = (
    "recipe.epochs=2",
    "recipe.warmup=0.5",
    "recipe.batch=130",
    "recipe.shift=1",
    "recipe.flip=true",
    "recipe.clip=1.0",
)


def trained(folder: Path, *launcher: str, flags: tuple[str, ...] = ()) -> list[list[float]]:
    """Losses and validation figures by epoch of a training that a launcher starts."""
    (folder / "net.json").write_text(json.dumps(SPEC))
    words = ["train", "net.json", *CHANGES, "--data", "digits", "--threads", "1", "--path", "run", *flags]
    done = subprocess.run(
        [sys.executable, "-m", *launcher, "resspec", *words],
        cwd=folder,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count("epochs in") == 1, "one process prints"
    rows = csv.DictReader((folder / "run" / "log.csv").read_text().splitlines())
    return [[float(row[key]) for key in ("loss", "validation_loss", "validation_accuracy")] for row in rows]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> list[list[float]]:
    return trained(tmp_path_factory.mktemp("alone"))


TWO = ("torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m")


@pytest.mark.slow
@pytest.mark.parametrize(
    "flags",
    [(), ("--accumulate", "2"), pytest.param(("--shard",), marks=pytest.mark.long)],
    ids=["ddp", "accumulated", "fsdp"],
)
def test_two_processes_have_the_loss_curve_of_one(tmp_path: Path, alone: list[list[float]], flags: tuple[str, ...]):
    found = trained(tmp_path, *TWO, flags=flags)
    for ours, theirs in zip(found, alone, strict=True):
        assert ours == pytest.approx(theirs, rel=2e-4, abs=5e-3)
        assert ours[0] == pytest.approx(theirs[0], rel=1e-4)
