"""The number of parameters, as a proxy."""

from typing import ClassVar

from resspec.training.proxies.proxy import Proxy
from resspec.training.untrained import Untrained


class Params(Proxy):
    """ln of the learned elements: a baseline that a proxy must better to be worth its time."""

    kind: ClassVar[str] = "params"

    @property
    def measure(self) -> str:
        """The logarithm: the cost itself has a name of its own."""
        return f"log-{self.kind}"

    def score(self, subject: Untrained) -> float:
        """From the graph alone."""
        return subject.log_cost("params")
