"""Who watches a training. Every verb does nothing here; what it raises ends the training."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resspec.training.epoch import Epoch
    from resspec.training.learner import Learner


class Watcher:
    """Told what happens, in the process and thread of the training."""

    def begun(self, learner: Learner) -> None:
        """All is ready for the first step; a watcher may put the learner into the state of an earlier one."""

    def stepped(self, learner: Learner) -> None:
        """A step was taken."""

    def epoch_done(self, epoch: Epoch, learner: Learner) -> None:
        """An epoch was trained and judged."""
