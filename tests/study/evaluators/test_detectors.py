"""Searches whose networks learn boxes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import resspec
from resspec.errors import SearchError
from resspec.study.evaluators.training import Training
from resspec.training.data.digit_scenes import COUNTS, DigitScenes, scenes
from resspec.training.recipe import Recipe
from resspec.training.rules import Rule
from training.detecting import TINY

RECIPE = Recipe(epochs=2, batch=8, lr=0.004, optimizer=Rule.read("adamw"), warmup=0.0)


@pytest.fixture(autouse=True)
def _few_scenes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for part in COUNTS:
        monkeypatch.setitem(COUNTS, part, 24)
    scenes.cache_clear()
    yield
    scenes.cache_clear()


def test_each_network_of_a_search_is_judged_by_map50_at_the_places_of_its_own_neck():
    base = resspec.load(TINY, "input=1x64x64", "heads.classes=10")
    other = resspec.load(base, "neck.taps=[2]")
    setting = Training(data=DigitScenes(), recipe=RECIPE, measure="map50", threads=1)
    watched: list[float] = []
    with setting.bench(base) as bench:
        found = [bench.measure(spec, 0, lambda _, score: watched.append(score)) for spec in (base, other)]
    assert [list(figures) for figures in found] == [["map50", "loss"]] * 2
    assert len(watched) == 4
    assert all(0 < figures["loss"] < 10 for figures in found)
    with pytest.raises(SearchError, match="not judged by accuracy"), Training(data=DigitScenes()).bench(base):
        pass
