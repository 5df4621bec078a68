"""The page on evaluators: its examples are read as they stand, and it misses no kind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from resspec.study.evaluators import Evaluator
from resspec.study.evaluators.formats import TableFormat
from resspec.study.pruning import Pruner
from resspec.training.proxies import Proxy

PAGE = (Path(__file__).parents[3] / "docs" / "evaluators.md").read_text(encoding="utf-8")
EXAMPLES = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]


@pytest.mark.parametrize("example", EXAMPLES, ids="-".join)
def test_an_example_is_what_a_search_file_may_say(example: dict[str, object]):
    families = {"evaluator": Evaluator, "pruner": Pruner}
    for key, value in example.items():
        assert families[key].read(value).to_data()["kind"] == value["kind"]  # type: ignore[index]


@pytest.mark.parametrize("family", [TableFormat, Proxy, Pruner])
def test_every_kind_is_named(family: type[Evaluator]):
    ours = [name for name, kind in family.kinds().items() if kind.__module__.startswith("resspec.")]
    assert [name for name in ours if f"`{name}`" not in PAGE] == []


def test_every_evaluator_has_a_section_with_an_example():
    ours = [name for name, kind in Evaluator.kinds().items() if kind.__module__.startswith("resspec.")]
    shown = [example["evaluator"]["kind"] for example in EXAMPLES if "evaluator" in example]
    assert sorted(set(shown)) == sorted(ours)
    assert [name for name in ours if f"\n## {name}\n" not in PAGE] == []
