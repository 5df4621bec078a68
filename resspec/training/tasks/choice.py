"""Which task a spec is for."""

from __future__ import annotations

from resspec.compile import compile_spec
from resspec.errors import DataError
from resspec.parts.dense_heads.image import Image as ImageHeads
from resspec.parts.dense_heads.segmentation import Segmentation as SegmentationHead
from resspec.plan import resolve
from resspec.spec.net import NetSpec
from resspec.training.tasks.classification import CLASSIFICATION
from resspec.training.tasks.segmentation import Segmentation
from resspec.training.tasks.super_resolution import SuperResolution
from resspec.training.tasks.task import Task


def task_of(spec: NetSpec) -> Task:
    """The task of the network that a spec describes; SpecError where its parts are wrong."""
    plan = resolve(spec)
    dense = plan.dense
    if dense is None:
        if not hasattr(plan.head, "classes"):
            message = f"{spec.name} tells no classes apart: its head is of kind {plan.head.kind!r}"  # type: ignore[union-attr]  # a net without places has a head
            raise DataError.of("RS659", message, remedy="a generator is trained by `resspec train-generator`")
        return CLASSIFICATION
    if isinstance(dense.heads, SegmentationHead):
        return Segmentation(dense.heads.classes)
    if isinstance(dense.heads, ImageHeads):
        return enlarging(spec)
    message = f"there is no training for heads of kind {dense.heads.kind!r}"
    raise DataError.of("RS659", message, remedy="train heads of kind segmentation or image, or a classifier")


def enlarging(spec: NetSpec) -> SuperResolution:
    """The task of a network that makes images of images; DataError where they are not larger by a whole factor."""
    network = compile_spec(spec)
    (output,) = network.outputs.values()
    read, made = spec.input, network.nodes[output].shape
    scale = made[1] // read[1]
    if scale < 2 or made != (read[0], scale * read[1], scale * read[2]):
        said = f"{spec.name} makes images of {'x'.join(map(str, made))} from {'x'.join(map(str, read))}"
        remedy = "only networks that enlarge images are trained so: `decoder: {kind: upscale, scale: 2}`"
        raise DataError.of("RS659", said, remedy=remedy)
    return SuperResolution(scale, network.facts.mean, network.facts.std)
