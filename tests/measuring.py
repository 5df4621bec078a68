"""Memory as torch has it: what autograd saves, and which storages are alive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.multiprocessing.reductions import StorageWeakRef
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map


def own(model: nn.Module) -> set[int]:
    """Where a module's parameters and buffers lie."""
    return {tensor.untyped_storage().data_ptr() for tensor in (*model.parameters(), *model.buffers())}


FULL_ON_GPU = {"group_norm", "softmax", "exp", "pow", "__pow__", "sum", "rsqrt", "norm", "prod", "layer_norm"}
"""What autocast runs in float32 on a GPU, as far as nets use it; from torch's reference of autocast ops."""
FULL_ON_CPU = {"pad", "_pad", "reflection_pad2d"}
"""What it runs in float32 on a CPU alone."""


class AsOnGpu(TorchFunctionMode):
    """Autocast on a CPU with the rules of a GPU where the two differ."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name, kwargs = getattr(func, "__name__", ""), kwargs or {}
        if name in FULL_ON_GPU:
            args, kwargs = tree_map(full, (args, kwargs))
        if name in FULL_ON_GPU | FULL_ON_CPU:
            with torch.autocast("cpu", enabled=False):
                return func(*args, **kwargs)
        return func(*args, **kwargs)


def full(value: Any) -> Any:
    """A tensor of a low type as float32."""
    return value.float() if isinstance(value, Tensor) and value.is_floating_point() else value


def saved_bytes(model: nn.Module, given: Sequence[Tensor], autocast: bool = False) -> int:
    """The bytes that a forward pass saves for backward: distinct storages, parameters and buffers left out. `autocast`
    is to bfloat16, as on a GPU."""
    known, found, alive = own(model), {}, []

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in known and storage.nbytes():
            found[storage.data_ptr()] = storage.nbytes()
            alive.append(tensor)  # so that no other storage comes to lie there
        return tensor

    with (
        torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor),
        torch.autocast("cpu", torch.bfloat16, enabled=autocast),
        AsOnGpu() if autocast else nullcontext(),
    ):
        model(*given)
    return sum(found.values())


class Watch(TorchDispatchMode):
    """Follows the storages that are alive behind each operation; `peak` is the most bytes at once."""

    def __init__(self, known: set[int]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.known = known
        self.alive: dict[int, tuple[StorageWeakRef, int]] = {}
        self.peak: int = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        for tensor in tree_leaves((args, kwargs, out)):
            if isinstance(tensor, Tensor):
                storage = tensor.untyped_storage()
                if storage.nbytes() and storage.data_ptr() not in self.known:
                    reference = StorageWeakRef(storage)
                    self.alive[reference.cdata] = (reference, storage.nbytes())
        self.alive = {key: entry for key, entry in self.alive.items() if not entry[0].expired()}
        self.peak = max(self.peak, sum(size for _, size in self.alive.values()))
        return out


def peak_bytes(model: nn.Module, run: Callable[[], object]) -> int:
    """The most bytes alive while something runs, parameters and buffers left out."""
    watch = Watch(own(model))
    with watch:
        run()
    return watch.peak
