"""Who stops poor trials early, on the values they report while they run: one file per kind, found by being here."""

from resspec.study.pruning.pruner import Pruner

__all__ = ["Pruner"]
