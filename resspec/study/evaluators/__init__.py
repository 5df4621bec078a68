"""How networks are judged: one file per kind, found by being here."""

from resspec.study.evaluators.evaluator import Bench, Evaluator, Place, Watch
from resspec.study.figures import Figures, Measures

__all__ = ["Bench", "Evaluator", "Figures", "Measures", "Place", "Watch"]
