"""Which task a spec is for."""

from __future__ import annotations

from resspec.compile import compile_spec
from resspec.errors import DataError
from resspec.parts.dense_heads.fcos import FCOS
from resspec.parts.dense_heads.image import Image as ImageHeads
from resspec.parts.dense_heads.rcnn import RegionDetector
from resspec.parts.dense_heads.retinanet import RetinaNet as RetinaNetHeads
from resspec.parts.dense_heads.segmentation import Segmentation as SegmentationHead
from resspec.plan import resolve
from resspec.spec.net import NetSpec
from resspec.training.detection.fcos import Fcos
from resspec.training.detection.levels import levels_of
from resspec.training.detection.rcnn import Rcnn
from resspec.training.detection.retinanet import RetinaNet
from resspec.training.detection.way import Way
from resspec.training.predicting.predictor import Predictor, Question
from resspec.training.predicting.regions import TwoStep
from resspec.training.tasks.classification import CLASSIFICATION
from resspec.training.tasks.detection import Detection
from resspec.training.tasks.segmentation import Segmentation
from resspec.training.tasks.super_resolution import SuperResolution
from resspec.training.tasks.task import Task

DENOISERS = "a denoiser is trained by `resspec train-denoiser`, and draws by `resspec sample`"
GENERATORS = "a generator is trained by `resspec train-generator`, and draws by `resspec sample`"


def task_of(spec: NetSpec) -> Task:
    """The task of the network that a spec describes; SpecError where its parts are wrong."""
    plan = resolve(spec)
    dense = plan.dense
    if plan.condition is not None:
        message = f"{spec.name} is told a {plan.condition.condition.kind} beside its image, which no task here tells it"
        raise DataError.of("RS659", message, remedy=DENOISERS)
    if dense is None:
        if not hasattr(plan.head, "classes"):
            message = f"{spec.name} tells no classes apart: its head is of kind {plan.head.kind!r}"  # type: ignore[union-attr]  # a net without places has a head
            raise DataError.of("RS659", message, remedy=GENERATORS)
        return CLASSIFICATION
    if isinstance(dense.heads, SegmentationHead):
        return Segmentation(dense.heads.classes, dense.heads.act.kind)
    if isinstance(dense.heads, (FCOS, RetinaNetHeads)):
        return Detection(dense.heads.classes, way_of(spec, dense.heads), (spec.input[1], spec.input[2]))
    if isinstance(dense.heads, RegionDetector):
        return Detection(dense.heads.classes - 1, regional(spec, dense.heads), (spec.input[1], spec.input[2]))
    if isinstance(dense.heads, ImageHeads):
        return enlarging(spec)
    message = f"there is no training for heads of kind {dense.heads.kind!r}"
    remedy = "train heads of kind segmentation, fcos, retinanet, rcnn or image, or a classifier"
    raise DataError.of("RS659", message, remedy=remedy)


def predictor_of(spec: NetSpec, question: Question) -> Predictor:
    """What the answers of the network of a spec to pictures of one's own mean: those of its task; detectors of two
    steps also tell what they cannot learn here. DataError where it tells nothing of pictures."""
    heads = getattr(resolve(spec).dense, "heads", None)
    if isinstance(heads, RegionDetector):
        return TwoStep(spec, heads.classes - 1, question)
    return task_of(spec).predictor(spec, question)


def way_of(spec: NetSpec, heads: FCOS | RetinaNetHeads) -> Way:
    """How a detector's heads are taught and read."""
    levels = levels_of(compile_spec(spec), "cls_logits")
    return Fcos(levels) if isinstance(heads, FCOS) else RetinaNet(levels, heads.anchors)


def regional(spec: NetSpec, heads: RegionDetector) -> Rcnn:
    """How a detector of two steps is taught and read; DataError where it tells of regions what no data set does."""
    kinds = [region.kind for region in heads.regions]
    if kinds != ["boxes"] or heads.classes == 1:
        message = f"{spec.name} tells {' and '.join(kinds)} of regions, and counts background as one of {heads.classes}"
        remedy = "detectors of two steps learn boxes alone, of a class at least: heads.regions=[boxes] heads.classes=2"
        raise DataError.of("RS659", message, remedy=remedy)
    return Rcnn((spec.input[1], spec.input[2]), heads.anchors, heads.proposals)


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
