"""What the tests of predictions share: stored weights, pictures in files, rectangles of known greys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import resspec
from resspec.training.checkpoint import save_weights
from resspec.training.run import notes_of


def stored(path: Path, *source: Any) -> Path:
    """Random weights of a network, its spec inside."""
    spec = resspec.load(*source)
    save_weights(resspec.build(spec, seed=0), path, notes_of(spec, resspec.fingerprint(spec)))
    return path


def picture(path: Path, pixels: np.ndarray[Any, Any], **options: Any) -> Path:
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)
    return path


def bands(height: int, width: int, seed: int = 0) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """A grey picture of rectangles in four greys, and the band of each of its pixels."""
    random = np.random.RandomState(seed)
    classes = np.zeros((height, width), np.uint8)
    for _ in range(12):
        top, left = random.randint(height), random.randint(width)
        classes[top : top + height // 3, left : left + width // 4] = random.randint(4)
    return (30 + 60 * classes).astype(np.uint8), classes
