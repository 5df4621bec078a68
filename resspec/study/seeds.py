"""Seeds derived from the study's."""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What a seed is for; stored studies rest on these numbers."""

    PROPOSAL = 0
    TRIAL = 1
    FINAL = 2


def seed_for(seed: int, purpose: Purpose, number: int) -> int:
    """A seed that follows from the study's, its purpose and the number of the trial or run: a resumed search draws what
    an uninterrupted one would have drawn."""
    return int(np.random.SeedSequence((seed, purpose, number)).generate_state(1)[0])
