"""What a proxy is: a figure of an untrained network that is to rank networks as training would."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from resspec.training.plugin import Plugin

if TYPE_CHECKING:
    from resspec.training.untrained import Untrained


class Proxy(Plugin):
    """Scores a network without training it; larger is held to be better."""

    family: ClassVar[str] = "proxy"
    home: ClassVar[str] = "resspec.training.proxies"
    group: ClassVar[str] = "resspec.proxies"

    @property
    def measure(self) -> str:
        """What the score is called among the measures of a search."""
        return self.kind

    @abstractmethod
    def score(self, subject: Untrained) -> float:
        """The figure of a network with its initial weights, on a batch of images."""
