"""Augmentation: every image of a batch moves as a whole, each in its own way."""

from __future__ import annotations

import torch
from torch.nn import functional

from resspec.training.augmentation import flipped, shifted

IMAGES = torch.randint(1, 255, (64, 3, 6, 9), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))


def test_every_shifted_image_is_a_window_of_the_image_framed_in_black():
    moved = shifted(IMAGES, 2, torch.Generator().manual_seed(0))
    framed = functional.pad(IMAGES, (2, 2, 2, 2))
    windows = [(r, c) for r in range(5) for c in range(5)]
    found = []
    for before, after in zip(framed, moved, strict=True):
        found += [(r, c) for r, c in windows if torch.equal(before[:, r : r + 6, c : c + 9], after)]
    assert len(found) == 64
    assert len(set(found)) > 15
    assert moved.dtype == torch.uint8


def test_about_half_of_the_images_are_mirrored_and_none_is_changed_otherwise():
    turned = flipped(IMAGES, torch.Generator().manual_seed(0))
    mirrored = [torch.equal(a, b.flip(-1)) for a, b in zip(turned, IMAGES, strict=True)]
    kept = [torch.equal(a, b) for a, b in zip(turned, IMAGES, strict=True)]
    assert all(one != two for one, two in zip(mirrored, kept, strict=True))
    assert 20 < sum(mirrored) < 44


def test_the_same_seed_moves_images_the_same_way():
    one, two = (shifted(IMAGES, 1, torch.Generator().manual_seed(5)) for _ in range(2))
    assert torch.equal(one, two)
