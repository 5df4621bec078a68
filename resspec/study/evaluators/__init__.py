"""How networks are judged: one file per kind, found by being here."""

from resspec.study.evaluators.evaluator import Bench, Evaluator, Figures, Watch

__all__ = ["Bench", "Evaluator", "Figures", "Watch"]
