"""The bench on which untrained networks are scored."""

from __future__ import annotations

from resspec.spec.loading import load_spec
from resspec.spec.net import NetSpec
from resspec.study.evaluators.evaluator import Bench, Watch
from resspec.study.evaluators.proxy import Batch, ProxyScore
from resspec.study.figures import Figures
from resspec.study.training_bench import refuse_misfit
from resspec.training.data.source import Images, resident
from resspec.training.proxies import Proxy
from resspec.training.untrained import Untrained


def bench_for(setting: ProxyScore, base: NetSpec) -> ProxyBench:
    """The bench with its images in memory; SearchError where the base does not fit them."""
    images = resident(setting.data, "train") if setting.data else None
    if images is not None:
        refuse_misfit(base, images)
    return ProxyBench(setting, images)


class ProxyBench(Bench):
    """Scores one network at a time."""

    steps = 1
    can_retrain = False

    def __init__(self, setting: ProxyScore, images: Images | None) -> None:
        self._setting = setting
        self._images = images

    def measure(self, spec: NetSpec, seed: int, watch: Watch) -> Figures:
        """The mean score."""
        setting = self._setting
        score = mean_score(setting.proxy, spec, seed, setting.batch, self._images)
        watch(1, score)
        return Figures({setting.proxy.measure: score})


def mean_score(proxy: Proxy, spec: NetSpec, seed: int, batch: Batch, images: Images | None = None) -> float:
    """The mean of a proxy over the batch's repeats; the seeds follow one another."""
    seen = load_spec(spec, input=[spec.input[0], batch.side, batch.side]) if batch.side else spec
    scores = [proxy.score(Untrained(seen, seed + repeat, batch.images, images)) for repeat in range(batch.repeats)]
    return sum(scores) / batch.repeats
