"""Number formats of a step."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch

from resspec.training.engine import Engine

TYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


def autocast(engine: Engine, device: torch.device) -> AbstractContextManager[None]:
    """Convolutions and products in the engine's format until the end of the block."""
    if engine.precision == "fp32":
        return nullcontext()
    return torch.autocast(device.type, TYPES[engine.precision])


def scaler(engine: Engine, device: torch.device) -> torch.amp.GradScaler:
    """What keeps small gradients of fp16 from vanishing; does nothing for other formats."""
    return torch.amp.GradScaler(device.type, enabled=engine.precision == "fp16")
