"""Which task a spec is for."""

from __future__ import annotations

from resspec.errors import DataError
from resspec.plan import resolve
from resspec.spec.net import NetSpec
from resspec.training.predicting.predictor import Predictor, Question
from resspec.training.tasks.classification import CLASSIFICATION
from resspec.training.tasks.task import Task
from resspec.training.tasks.use import uses

DENOISERS = "a denoiser is trained by `resspec train-denoiser`, and draws by `resspec sample`"
GENERATORS = "a generator is trained by `resspec train-generator`, and draws by `resspec sample`"


def task_of(spec: NetSpec) -> Task:
    """The task of the network that a spec describes; SpecError where its parts are wrong."""
    plan = resolve(spec)
    if plan.condition is not None:
        message = f"{spec.name} is told a {plan.condition.condition.kind} beside its image, which no task here tells it"
        raise DataError.of("RS659", message, remedy=DENOISERS)
    if plan.dense is None:
        if not hasattr(plan.head, "classes"):
            message = f"{spec.name} tells no classes apart: its head is of kind {plan.head.kind!r}"  # type: ignore[union-attr]  # a net without places has a head
            raise DataError.of("RS659", message, remedy=GENERATORS)
        return CLASSIFICATION
    heads = plan.dense.heads
    use = uses().get(type(heads))
    if use is None:
        message = f"there is no training for heads of kind {heads.kind!r}"
        *kinds, last = sorted(known.kind for known in uses())
        remedy = f"train heads of kind {', '.join(kinds)} or {last}, or a classifier"
        raise DataError.of("RS659", message, remedy=remedy)
    return use.task(spec, heads)


def predictor_of(spec: NetSpec, question: Question) -> Predictor:
    """What the answers of the network of a spec to pictures of one's own mean: what its heads say, by default that of
    its task. DataError where it tells nothing of pictures."""
    dense = resolve(spec).dense
    use = uses().get(type(dense.heads)) if dense else None
    if dense and use and use.predictor:
        return use.predictor(spec, dense.heads, question)
    return task_of(spec).predictor(spec, question)
