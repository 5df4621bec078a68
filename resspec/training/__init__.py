"""Training and judging networks on labelled images. Recipes and data sets load without torch; the rest brings it in."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resspec.training.data import DataSource, Images, Samples
    from resspec.training.engine import Engine
    from resspec.training.evaluation import Evaluation, evaluate
    from resspec.training.loop import DivergedError, Epoch, train
    from resspec.training.recipe import Recipe
    from resspec.training.watcher import Watcher

_HOMES = {
    "DataSource": "data",
    "Images": "data",
    "Samples": "data",
    "Engine": "engine",
    "Evaluation": "evaluation",
    "evaluate": "evaluation",
    "DivergedError": "loop",
    "Epoch": "loop",
    "train": "loop",
    "Recipe": "recipe",
    "Watcher": "watcher",
}

__all__ = [
    "DataSource",
    "DivergedError",
    "Engine",
    "Epoch",
    "Evaluation",
    "Images",
    "Recipe",
    "Samples",
    "Watcher",
    "evaluate",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
