"""Search files: what may be written, and where a message points when it is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from resspec.errors import BudgetError, SearchError, SpecError
from resspec.study.declaration import load_search, shipped_searches
from resspec.study.evaluators.training import Training
from resspec.study.problem import problem_of
from resspec.study.run import profile
from resspec.training.recipe_file import load_recipe
from study.formula import BASE, stated

FILE = """\
base: net.yaml
space:
  stages.1.depth: {low: 1, high: 4}
  stages.2.width: [8, 16]
budgets:
  params: <= 100% of base
evaluator: {kind: training, data: digits, recipe: {epochs: 2}}
"""
NET = """\
input: [1, 8, 8]
stem: {kind: conv3x3, width: 4}
block: basic
stages:
  - {depth: 2, width: 4}
  - {depth: 2, width: 8, stride: 2}
head: {kind: linear, classes: 10}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "net.yaml").write_text(NET)
    (tmp_path / "mine.yaml").write_text(FILE)
    return tmp_path


def faulty(folder: Path, old: str, new: str) -> Path:
    assert old in FILE
    (folder / "mine.yaml").write_text(FILE.replace(old, new))
    return folder / "mine.yaml"


def test_a_file_is_named_by_its_stem_and_its_base_is_found_beside_it(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    search = load_search(folder / "mine.yaml")
    assert search.name == "mine"
    assert (search.sampler.kind, search.pruner.kind, search.trials, search.seed) == ("bayes", "median", 50, 0)
    assert problem_of(search).base_costs.params == problem_of(search).budgets[0].high


def test_a_base_that_is_written_out_is_seen_from_the_folder_of_the_file(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    named = load_search(folder / "mine.yaml")
    written = load_search(faulty(folder, "base: net.yaml", "base: {extends: net.yaml}"))
    assert problem_of(written).base_fingerprint == problem_of(named).base_fingerprint


def test_the_faults_of_a_base_that_is_written_out_are_told_at_their_places(folder: Path):
    file = faulty(folder, "base: net.yaml", "base: {extends: net.yaml, blok: basic}")
    with pytest.raises(SpecError, match=r"mine\.yaml:\d+:\d+: error\[RS201\]: unknown key 'blok'"):
        problem_of(load_search(file))


@pytest.mark.parametrize("recipe", ["digits", "{extends: digits}", "{extends: digits, epochs: 30}"])
def test_a_search_names_the_recipe_that_it_trains_by(folder: Path, recipe: str):
    search = load_search(faulty(folder, "{epochs: 2}", recipe))
    assert isinstance(search.evaluator, Training)
    assert search.evaluator.recipe == load_recipe("digits", *(["epochs=30"] if "30" in recipe else []))


def test_keywords_replace_what_a_file_says(folder: Path):
    assert load_search(folder / "mine.yaml", trials=7, seed=None).trials == 7
    assert load_search(load_search(folder / "mine.yaml"), seed=3).seed == 3
    twice = load_search(load_search(folder / "mine.yaml", trials=7), seed=3)
    assert (twice.trials, twice.seed) == (7, 3), "what was replaced once stays so"


def test_a_search_can_be_written_in_python_and_comes_back_from_plain_data():
    search = load_search(stated())
    assert load_search(search.to_dict()).to_dict() == search.to_dict()
    assert load_search(search) == search


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("budgets:", "budgetts:", ["mine.yaml:5:1: error[RS201]: unknown key 'budgetts'", "did you mean 'budgets'?"]),
        ("low: 1, high: 4", "low: 5, high: 4", ["mine.yaml:3:19: error", "low 5 is above high 4"]),
        (
            "low: 1, high: 4",
            "low: 1, heigh: 4",
            ["mine.yaml:3:28: error[RS201]: unknown key 'space.stages.1.depth.heigh'"],
        ),
        (
            "[8, 16]",
            "16",
            ["mine.yaml:4:19: error", "a range (low, high, step), factors (scale) or a list of values, not 16"],
        ),
        ("[8, 16]", "[]", ["mine.yaml:4:19: error", "no value to choose from"]),
        (
            "kind: training",
            "kind: trainig",
            ["mine.yaml:7:", "there is no evaluator 'trainig'", "did you mean 'training'?"],
        ),
        ("data: digits", "data: digit", ["mine.yaml:7:", "there is no data set 'digit'", "did you mean 'digits'?"]),
        ("epochs: 2", "epoch: 2", ["mine.yaml:7:52: error[RS201]: unknown key 'evaluator.recipe.epoch'"]),
        (
            "{epochs: 2}",
            "{extends: digit}",
            ["mine.yaml:7:51: error", "no recipe called 'digit'", "did you mean 'digits'?"],
        ),
        ("{epochs: 2}", "{extends: digits, epoch: 2}", ["mine.yaml:7:69: error[RS201]: unknown key 'evaluator.recipe"]),
        ("evaluator:", "evaluato:", ["unknown key 'evaluato'", "did you mean 'evaluator'?"]),
        ("stages.1.depth", "stages.1.depht", ["mine.yaml:3:3: error", "unknown key 'stages.1.depht'"]),
        ("stages.2.width", "stages.3.width", ["mine.yaml:4:3: error", "there is no stages.3"]),
        ("[8, 16]", "[0, -1]", ["mine.yaml:4:3: error", "must be at least 1"]),
        ("net.yaml", "nett.yaml", ["there is no file", "nett.yaml"]),
        ("net.yaml", "nett.yaml", ["mine.yaml:1:7: error[RS101]"]),
        ("[8, 16]", "[none, 8]", ["mine.yaml:4:20: error"]),
        ("evaluator:", "name: a/b\nevaluator:", ["mine.yaml:7:7: error", "a folder is called so", "--path"]),
        ("evaluator:", "callbacks: [foo]\nevaluator:", ["mine.yaml:7:13: error", "'foo' is no module:function"]),
        (
            "evaluator:",
            "pruner: {kind: hyperband, first: 5, last: 3}\nevaluator:",
            ["mine.yaml:7:9: error", "last 3 is below first 5", "last: 5 or more"],
        ),
        (
            "evaluator:",
            "sampler: {kind: python, function: mine}\nevaluator:",
            ["mine.yaml:7:35: error", "'mine' is no module:function"],
        ),
        (
            "base: net.yaml",
            "base: resnet5O",
            ["mine.yaml:1:7: error[RS101]: there is no spec called 'resnet5O'", "resnet50"],
        ),
    ],
)
def test_a_fault_is_told_at_its_place_with_a_remedy(folder: Path, old: str, new: str, said: list[str]):
    with pytest.raises(SpecError) as caught:
        profile(faulty(folder, old, new))
    for words in said:
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("parms: <= 1M", "mine.yaml:6:"),
        ("params: <= 1 Mio", "mine.yaml:6:11: error[RS402]: params: '1 Mio'"),
        (
            "params: <= 10",
            "mine.yaml:6:11: error[RS404]: params <= 10 cannot be met: the nearest of the space is params",
        ),
    ],
)
def test_a_budget_that_is_wrong_or_out_of_reach_is_a_budget_error(folder: Path, new: str, said: str):
    with pytest.raises(BudgetError) as caught:
        profile(faulty(folder, "params: <= 100% of base", new))
    assert said in str(caught.value)


