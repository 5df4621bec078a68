"""What is told of a pass over the images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from resspec.training.evaluation import Evaluation


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over the images: its number from 1, the mean training loss, and the validation where there is one."""

    number: int
    of: int
    loss: float
    validation: Evaluation | None
    seconds: float
    lr: float = 0.0
    """Learning rate of its last step."""
    images: int = 0
    """Training images seen in it."""

    def row(self) -> dict[str, Any]:
        """A line of the log; nothing where nothing was validated."""
        held_out = self.validation
        return {
            "epoch": self.number,
            "loss": self.loss,
            "lr": self.lr,
            "seconds": round(self.seconds, 3),
            "images_per_second": round(self.images / self.seconds, 1) if self.seconds else None,
            "validation_loss": held_out.loss if held_out else None,
            "validation_accuracy": held_out.accuracy if held_out else None,
            "validation_top5": held_out.top5 / held_out.count if held_out else None,
        }
