"""Networks to train: from a spec to a module, and torch's threads while it trains."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from resspec.compile import compile_spec
from resspec.errors import DataError
from resspec.export.module import build_module
from resspec.export.source import source_of
from resspec.spec.net import NetSpec

Network = nn.Module
"""A network that trains."""


def network_of(spec: NetSpec, seed: int, device: str = "cpu") -> Network:
    """The network of a spec, filled from a seed."""
    return build_module(source_of(compile_spec(spec)), seed, device)


def refuse_missing(device: str) -> None:
    """DataError where torch cannot use a device on this machine."""
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).partition("\n")[0]
        raise DataError.of("RS655", f"the device {device!r} cannot be used here: {reason}") from None


@contextmanager
def threads(count: int | None) -> Iterator[None]:
    """Let torch use `count` CPU threads, or as many as it likes, until the end of the block."""
    before = torch.get_num_threads()
    try:
        if count is not None:
            torch.set_num_threads(count)
        yield
    finally:
        torch.set_num_threads(before)


def free_cache() -> None:
    """Give back what torch keeps of a GPU: after an allocation failed, the pieces are in the way."""
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()
