"""The device that runs: its name, how to wait for it, and threads pinned while something is timed."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from resspec.errors import ResspecError


def checked(name: str) -> torch.device:
    """A device that is there; ResspecError RS720 where it is not."""
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        message = f"there is no device {name!r}: {str(error).splitlines()[0]}"
        raise ResspecError.of("RS720", message, remedy="take cpu, or cuda where torch finds a GPU") from None
    return device


def device_name(device: torch.device) -> str:
    """The model of the processor or of the GPU."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return processor() if device.type == "cpu" else device.type


def processor() -> str:
    """The model of the processor, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    told = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(told, "") or platform.processor() or platform.machine()


def wait(device: torch.device) -> None:
    """Until the device has done all it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


@contextmanager
def pinned(threads: int) -> Iterator[None]:
    """So many threads of torch's, and those before afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
