"""FCOS on a ResNet-18 finds digits in scenes: mAP on test scenes made of digits that it never saw, and a picture.

python benchmarks/applications/detection.py [--epochs 10] [--threads 2]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw

import resspec
from resspec.training.data import DataSource
from resspec.training.data.source import resident
from resspec.training.feed import feed_of
from resspec.training.tasks import task_of
from resspec.training.tasks.detection import Detection

SPEC, DATA, RECIPE = "fcos_digits", "digit-scenes", "boxes"
PICTURE = Path(__file__).with_name("detection.png")
COLUMNS, ROWS, ZOOM, GAP = 4, 2, 3, 4
SURE = 0.4
"""Score from which a box is drawn."""
GOAL = 0.80
COLOURS = ("#e6194b", "#3cb44b", "#ffe119", "#4a6fe3", "#f58231", "#c04be0", "#42d4f4", "#f032e6", "#bfef45", "#fabed4")


def drawn(model: torch.nn.Module) -> Image.Image:
    """Scenes of the test part with the boxes that were found, each with its digit and its score."""
    task = task_of(resspec.load(SPEC))
    assert isinstance(task, Detection)
    images = resident(DataSource.read(DATA), "test", task.truth).take(np.arange(COLUMNS * ROWS))
    feed = feed_of(images, model, torch.device("cpu"), task=task)
    x, _ = next(feed.in_order(len(images), 0, len(images)))
    with torch.inference_mode():
        found = task.way.found(model(feed.normalised(x)), task.size)
    side = ZOOM * x.shape[-1]
    sheet = Image.new("RGB", (COLUMNS * (side + GAP) - GAP, ROWS * (side + GAP) - GAP), "white")
    for place, scene in enumerate(x.numpy()[:, 0]):
        tile = Image.fromarray(scene).resize((side, side), Image.Resampling.NEAREST).convert("RGB")
        draw = ImageDraw.Draw(tile)
        boxes = zip(
            found.boxes[place].tolist(), found.labels[place].tolist(), found.scores[place].tolist(), strict=True
        )
        for box, label, score in boxes:
            if score >= SURE:
                left, upper, right, lower = (ZOOM * edge for edge in box)
                draw.rectangle((left, upper, right - 1, lower - 1), outline=COLOURS[label], width=2)
                draw.text((left + 4, max(0, upper - 12)), f"{label}: {100 * score:.0f} %", fill=COLOURS[label])
        sheet.paste(tile, (place % COLUMNS * (side + GAP), place // COLUMNS * (side + GAP)))
    return sheet.quantize(256)


def main() -> None:
    """Train, judge, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    changes = [f"epochs={given.epochs}"] if given.epochs else []
    start, spent = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        trained = resspec.train(
            SPEC, data=DATA, recipe=RECIPE, changes=changes, path=folder, threads=given.threads, progress=True
        )
        seconds, cpu = time.perf_counter() - start, time.process_time() - spent
        found = resspec.evaluate(SPEC, weights=Path(folder) / "best.safetensors", data=DATA, threads=given.threads)
    drawn(trained.model).save(PICTURE, optimize=True)
    after = f"after {seconds:.0f} s ({cpu:.0f} s of CPU) on {given.threads} threads"
    print(f"{SPEC} on {found.count} test scenes {after}: {found.told()}")
    print(f"goal mAP50 {100 * GOAL:.0f} %: {'reached' if found.score >= GOAL else 'missed'}; {PICTURE}")


if __name__ == "__main__":
    main()
