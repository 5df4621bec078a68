"""A sampler of the user's: any of Optuna's interface."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any, ClassVar

from optuna.samplers import BaseSampler
from pydantic import Field

from resspec.errors import SearchError
from resspec.study.evaluators.python import imported
from resspec.study.frontier import Frontier
from resspec.study.mirror import Mirror
from resspec.study.samplers.sampler import Proposal, Sampler, drawn


class Python(Sampler):
    """A class or function `module:name`, seen from the working directory, that makes an `optuna.samplers.BaseSampler`.
    It is given `options`, and `seed` where it takes one, afresh for each trial: what it knows comes from the study."""

    kind: ClassVar[str] = "python"
    short: ClassVar[str] = "function"

    function: Annotated[str, Field(min_length=1)]
    """What makes the sampler."""
    options: dict[str, Any] = Field(default_factory=dict)
    """Its keywords."""

    @property
    def runs_code(self) -> bool:
        """A file that names code has to be allowed to."""
        return True

    def propose(self, frontier: Frontier, mirror: Mirror, seed: int) -> Proposal:
        """A draw of the sampler, repaired where need be."""
        return drawn(self._made(seed), frontier, mirror, seed)

    def _made(self, seed: int) -> BaseSampler:
        factory: Callable[..., Any] = imported(self.function)
        takes = inspect.signature(factory).parameters
        seeded = {"seed": seed} if "seed" in takes or any(p.kind is p.VAR_KEYWORD for p in takes.values()) else {}
        try:
            sampler = factory(**{**seeded, **self.options})
        except TypeError as error:
            raise SearchError.of(
                "RS540", f"{self.function} cannot be called: {error}", remedy="see its keywords"
            ) from None
        if not isinstance(sampler, BaseSampler):
            law = f"{self.function} makes a {type(sampler).__name__}, which is no optuna.samplers.BaseSampler"
            raise SearchError.of("RS540", law)
        return sampler
