"""What a person sees: lines in a log, a live view on a terminal, a table and a picture at the end."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from optuna.trial import TrialState
from rich.console import Console

from resspec.analysis.cost import Costs
from resspec.plot import Axis, axis_over
from resspec.spec.loading import load_spec
from resspec.study.figures import Figures
from resspec.study.picture import drawn
from resspec.study.result import Result, open_result
from resspec.study.tables import print_result, status_lines
from resspec.study.trial import Trial
from resspec.study.view import LineView, LiveView, view_on
from resspec.study.words import duration, layout, verdict_lines

Searched = Callable[..., Result]
SVG = "{http://www.w3.org/2000/svg}"


def console(terminal: bool, width: int = 120) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=width, color_system=None)


def said(made: Console) -> str:
    text = made.file.getvalue()  # type: ignore[attr-defined]
    assert isinstance(text, str)
    return text


def test_a_log_gets_a_line_per_trial_with_the_best_so_far_and_the_time_left(search: Searched):
    log = console(terminal=False)
    view = view_on(log)
    assert isinstance(view, LineView)
    search(observer=view, trials=4, evaluator={"kind": "formula", "fails": [2]})
    lines = said(log).splitlines()
    assert lines[0].startswith("small: 192 points, ")
    assert [line.split()[0] for line in lines if "/4 " in line][:4] == ["1/4", "2/4", "3/4", "4/4"]
    first = next(line for line in lines if line.startswith("1/4 "))
    for words in ("trial 0 complete", "2x4 2x8", "left"):
        assert words in first
    assert any("trial 2 failed (RuntimeError: this network does not train)" in line for line in lines)
    assert lines[-1] == "training again 6/6: trial 1" or lines[-1].startswith("training again 6/6")
    search(observer=view_on(log), trials=4, evaluator={"kind": "formula", "fails": [2]})
    assert said(log).splitlines()[-1].startswith("already done: 4 trials in ")


def test_a_terminal_sees_progress_the_running_trial_and_the_best_and_gets_its_lines_back(search: Searched):
    terminal = console(terminal=True)
    view = view_on(terminal)
    assert isinstance(view, LiveView)
    search(observer=view, trials=6, evaluator={"kind": "formula", "pause": 0.06})
    shown = said(terminal)
    for words in ("best so far", "base", "trials", "/6", "gone", "left", "epoch", "again"):
        assert words in shown
    assert shown.endswith(("\x1b[?25h", "\x1b[2K"))


def test_an_interrupted_view_gives_the_terminal_back(search: Searched):
    terminal = console(terminal=True)

    class Impatient(LiveView):
        def finished(self, trial: object) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(observer=Impatient(terminal))
    assert "\x1b[?25h" in said(terminal)


@pytest.mark.parametrize(("terminal", "width"), [(True, 120), (True, 40), (False, 80)])
def test_the_end_shows_the_best_against_the_base_the_test_accuracy_and_the_files(
    search: Searched, terminal: bool, width: int
):
    result = search()
    paper = console(terminal, width)
    print_result(paper, result)
    text = said(paper)
    assert result.best is not None
    for words in (
        "small: 12 trials, 12 complete",
        "base",
        f"trial {result.best.number} *",
        "held-out test: ",
        "best.yaml",
    ):
        assert words in text
    for figure in (f"{result.best.costs.params:,}", f"{result.best.costs.macs:,}"):
        assert figure in text
    assert ("┃" in text) == (terminal and width == 120)


def test_the_picture_marks_every_trial_and_names_the_base_and_the_best(search: Searched):
    result = search(trials=30, pruner={"kind": "median", "startup": 3})
    root = ET.fromstring(drawn(result))
    titles = [title.text or "" for title in root.iter(f"{SVG}title")]
    assert sorted(int(title.split()[1].strip(":")) for title in titles) == list(range(30))
    texts = [text.text or "" for text in root.iter(f"{SVG}text")]
    assert result.best is not None
    assert {"base (trial 0)", f"best (trial {result.best.number})", "macs of one image"} <= set(texts)
    marks = list(root.iter(f"{SVG}circle"))
    assert all(0 <= float(mark.attrib["cx"]) <= 860 and 0 <= float(mark.attrib["cy"]) <= 520 for mark in marks)


def test_a_picture_of_a_single_trial_can_be_drawn(search: Searched):
    ET.fromstring(drawn(search(trials=1)))


@pytest.mark.parametrize("values", [[5.0], [0.0, 0.0], [1.0, 2.0], [10.0, 1e6], [93.1, 98.7]])
def test_an_axis_holds_all_figures_and_has_a_few_round_ticks(values: list[float]):
    axis = axis_over(values, 0, 100)
    assert all(0 < axis.at(value) < 100 for value in values)
    assert 2 <= len(axis.ticks(6)) <= 20
    assert axis.log == (values == [10.0, 1e6])


def test_figures_outside_an_axis_lie_on_its_edge():
    assert (Axis(0, 1, 10, 20).at(-5), Axis(0, 1, 10, 20).at(5)) == (10, 20)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (35, "35 s"), (100, "2 min"), (3600, "60 min"), (7500, "2 h 5 min")]
)
def test_times_are_told_in_the_unit_that_matters(seconds: float, words: str):
    assert duration(seconds) == words


def test_a_layout_tells_each_value_once_and_blocks_of_one_kind_together():
    spec = load_spec("nas_bench_macro")
    layer = "inverted-residual(ratio=3.0,kernel=3)"
    params = {
        "stages.1.blocks.0.block": layer,
        "stages.1.blocks.1.block": "skip",
        "stages.2.blocks.0.block": layer,
        "stages.1.width": 64,
        "stem.width, stages.1.width": 0.5,
        "stages.2.block, stages.3.block": "basic",
        "gate": "se",
    }
    trial = Trial(0, TrialState.RUNNING, "", None, Costs(), params, Figures({}), None, 0.0, "", None, spec.to_dict())
    others = f"stem.width=32 stages.2.block,stages.3.block=basic gate=se block[1.0,2.0]={layer} block[1.1]=skip"
    assert layout(trial) == f"2x64 3x128 3x256 {others}"


def test_failures_are_told_with_their_reason_in_the_status_and_at_the_end(search: Searched):
    result = search(trials=5, final=None, evaluator={"kind": "formula", "fails": [2, 3]})
    told = "2 failed, trial 3 the last: RuntimeError: this network does not train"
    assert told in status_lines(result)
    wide = console(terminal=False, width=200)
    print_result(wide, result)
    assert told in said(wide).splitlines()


def test_the_status_tells_who_runs_which_trial_and_how_many_are_to_come(search: Searched):
    result = search(trials=3, final=None)
    begun = result.study.get_trials(deepcopy=True)[2]
    begun.state, begun.values, begun.datetime_complete = TrialState.RUNNING, None, None
    result.study._storage.create_new_trial(result.study._study_id, begun)
    result.study.set_user_attr("total", 10)
    lines = status_lines(open_result(result.path))
    assert lines[1] == "6 trials to the total of 10"
    assert lines[2].startswith("trial 3 runs on ")
    assert lines[2].endswith(f"(process {os.getpid()})")


def test_figures_of_a_table_are_not_called_those_of_a_held_out_test(search: Searched):
    result = search(trials=3)
    assert verdict_lines(result)[0].startswith("held-out test: ")
    result.study.set_user_attr("identity", {"evaluator": {"kind": "table"}})
    looked_up = open_result(result.path)
    line = verdict_lines(looked_up)[0]
    assert line.startswith("in the table: ")
    assert "never saw" not in line


def test_nobody_is_told_to_wait_for_a_last_comparison_that_will_not_come(search: Searched):
    log = console(terminal=False, width=300)
    search(observer=view_on(log), trials=4, evaluator={"kind": "proxy", "proxy": "params"}, pruner="none")
    last = next(line for line in said(log).splitlines() if line.startswith("4/4 "))
    assert "left" not in last


def test_a_base_that_wins_among_several_objectives_is_called_a_compromise(search: Searched):
    result = search(trials=6, objectives=["accuracy", "params"])
    assert result.verdict is not None
    for front, words in (
        (("base", "trial 1"), "the best compromise"),
        (("base",), "no network of the search was better"),
    ):
        lines = verdict_lines(replace(result, verdict=replace(result.verdict, winner="base", front=front)))
        assert words in lines[-1]
