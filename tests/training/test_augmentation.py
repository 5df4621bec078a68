"""Augmentation: every image of a batch moves as a whole, each in its own way."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from resspec.training import Recipe
from resspec.training.augmentation import Mix, augmented, draw, flipped, holed, mix_of, shifted

IMAGES = torch.randint(1, 255, (64, 3, 6, 9), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))


def test_every_shifted_image_is_a_window_of_the_image_framed_in_black():
    moved = shifted(IMAGES, 2, torch.randint(0, 5, (2, 64, 1), generator=torch.Generator().manual_seed(0)))
    framed = functional.pad(IMAGES, (2, 2, 2, 2))
    windows = [(r, c) for r in range(5) for c in range(5)]
    found = []
    for before, after in zip(framed, moved, strict=True):
        found += [(r, c) for r, c in windows if torch.equal(before[:, r : r + 6, c : c + 9], after)]
    assert len(found) == 64
    assert len(set(found)) > 15
    assert moved.dtype == torch.uint8


def test_about_half_of_the_images_are_mirrored_and_none_is_changed_otherwise():
    turned = flipped(IMAGES, torch.rand(64, generator=torch.Generator().manual_seed(0)) < 0.5)
    mirrored = [torch.equal(a, b.flip(-1)) for a, b in zip(turned, IMAGES, strict=True)]
    kept = [torch.equal(a, b) for a, b in zip(turned, IMAGES, strict=True)]
    assert all(one != two for one, two in zip(mirrored, kept, strict=True))
    assert 20 < sum(mirrored) < 44


def test_the_same_seed_moves_images_the_same_way_however_many_processes_share_the_batch():
    recipe = Recipe(shift=2, flip=True, cutout=3)
    whole = augmented(IMAGES, recipe, draw(recipe, 64, torch.Generator().manual_seed(5)))
    draws = draw(recipe, 64, torch.Generator().manual_seed(5))
    parts = [augmented(IMAGES[a:b], recipe, draws.part(a, b)) for a, b in ((0, 20), (20, 64))]
    assert torch.equal(whole, torch.cat(parts))


def test_a_hole_is_black_square_and_cut_off_at_the_edges():
    middles = torch.tensor([[0.5, 0.0], [0.5, 0.99]])
    found = holed(torch.ones(2, 3, 8, 8, dtype=torch.uint8), 4, middles)
    assert (found == 0).sum((1, 2, 3)).tolist() == [3 * 16, 3 * 2 * 3]
    assert not found[0, :, 2:6, 2:6].any()


@pytest.mark.parametrize("box", [None, (0.5, 0.5), (0.0, 1.0)])
def test_mixing_tells_the_share_that_is_each_images_own(box: tuple[float, float] | None):
    images = torch.stack([torch.zeros(3, 8, 8), torch.ones(3, 8, 8)])
    mixed, kept = Mix(0.75, box).of(images)
    assert mixed[0].mean().item() == pytest.approx(1 - kept)
    assert mixed[1].mean().item() == pytest.approx(kept)
    assert kept == {None: 0.75, (0.5, 0.5): 0.75, (0.0, 1.0): 1 - 4 / 64}[box]


def test_how_a_batch_is_mixed_follows_from_seed_and_step_alone():
    recipe = Recipe(mixup=0.2, cutmix=1.0)
    found = [mix_of(recipe, 1, step) for step in range(200)]
    assert found == [mix_of(recipe, 1, step) for step in range(200)]
    assert 70 < sum(mix.box is None for mix in found) < 130
    assert mix_of(Recipe(), 1, 0) == Mix()
