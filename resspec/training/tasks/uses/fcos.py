"""Heads that look for things at every place."""

from resspec.compile import compile_spec
from resspec.parts.dense_heads.fcos import FCOS
from resspec.spec.net import NetSpec
from resspec.training.detection.fcos import Fcos
from resspec.training.detection.levels import levels_of
from resspec.training.tasks.detection import Detection
from resspec.training.tasks.use import Use


def task(spec: NetSpec, heads: FCOS) -> Detection:
    """Detection at the places of the network's own levels."""
    return Detection(heads.classes, Fcos(levels_of(compile_spec(spec), "cls_logits")), spec.input[1:])


USE = Use(FCOS, task)
