"""Which task a spec is for."""

from __future__ import annotations

from resspec.spec.net import NetSpec
from resspec.training.tasks.classification import CLASSIFICATION
from resspec.training.tasks.task import Task


def task_of(spec: NetSpec) -> Task:
    """The task of the network that a spec describes; SpecError where its parts are wrong."""
    return CLASSIFICATION
