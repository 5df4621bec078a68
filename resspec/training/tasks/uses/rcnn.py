"""Heads that propose regions and tell what is in them."""

from resspec.errors import DataError
from resspec.parts.dense_heads.rcnn import RegionDetector
from resspec.spec.net import NetSpec
from resspec.training.detection.rcnn import Rcnn
from resspec.training.predicting.predictor import Question
from resspec.training.predicting.regions import TwoStep
from resspec.training.tasks.detection import Detection
from resspec.training.tasks.use import Use


def task(spec: NetSpec, heads: RegionDetector) -> Detection:
    """Detection in two steps; DataError where the heads tell of regions what no data set does."""
    kinds = [region.kind for region in heads.regions]
    if kinds != ["boxes"] or heads.classes == 1:
        message = f"{spec.name} tells {' and '.join(kinds)} of regions, and counts background as one of {heads.classes}"
        remedy = "detectors of two steps learn boxes alone, of a class at least: heads.regions=[boxes] heads.classes=2"
        raise DataError.of("RS659", message, remedy=remedy)
    return Detection(heads.classes - 1, Rcnn(spec.input[1:], heads.anchors, heads.proposals), spec.input[1:])


def predictor(spec: NetSpec, heads: RegionDetector, question: Question) -> TwoStep:
    """What is in the regions, also what cannot be learnt here: masks and key points."""
    return TwoStep(spec, heads.classes - 1, question)


USE = Use(RegionDetector, task, predictor)
