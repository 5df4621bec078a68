"""A sampler of the user's: any of Optuna's interface."""

from __future__ import annotations

from typing import Any, ClassVar

from optuna.samplers import BaseSampler
from pydantic import Field

from resspec.errors import SearchError
from resspec.study.frontier import Frontier
from resspec.study.functions import FunctionPath
from resspec.study.guests import guest, made
from resspec.study.mirror import Mirror
from resspec.study.samplers.sampler import Proposal, Sampler, drawn


class Python(Sampler):
    """A class or function `module:name`, seen from the working directory, that makes an `optuna.samplers.BaseSampler`.
    It is given `options`, and `seed` where it takes one, afresh for each trial: what it knows comes from the study."""

    kind: ClassVar[str] = "python"
    short: ClassVar[str] = "function"

    function: FunctionPath
    """What makes the sampler."""
    options: dict[str, Any] = Field(default_factory=dict)
    """Its keywords."""

    @property
    def runs_code(self) -> bool:
        """A file that names code has to be allowed to."""
        return True

    def check(self, objectives: int) -> None:
        """It has to be there, and to make a sampler."""
        self._made(0)

    def propose(self, frontier: Frontier, mirror: Mirror, seed: int) -> Proposal:
        """A draw of the sampler, repaired where need be."""
        sampler = self._made(seed)
        with guest(f"the sampler {self.function!r}"):
            return drawn(sampler, frontier, mirror, seed)

    def _made(self, seed: int) -> BaseSampler:
        sampler = made(self.function, self.options, seed=seed)
        if not isinstance(sampler, BaseSampler):
            law = f"{self.function} makes a {type(sampler).__name__}, which is no optuna.samplers.BaseSampler"
            raise SearchError.of("RS540", law)
        return sampler
