"""What a network learns to do: one file per task."""

from resspec.training.tasks.choice import predictor_of, task_of
from resspec.training.tasks.classification import CLASSIFICATION
from resspec.training.tasks.task import Task

__all__ = ["CLASSIFICATION", "Task", "predictor_of", "task_of"]
