"""What networks with heads of one kind are for."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from resspec.parts import Heads
from resspec.spec.net import NetSpec
from resspec.training.predicting.predictor import Predictor, Question
from resspec.training.tasks.task import Task


@dataclass(frozen=True, slots=True)
class Use:
    """The heads, their task, and where that is another than the task's the meaning of their answers. Both are given a
    network's spec and its heads, and raise DataError where these learn nothing, or tell nothing."""

    heads: type[Heads]
    task: Callable[[NetSpec, Any], Task]
    predictor: Callable[[NetSpec, Any, Question], Predictor] | None = None


@cache
def uses() -> Mapping[type[Heads], Use]:
    """All uses by the heads' class: one file each in `resspec/training/tasks/uses`."""
    package = importlib.import_module("resspec.training.tasks.uses")
    modules = (importlib.import_module(f"{package.__name__}.{m.name}") for m in pkgutil.iter_modules(package.__path__))
    return {module.USE.heads: module.USE for module in modules}
