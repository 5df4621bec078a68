"""The emitted source, executed: the module that runs is the file that can be exported."""

from __future__ import annotations

import functools
import hashlib
import linecache
import sys
import types
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

PREFIX = "resspec_net_"


@functools.cache
def module_of(text: str) -> types.ModuleType:
    """Source text as an imported module. It is filed by the text's hash, so equal nets share their classes, and its
    classes pickle with the text, so that a process without the spec can read them."""
    name = PREFIX + hashlib.sha256(text.encode()).hexdigest()[:16]
    module = types.ModuleType(name)
    module.__file__ = f"<{name}>"
    linecache.cache[module.__file__] = (len(text), None, text.splitlines(keepends=True), module.__file__)
    sys.modules[name] = module
    exec(compile(text, module.__file__, "exec", dont_inherit=True), module.__dict__)  # noqa: S102  # our own text
    for value in list(vars(module).values()):
        if isinstance(value, type) and issubclass(value, nn.Module) and value.__module__ == name:
            value.__reduce_ex__ = functools.partialmethod(_reduce, text)  # type: ignore[assignment,method-assign]
    module.__dict__["__source__"] = text
    return module


def _reduce(self: nn.Module, text: str, _protocol: int) -> tuple[Any, ...]:
    """How a module of an emitted class pickles: the source, the class, the state."""
    return _revive, (text, type(self).__qualname__), self.__dict__


def _revive(text: str, name: str) -> nn.Module:
    """An empty module of an emitted class."""
    cls = getattr(module_of(text), name)
    return cls.__new__(cls)  # type: ignore[no-any-return]


def build_module(
    text: str, seed: int | None = None, device: torch.device | str = "cpu", dtype: torch.dtype | None = None
) -> nn.Module:
    """The network that source text defines, allocated on a device and filled once from a seed (or torch's own
    generator). On the device `meta` nothing is filled."""
    namespace = module_of(text)
    if torch.device(device).type == "meta":
        cls = namespace.build.__annotations__["return"]
        with torch.device("meta"):
            model: nn.Module = cls()
        return model.to(dtype) if dtype else model
    return namespace.build(seed, device, dtype)  # type: ignore[no-any-return]


def derived_module(
    text: str, model: nn.Module, tensors: Callable[[dict[str, torch.Tensor], types.ModuleType], dict[str, torch.Tensor]]
) -> nn.Module:
    """The network that source text defines, its tensors computed (with torch's functions) from those of another
    model, on that model's device and in its type, with channels last in memory."""
    like = next(model.parameters())
    derived = build_module(text, device="meta", dtype=like.dtype).to_empty(device=like.device)
    derived.load_state_dict(tensors(model.state_dict(), torch))
    return derived.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def source_text(model: nn.Module) -> str:
    """The source that a model was built from."""
    return sys.modules[type(model).__module__].__dict__["__source__"]  # type: ignore[no-any-return]
