"""The processes that share a training, as torchrun starts them, and what they tell one another."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Ranks:
    """This process among `of`."""

    rank: int = 0
    of: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this process prints and writes."""
        return self.rank == 0

    def share(self, index: Tensor) -> Tensor:
        """This process's part of positions; the parts differ by one at most and leave none out."""
        return index.tensor_split(self.of)[self.rank] if self.of > 1 else index

    def summed(self, tensor: Tensor) -> Tensor:
        """The sum over all processes, in each of them."""
        if self.of > 1:
            dist.all_reduce(tensor)
        return tensor

    def any(self, told: bool, device: torch.device) -> bool:
        """Whether any process says so; all of them must ask."""
        return told if self.of == 1 else bool(self.summed(torch.tensor(float(told), device=device)))

    def gathered(self, tensor: Tensor, device: torch.device) -> list[Tensor]:
        """The tensors of all processes, in each of them, on the CPU."""
        if self.of == 1:
            return [tensor]
        own = tensor.to(device)
        found = [torch.empty_like(own) for _ in range(self.of)]
        dist.all_gather(found, own)
        return [each.cpu() for each in found]

    def wait(self) -> None:
        """Go on when every process is here."""
        if self.of > 1:
            dist.barrier()


ALONE = Ranks()


def launched() -> Ranks:
    """The place that torchrun gave this process; alone where it was started by hand."""
    return Ranks(int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1")))


@contextmanager
def joined(device: str) -> Iterator[tuple[Ranks, str]]:
    """The processes of a torchrun while they are connected, and this one's device: its own GPU for `cuda`."""
    ranks = launched()
    if ranks.of == 1:
        yield ranks, device
        return
    if device == "cuda":
        device = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    try:
        yield ranks, device
    finally:
        dist.destroy_process_group()
