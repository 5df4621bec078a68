"""Heads that look for things around anchors."""

from resspec.compile import compile_spec
from resspec.parts.dense_heads.retinanet import RetinaNet as Heads
from resspec.spec.net import NetSpec
from resspec.training.detection.levels import levels_of
from resspec.training.detection.retinanet import RetinaNet
from resspec.training.tasks.detection import Detection
from resspec.training.tasks.use import Use


def task(spec: NetSpec, heads: Heads) -> Detection:
    """Detection by the anchors of the network's own levels."""
    levels = levels_of(compile_spec(spec), "cls_logits")
    return Detection(heads.classes, RetinaNet(levels, heads.anchors), spec.input[1:])


USE = Use(Heads, task)
