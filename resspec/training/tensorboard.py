"""The log of a training as TensorBoard reads it."""

from __future__ import annotations

from pathlib import Path

from resspec.errors import DataError
from resspec.training.epoch import Epoch
from resspec.training.learner import Learner
from resspec.training.watcher import Watcher


class Board(Watcher):
    """Writes each figure of the log as a scalar, by epoch."""

    def __init__(self, folder: Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415  # an extra
        except ImportError:
            remedy = "pip install 'resspec[tensorboard]'"
            raise DataError.of("RS651", "TensorBoard's log needs a package that is missing", remedy=remedy) from None
        self._writer = SummaryWriter(str(folder))

    def epoch_done(self, epoch: Epoch, learner: Learner) -> None:
        """Write an epoch's row."""
        for name, value in epoch.row().items():
            if name != "epoch" and value is not None:
                self._writer.add_scalar(name.replace("_", "/", 1), value, epoch.number)
        self._writer.flush()
