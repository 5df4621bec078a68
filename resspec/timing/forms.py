"""The forms that a network runs in: eager, compiled, fused for inference, with channels last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, cast

import torch
from torch import nn

from resspec.export.module import build_module, derived_module
from resspec.export.source import source_of
from resspec.ir import Graph
from resspec.passes.fuse import fuse

DTYPES: Final = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
SEED: Final = 0

Form = Callable[[Graph, nn.Module], nn.Module]
"""(graph, its eager module) -> the module in that form."""


def eager_module(graph: Graph, device: torch.device, dtype: str) -> nn.Module:
    """The emitted module."""
    return build_module(source_of(graph), SEED, device, DTYPES[dtype])


def _fused(graph: Graph, model: nn.Module) -> nn.Module:
    form = fuse(graph)
    return derived_module(source_of(form.graph), model, form.recipe.tensors)


def _compiled(_graph: Graph, model: nn.Module) -> nn.Module:
    return cast("nn.Module", torch.compile(model))


def _channels_last(_graph: Graph, model: nn.Module) -> nn.Module:
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


FORMS: Final[Mapping[str, Form]] = {
    "eager": lambda _graph, model: model,
    "fused": _fused,
    "channels-last": _channels_last,
    "compiled": _compiled,
}
"""By name; `fused` is for inference alone."""
CHANNELS_LAST: Final = "channels-last"
INFERENCE_ONLY: Final = ("fused",)
