"""Heads that tell the class of each pixel."""

from resspec.parts.dense_heads.segmentation import Segmentation as Heads
from resspec.spec.net import NetSpec
from resspec.training.tasks.segmentation import Segmentation
from resspec.training.tasks.use import Use


def task(_: NetSpec, heads: Heads) -> Segmentation:
    """The task of these classes."""
    return Segmentation(heads.classes, heads.act.kind)


USE = Use(Heads, task)
