"""What is told of a pass over the images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from resspec.training.score import Score


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over the images: its number from 1, the mean training loss, and the validation where there is one."""

    number: int
    of: int
    loss: float
    validation: Score | None
    seconds: float
    lr: float = 0.0
    """Learning rate of its last step."""
    images: int = 0
    """Training images seen in it."""
    columns: tuple[str, ...] = ("accuracy", "top5")
    """Names of the figures that the validation has beside its loss."""
    skipped: tuple[str, ...] = ()
    """What was wrong with images that were left out, told in the first epoch that met it."""

    def row(self) -> dict[str, Any]:
        """A line of the log; nothing where nothing was validated."""
        held_out = self.validation
        measures = held_out.measures() if held_out else {}
        return {
            "epoch": self.number,
            "loss": self.loss,
            "lr": self.lr,
            "seconds": round(self.seconds, 3),
            "images_per_second": round(self.images / self.seconds, 1) if self.seconds else None,
            "validation_loss": held_out.loss if held_out else None,
            **{f"validation_{name}": measures.get(name) for name in self.columns},
        }
