"""Which task a spec is for."""

from __future__ import annotations

from resspec.errors import DataError
from resspec.parts.dense_heads.segmentation import Segmentation as SegmentationHead
from resspec.plan import resolve
from resspec.spec.net import NetSpec
from resspec.training.tasks.classification import CLASSIFICATION
from resspec.training.tasks.segmentation import Segmentation
from resspec.training.tasks.task import Task


def task_of(spec: NetSpec) -> Task:
    """The task of the network that a spec describes; SpecError where its parts are wrong."""
    dense = resolve(spec).dense
    if dense is None:
        return CLASSIFICATION
    if isinstance(dense.heads, SegmentationHead):
        return Segmentation(dense.heads.classes)
    message = f"there is no training for heads of kind {dense.heads.kind!r}"
    raise DataError.of("RS659", message, remedy="train heads of kind segmentation, or a classifier")
