"""Real checkpoints on real images: the published errors. Needs CIFAR-10 and the checkpoints of akamaster's ResNets."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import resspec

DATA, WEIGHTS = (os.environ.get(name, "") for name in ("RESSPEC_CIFAR10", "RESSPEC_CIFAR10_WEIGHTS"))


@pytest.mark.slow
@pytest.mark.skipif(not (DATA and WEIGHTS), reason="RESSPEC_CIFAR10 and RESSPEC_CIFAR10_WEIGHTS name no folders")
@pytest.mark.parametrize(("name", "error"), [("resnet20", 8.27), ("resnet56", 6.61)])
def test_a_public_checkpoint_has_its_published_error(name: str, error: float):
    file = next(Path(WEIGHTS).glob(f"{name}-*.th"))
    found = resspec.evaluate(name, weights=file, data=f"cifar10:{DATA}")
    assert found.count == 10_000
    assert 100 * (1 - found.accuracy) == pytest.approx(error, abs=0.02)
