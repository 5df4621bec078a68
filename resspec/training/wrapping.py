"""A network as several processes, a compiler and a layout of memory want it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from resspec.errors import DataError
from resspec.training.engine import Engine
from resspec.training.ranks import Ranks

Forward = Callable[[Tensor], Tensor]


def laid_out(model: nn.Module, engine: Engine, ranks: Ranks, device: torch.device) -> nn.Module:
    """The model, changed in place: memory format, batch norm over all processes, shards."""
    if engine.layout(device.type):
        model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs leave this form out
    if engine.sync_bn and ranks.of > 1:
        if device.type == "cpu":
            remedy = "leave out --sync-bn, or norm=group in the spec"
            raise DataError.of("RS658", "batch norm over several processes needs GPUs", remedy=remedy)
        model = nn.SyncBatchNorm.convert_sync_batchnorm(model)
    if engine.shard:
        sharded(model, device)
    return model


def sharded(model: nn.Module, device: torch.device) -> None:
    """Share out the weights over all processes, block by block (FSDP2): a block's are together while it computes."""
    from torch.distributed.device_mesh import init_device_mesh  # noqa: PLC0415  # takes time to import
    from torch.distributed.fsdp import fully_shard  # noqa: PLC0415

    if not torch.distributed.is_initialized():
        remedy = "torchrun --nproc-per-node 2 -m resspec train …"
        raise DataError.of("RS658", "weights can be shared out among several processes only", remedy=remedy)
    mesh = init_device_mesh(device.type, (torch.distributed.get_world_size(),))
    for block in blocks_of(model):
        fully_shard(block, mesh=mesh)
    fully_shard(model, mesh=mesh)


def blocks_of(model: nn.Module) -> Iterator[nn.Module]:
    """The blocks of a network: what stands in a row in its stages."""
    for module in model.modules():
        if isinstance(module, nn.Sequential) and type(module).__name__ == "Stage":
            yield from module


def forward_of(model: nn.Module, engine: Engine, ranks: Ranks, device: torch.device) -> Any:
    """What is called in a step: the model, with gradients averaged over the processes, compiled where asked."""
    called: nn.Module = model
    if ranks.of > 1 and not engine.shard:
        called = DistributedDataParallel(model, [device] if device.type == "cuda" else None)
    return torch.compile(called, mode=engine.compile) if engine.compile else called


def unsynced(forward: Any, quiet: bool) -> AbstractContextManager[None]:
    """Keep gradients to this process, before the last part of a batch."""
    wrapped = getattr(forward, "_orig_mod", forward)
    return wrapped.no_sync() if quiet and isinstance(wrapped, DistributedDataParallel) else nullcontext()


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[torch.Generator]:
    """A generator on the device, and torch's own random state (dropout, drop-path) seeded until the end of the
    block."""
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield torch.Generator(device).manual_seed(seed)
