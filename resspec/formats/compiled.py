"""The inference form compiled: torch's inductor with the weights as constants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from resspec.errors import ResspecError
from resspec.export.inputs import inputs
from resspec.ingest.answers import TOLERANCE, difference
from resspec.ir import Argument

HALF = {torch.float16: 2e-2, torch.bfloat16: 1e-1}
"""What is passed where numbers have half the bits, as a share of the outputs' root mean square."""
REMEDY = "a C++ compiler is needed (g++ or clang; CXX names it), on a GPU also Triton; or leave compile out"


class Compiled(nn.Module):
    """A network in eval mode whose answers compiled code computes, without gradients. Its weights are constants of that
    code: they cannot be loaded anew, moved, changed in type or trained."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model.eval()
        self.training = False
        self.run: Callable[..., Any] = torch.compile(model, options=options(next(model.parameters()).device.type))
        self.register_load_state_dict_pre_hook(_refuse)  # type: ignore[no-untyped-call]

    @torch.no_grad()  # inductor takes weights as constants only where no gradient is asked for
    def forward(self, x: Tensor, *others: Tensor) -> Any:
        """The network's answer."""
        return self.run(x.contiguous(memory_format=torch.channels_last), *others)

    def _apply(self, *_: Any, **__: Any) -> nn.Module:
        """What moves tensors or changes their type."""
        _refuse()
        raise AssertionError

    def train(self, mode: bool = True) -> Compiled:
        """Its only mode is that for answers."""
        if mode:
            _refuse()
        return self


def _refuse(*_: Any) -> None:
    remedy = "build it anew, with other `weights`, `device` or `dtype`, or without `compile`"
    raise ResspecError.of("RS708", "the weights of a compiled network are constants of its code", remedy=remedy)


def options(device: str) -> dict[str, Any]:
    """What inductor is told: weights are constants; on a GPU kernels are chosen by timing them, without CUDA graphs,
    which would answer in memory that the next call overwrites."""
    return {"freezing": True, **({"max_autotune": True, "triton.cudagraphs": False} if device == "cuda" else {})}


def compiled(model: nn.Module, signature: Sequence[Argument]) -> Compiled:
    """The module compiled, once its answers to inputs of this signature were seen to be those of the module itself:
    WeightsError where they are not, ResspecError where it cannot be compiled."""
    like = next(model.parameters())
    given = inputs(signature, 2, 0, like.device, like.dtype)
    found = Compiled(model)
    with torch.no_grad():
        wanted = model(*given)
    with compiler():
        got = found(*given)
    difference(wanted, got, HALF.get(like.dtype, TOLERANCE))
    return found


@contextmanager
def compiler() -> Iterator[None]:
    """What a compiler raises, told as an error of ours."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  # each stage of torch.compile raises its own
        told = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
        message = f"the network cannot be compiled: {type(error).__name__}: {told:.200}"
        raise ResspecError.of("RS708", message, remedy=REMEDY) from None