def test_all_faults_are_told_at_once(folder: Path):
    path = faulty(
        folder,
        "evaluator: {kind: training, data: digits, recipe: {epochs: 2}}",
        "evaluator: digits\ntrials: 0\nsede: 1",
    )
    with pytest.raises(SpecError) as caught:
        load_search(path)
    assert len(caught.value.faults) == 3


def test_an_unknown_search_is_answered_with_the_nearest():
    with pytest.raises(SearchError, match=r"there is no search called 'digit'\n.*did you mean 'digits'"):
        load_search("digit")


@pytest.mark.parametrize("name", sorted(shipped_searches()))
def test_about_half_of_every_shipped_space_or_more_is_over_budget_and_some_of_it_is_not(name: str):
    found = profile(name)
    assert 0 < found.share < 0.55


@pytest.mark.parametrize("name", sorted(shipped_searches()))
def test_the_base_of_every_shipped_search_is_inside_its_own_space_and_budgets(name: str):
    assert problem_of(load_search(name)).base_point is not None


def test_the_base_is_found_in_the_space_though_it_leaves_values_to_default():
    space: dict[str, Any] = {"norm": ["none", "batch"], "stem.width": [2, 4], "gate": [None, "se"]}
    assert problem_of(load_search(stated(space=space))).base_point == (1, 1, 0)
    assert problem_of(load_search(stated(space=space | {"act": ["silu"]}))).base_point is None


def test_a_budget_may_be_a_share_of_another_spec():
    search = load_search(stated(budgets={"macs": "<= 1% of resnet20"}, base=BASE))
    assert [budget.high for budget in problem_of(search).budgets] == [405_510]


@pytest.mark.parametrize("values", ["[none, see]", "[none, {kind: se, ratoi: 0.5}]", "[none, 3]"])
def test_a_listed_value_that_can_be_no_part_is_refused_beside_others_that_can(tmp_path: Path, values: str):
    """Left to the pricing of points, a slip of the pen would halve the space without a word."""
    path = tmp_path / "mine.yaml"
    path.write_text(f"base: resnet20_quarter\nspace:\n  gate: {values}\nevaluator: {{kind: training, data: digits}}\n")
    with pytest.raises(SpecError, match=r"mine\.yaml:3:16: error\[RS20"):
        profile(path)


def test_a_part_that_fits_beside_other_values_only_stays_in_the_space(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "base: resnet20_quarter\nspace:\n  stages.1.width: [4, 6]\n  block: [basic, {kind: basic, groups: 2}]\n"
        "evaluator: {kind: training, data: digits}\n"
    )
    assert profile(path).size == 4


def test_a_share_of_a_spec_that_is_not_there_is_told_at_the_budget(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "base: resnet20_quarter\nspace: {stages.1.depth: [1, 2]}\nbudgets: {macs: <= 60% of resnet51}\n"
        "evaluator: {kind: training, data: digits}\n"
    )
    with pytest.raises(SpecError, match=r"mine\.yaml:3:17: error\[RS101\]: there is no spec called 'resnet51'"):
        profile(path)


def test_an_empty_search_file_is_told_what_a_search_says(tmp_path: Path):
    (tmp_path / "mine.yaml").write_text("")
    with pytest.raises(SpecError, match=r"RS106.*[\s\S]*write base, space and evaluator"):
        load_search(tmp_path / "mine.yaml")


def test_every_budget_that_is_wrong_is_told_at_once(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "base: resnet20_quarter\nspace: {stages.1.depth: [1, 2]}\nbudgets:\n  memory: <= 12ms\n  macs: <= 20%\n"
        "  params: <= 1M\nevaluator: {kind: training, data: digits}\n"
    )
    with pytest.raises(BudgetError) as refused:
        profile(path)
    assert [fault.mark.line for fault in refused.value.faults if fault.mark] == [4, 5]
