"""Colours of classes, as far apart as colours can be."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

COUNT = 256
STEPS = 18
"""Levels of red, green and blue among which colours are chosen."""
LIGHTNESS = (0.42, 0.88)
"""Darkest and lightest colour, in Oklab from 0 to 1: white and black words can be read on them."""
CHROMA = 0.11
"""Least distance from grey, so that no class looks like a grey picture."""
FIRST = (0.52, 0.1, 0.9)
"""About where the first colour lies: red, green, blue."""
TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
"""The two matrices of Oklab (Björn Ottosson, "A perceptual color space for image processing", 2020)."""


@cache
def palette() -> NDArray[np.uint8]:
    """Red, green and blue [256, 3] of each class: black for class 0, and then always the colour that is furthest from
    those before it."""
    steps = np.linspace(0, 255, STEPS).round().astype(np.uint8)
    every = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(-1, 3)
    places = oklab(every)
    low, high = LIGHTNESS
    fit = (places[:, 0] >= low) & (places[:, 0] <= high) & (np.hypot(places[:, 1], places[:, 2]) >= CHROMA)
    every, places = every[fit], places[fit]
    at = int(np.argmin(((every / 255 - FIRST) ** 2).sum(1)))
    nearest = np.full(len(every), np.inf)
    chosen: list[int] = []
    while len(chosen) < COUNT - 1:
        chosen.append(at)
        nearest = np.minimum(nearest, ((places - places[at]) ** 2).sum(1))
        at = int(np.argmax(nearest))
    return np.concatenate([np.zeros((1, 3), np.uint8), every[chosen]])


def oklab(colours: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Lightness and two opponent axes [..., 3] of colours in sRGB."""
    shares = colours / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    found: NDArray[np.float64] = np.cbrt(linear @ TO_CONES.T) @ TO_LAB.T
    return found


def coloured(labels: NDArray[np.integer]) -> NDArray[np.uint8]:
    """The colours [..., 3] of classes [...]; from class 256 on they come again, without black."""
    return palette()[np.where(labels == 0, 0, (labels.astype(np.int64) - 1) % (COUNT - 1) + 1)]


def colour_of(label: int) -> tuple[int, int, int]:
    """The colour of a class."""
    red, green, blue = coloured(np.array(label)).tolist()
    return red, green, blue


def hexadecimal(label: int) -> str:
    """The colour of a class as #RRGGBB."""
    return "#{:02x}{:02x}{:02x}".format(*colour_of(label))
