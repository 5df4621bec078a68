"""A U-Net on a ResNet-18 learns scenes of digits: mIoU on test scenes made of digits that it never saw, and a picture.

python benchmarks/applications/segmentation.py [--epochs 12] [--threads 2]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import resspec
from resspec.training.data import DataSource
from resspec.training.data.source import resident
from resspec.training.feed import feed_of
from resspec.training.tasks import task_of
from resspec.training.tasks.segmentation import main_of

SPEC, DATA, RECIPE = "unet_digits", "digit-scenes", "scenes"
PICTURE = Path(__file__).with_name("segmentation.png")
SHOWN, ZOOM = 6, 2
GOAL = 0.80
COLOURS = np.array(
    [
        (0, 0, 0),
        (230, 25, 75),
        (60, 180, 75),
        (255, 225, 25),
        (67, 99, 216),
        (245, 130, 49),
        (145, 30, 180),
        (66, 212, 244),
        (240, 50, 230),
        (191, 239, 69),
        (250, 190, 212),
    ],
    np.uint8,
)


def drawn(model: torch.nn.Module) -> Image.Image:
    """Scenes of the test part in columns: image, truth, answer."""
    task = task_of(resspec.load(SPEC))
    images = resident(DataSource.read(DATA), "test", task.truth).take(np.arange(SHOWN))
    feed = feed_of(images, model, torch.device("cpu"), task=task)
    x, y = next(feed.in_order(SHOWN, 0, SHOWN))
    with torch.inference_mode():
        answer = main_of(model(feed.normalised(x))).argmax(1)
    grey = np.repeat(x.numpy()[:, 0, :, :, None], 3, axis=3)
    rows = [grey, COLOURS[y.numpy()], COLOURS[answer.numpy()]]
    sheet = np.concatenate([np.concatenate(list(row), axis=1) for row in rows])
    picture = Image.fromarray(sheet)
    return picture.resize((ZOOM * picture.width, ZOOM * picture.height), Image.Resampling.NEAREST)


def main() -> None:
    """Train, judge, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    changes = [f"epochs={given.epochs}"] if given.epochs else []
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        trained = resspec.train(
            SPEC, data=DATA, recipe=RECIPE, changes=changes, path=folder, threads=given.threads, progress=True
        )
        seconds = time.perf_counter() - start
        found = resspec.evaluate(SPEC, weights=Path(folder) / "best.safetensors", data=DATA, threads=given.threads)
    drawn(trained.model).save(PICTURE, optimize=True)
    print(f"{SPEC} on {found.count} test scenes after {seconds:.0f} s on {given.threads} threads: {found.told()}")
    print(f"goal mIoU {100 * GOAL:.0f} %: {'reached' if found.score >= GOAL else 'missed'}; {PICTURE}")


if __name__ == "__main__":
    main()
