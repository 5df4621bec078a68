"""Tables of one's own: lines that are changes of a spec, looked up by the network they mean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import resspec
from resspec.compile import compile_spec
from resspec.errors import DataError, SpecError
from resspec.study.evaluators import Evaluator
from resspec.study.evaluators.table import Table, TableBench
from resspec.study.run import run_search

LINES = """stages.1.depth,stages.2.depth,block,accuracy,seconds
1,1,basic,0.91,3
2,1,basic,0.93,4
2,1,,0.955,4
2,2,"{kind: bottleneck}",0.94,7
"""
FORM = {"kind": "paths", "of": "resnet20_quarter", "ignore": ["seconds"]}


def bench(folder: Path, text: str, form: dict[str, Any] = FORM, name: str = "mine.csv") -> TableBench:
    (folder / name).write_text(text)
    found = Evaluator.read({"kind": "table", "file": str(folder / name), "format": form})
    assert isinstance(found, Table)
    return TableBench(found, found.format.rows(folder / name))


def quarter(**changes: Any) -> resspec.NetSpec:
    return resspec.load("resnet20_quarter", **changes)


def test_lines_of_one_network_are_trainings_of_it_however_they_are_written(tmp_path: Path):
    row = bench(tmp_path, LINES).row(quarter(**{"stages.1.depth": 2, "stages.2.depth": 1}))
    assert row.runs == ((0.93,), (0.955,))


def test_a_network_is_found_by_what_it_is_and_one_that_no_line_means_is_not_known(tmp_path: Path):
    known = bench(tmp_path, LINES)
    deep = {"stages.1.depth": 2, "stages.2.depth": 2}
    assert known.row(quarter(**deep, block={"kind": "bottleneck", "ratio": 0.25})).accuracy == 0.94
    assert not known.knows(quarter(**deep))


def test_a_json_list_says_the_same_as_a_csv_file(tmp_path: Path):
    entries = [
        {"stages.1.depth": 1, "stages.2.depth": 1, "accuracy": 91},
        {"stages.1.depth": 2, "stages.2.depth": 2, "block": {"kind": "bottleneck"}, "accuracy": 94},
    ]
    known = bench(tmp_path, json.dumps(entries), FORM | {"whole": 100}, "mine.json")
    assert known.row(quarter(**{"stages.1.depth": 1, "stages.2.depth": 1})).accuracy == 0.91
    assert known.row(quarter(**{"stages.1.depth": 2, "stages.2.depth": 2, "block": "bottleneck"})).accuracy == 0.94


def test_a_learning_curve_stands_in_numbered_columns(tmp_path: Path):
    text = (
        "stages.1.depth,acc_2,acc_1,acc_10,acc_3,acc_4,acc_5,acc_6,acc_7,acc_8,acc_9\n2,.2,.1,1,.3,.4,.5,.6,.7,.8,.9\n"
    )
    told: list[tuple[int, float]] = []
    known = bench(tmp_path, text, FORM | {"accuracy": "acc"})
    known.measure(quarter(**{"stages.1.depth": 2}), 0, lambda *step: told.append(step))
    assert told == [(step, step / 10) for step in range(1, 11)]


def test_a_search_finds_the_best_line_and_tries_no_network_without_one(tmp_path: Path):
    (tmp_path / "mine.csv").write_text(LINES)
    base = {
        "extends": "resnet20_quarter",
        "stages": [{"depth": depth, "width": 4 << at, "stride": 1 + (at > 0)} for at, depth in enumerate((1, 1, 3))],
    }
    told = {
        "name": "mine",
        "base": base,
        "space": {"stages.1.depth": [1, 2], "stages.2.depth": [1, 2], "block": ["basic", "bottleneck"]},
        "evaluator": {"kind": "table", "file": str(tmp_path / "mine.csv"), "format": FORM},
        "final": {"finalists": 3, "repeats": 1},
        "trials": 20,
    }
    result = run_search(told, path=tmp_path / "run")
    assert [trial.state.name for trial in result.trials] == ["COMPLETE"] * 3
    assert result.best is not None
    shallow = quarter(**{"stages.1.depth": 2, "stages.2.depth": 1})
    assert result.best.fingerprint == compile_spec(shallow).fingerprint, "the mean of both its trainings is the highest"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LINES.replace("1.depth", "1.dept"), "line 2 is no network: unknown key 'stages.1.dept'"),
        (LINES.replace("1,1,basic", "1,1,basik"), "line 2 is no network: block.kind: there is no block kind 'basik'"),
        (LINES.replace("accuracy", "acuracy"), "there is no column accuracy, and no accuracy_1, accuracy_2, …"),
        (LINES.replace("0.93", "93"), "line 3 has the accuracy 93, and all right is 1"),
        (LINES.replace("0.93", "good"), "line 3 has the accuracy 'good'"),
        (LINES.replace("0.93", ""), "line 3 has the accuracy None"),
        (LINES.replace("0.93,4", "0.93"), "line 3 has not as many cells as the header"),
        (LINES.replace("0.93,4", "0.93,4,5"), "line 3 has not as many cells as the header"),
        (LINES.replace("{kind: bottleneck}", "{kind: "), "line 5 has '{kind: ', which no spec could hold"),
        (LINES.splitlines()[0], "it has no line"),
        ("", "it has no line"),
    ],
)
def test_a_table_that_cannot_be_read_is_named_with_the_line_and_what_is_wrong(tmp_path: Path, text: str, said: str):
    with pytest.raises(DataError, match="RS653") as caught:
        bench(tmp_path, text)
    assert said in str(caught.value)


def test_numbers_beyond_one_are_refused_with_the_word_that_reads_per_cent(tmp_path: Path):
    with pytest.raises(DataError, match="whole: 100"):
        bench(tmp_path, LINES.replace("0.93", "93"))


def test_a_table_of_a_spec_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(SpecError, match="RS101"):
        bench(tmp_path, LINES, FORM | {"of": "resnet20_quater"})
