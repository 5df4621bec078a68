"""Why a loss is no longer a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from resspec.errors import ResspecError

if TYPE_CHECKING:
    from resspec.training.learner import Learner
    from resspec.training.tasks.task import Task


class DivergedError(ResspecError):
    """The loss became NaN or infinite."""


def diverged(learner: Learner, x: Tensor, loss: float) -> ResspecError:
    """The error of a step whose loss is no number, with the first thing by name that is none; `x` are its images."""
    where = f"epoch {learner.epoch + 1}, step {learner.step + 1}"
    message = f"the loss is {loss} in {where}: {culprit(learner.model, learner.feed.normalised(x), learner.task)}"
    return DivergedError.of("RS660", message, remedy="lower lr or lengthen warmup")


def culprit(model: nn.Module, x: Tensor, task: Task) -> str:
    """The first tensor of a model that is not finite: a parameter or buffer, else the output of a layer on a batch."""
    for name, tensor in (*model.named_parameters(), *model.named_buffers()):
        if not is_finite(tensor):
            return f"{name} holds numbers that are not finite"
    return first_output(model, x, task) or "the outputs are finite, their cross-entropy is not"


def first_output(model: nn.Module, x: Tensor, task: Task) -> str:
    """The first layer of a forward pass whose output is not finite; empty where all are."""
    found: list[str] = []

    def hook(name: str) -> Any:
        def look(_module: nn.Module, _inputs: Any, output: Any) -> None:
            if not found and isinstance(output, Tensor) and not is_finite(output):
                found.append(f"the output of {name or 'the network'} ({type(_module).__name__}) is not finite")

        return look

    leaves = [(name, module) for name, module in model.named_modules() if not any(module.children())]
    handles = [module.register_forward_hook(hook(name)) for name, module in [*leaves, ("", model)]]
    try:
        with torch.no_grad():
            task.answer(model, x)
    finally:
        for handle in handles:
            handle.remove()
    return found[0] if found else ""


def is_finite(tensor: Tensor) -> bool:
    """Whether every number is finite."""
    return bool(torch.isfinite(tensor).all())
