"""What a network answers: one tensor, or several by their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from torch import Tensor

from resspec.compile import OUTPUT
from resspec.errors import Fault, WeightsError

Answer = Tensor | Mapping[str, Tensor]
TOLERANCE = 1e-4
"""The largest difference of outputs that is passed, as a share of their root mean square."""


def by_name(answer: Answer) -> dict[str, Tensor]:
    """The tensors by their names; the only one is called `output`."""
    return dict(answer) if isinstance(answer, Mapping) else {OUTPUT: answer}


def answer_of(names: Iterable[str], tensors: Iterable[Tensor]) -> Answer:
    """What the network's module answers, from the tensors in the order of their names."""
    found = dict(zip(names, tensors, strict=True))
    return found[OUTPUT] if list(found) == [OUTPUT] else found


def difference(wanted: Answer, got: Answer, tolerance: float = TOLERANCE) -> float:
    """The largest difference, each tensor's as a share of its own root mean square; WeightsError where one is too
    large, or where the names are others."""
    ours, theirs = by_name(wanted), by_name(got)
    if ours.keys() != theirs.keys():
        message = f"what was written answers {', '.join(theirs)}, not {', '.join(ours)}"
        raise WeightsError(Fault("RS706", message))
    shares = {name: share(tensor, theirs[name]) for name, tensor in ours.items()}
    name, worst = max(shares.items(), key=lambda pair: (pair[1] != pair[1], pair[1]))  # one that is no number first
    if not worst <= tolerance:
        where = "" if len(shares) == 1 else f" in {name}"
        message = f"what was written answers otherwise{where}: by {worst:.1e} of the root mean square"
        raise WeightsError(Fault("RS706", message))
    return worst


def share(wanted: Tensor, got: Tensor) -> float:
    """The largest difference of two tensors as a share of the first one's root mean square."""
    wanted, got = wanted.float(), got.float()
    return float((wanted - got.reshape(wanted.shape)).abs().max() / wanted.pow(2).mean().sqrt().clamp_min(1e-12))
