"""Tables of latency: what is fitted, what is predicted, what is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

import resspec
from resspec.analysis.latency import OTHERS, Load, Rate, Table, Unseen, graph_seconds, op_class, op_seconds
from resspec.analysis.tables import read_table, table_in_use, trusted_table
from resspec.errors import BudgetError
from resspec.pages.times import latency_sheet
from resspec.timing.calibration import Timed, calibrate, fit
from resspec.timing.results import keep, table_place
from resspec.timing.setting import Setting
from resspec.timing.spread import Spread
from resspec.timing.walking import Walk

TRUE = Rate(2e-6, 3e-11, 4e-10, 5e-10)


def table(error: float = 0.1, images: int = 1, **rates: Rate) -> Table:
    unseen = (Unseen("other", 1.0, 1.0 + error),)
    return Table("a device", "fp32", 1, images, "2", {OTHERS: TRUE, **rates}, unseen)


def ops(*names: str) -> list[Timed]:
    """The ops of networks, as fast as TRUE says."""
    nodes = [(graph, node) for graph in map(resspec.graph, names) for node in graph if node.op.arity]
    keys = [(node.op, graph.shapes_in(node), node.shape) for graph, node in nodes]
    return [Timed(*key, TRUE.seconds(Load.of(*key))) for key in keys]


def test_a_device_that_keeps_to_rates_is_predicted_to_the_last_digit():
    made = Table("a device", "fp32", 1, 1, "2", fit(ops("resnet18", "resnet50", "resnet20"), 1), ())
    graph = resspec.graph("resnet101")
    true = sum(one.seconds for one in ops("resnet101"))
    assert graph_seconds(graph, made) == pytest.approx(true, rel=1e-6)


def test_no_rate_is_negative_even_where_bigger_ops_were_quicker():
    timed = [Timed(one.op, one.ins, one.out, 1 / (1 + place)) for place, one in enumerate(ops("resnet50"))]
    for rate in fit(timed, 1).values():
        assert min(rate.fixed, rate.macs, rate.moved, rate.weights) >= 0


def test_a_network_is_the_sum_of_its_ops_and_of_its_stages():
    graph, one = resspec.graph("resnet50"), table()
    parts = [op_seconds(node.op, graph.shapes_in(node), node.shape, one) for node in graph if node.op.arity]
    assert graph_seconds(graph, one) == pytest.approx(sum(parts))
    shown = sum(float(row[1]) for row in latency_sheet(graph, one).rows)
    assert shown == pytest.approx(1e3 * sum(parts), rel=1e-2)


def test_convolutions_are_told_apart_by_kernel_and_grouping():
    classes = {op_class(node.op) for node in resspec.graph("mobileone_s0")}
    assert {"conv2d 1x1 plain", "conv2d 3x3 depthwise", "batch_norm"} <= classes


def test_a_batch_works_more_and_has_the_same_weights():
    node = resspec.graph("resnet18")["layer1.0.conv1"]
    one, eight = (Load.of(node.op, ((64, 56, 56),), node.shape, images) for images in (1, 8))
    assert (eight.macs, eight.moved, eight.weights) == (8 * one.macs, 8 * one.moved, one.weights)


def test_a_walk_makes_every_value_in_its_shape():
    graph = resspec.graph("test_resnet")
    walk = Walk.of(graph, torch.rand(2, *graph.inputs[0].shape))
    values = {graph.inputs[0].name: walk.x}
    with torch.inference_mode():
        for step in walk.steps:
            values[step.node.name] = step.run(*[values[name] for name in step.node.inputs])
            assert values[step.node.name].shape[1:] == step.node.shape
        assert len(walk.times()) == len(walk.steps) == len(graph) - 1


def test_a_calibration_is_kept_and_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RESSPEC_CACHE", str(tmp_path))
    made = calibrate(Setting(), fitted=("resnet20_quarter",), unseen=("resnet20:16",), rounds=3)
    assert [one.name for one in made.unseen] == ["resnet20:16"]
    assert {"conv2d 3x3 plain", "batch_norm", "relu", OTHERS} <= made.rates.keys()
    keep(table_place(made), made.to_dict())
    assert table_in_use() == made
    with pytest.raises(BudgetError, match=r"RS423.*for 8 images"):
        table_in_use(images=8)


def test_the_variable_names_another_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "table.json"
    file.write_text(json.dumps(table().to_dict()), encoding="utf-8")
    monkeypatch.setenv("RESSPEC_LATENCY_TABLE", str(file))
    assert trusted_table() == table()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"rates": {}}', '{"rates": 3}'])
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, text: str):
    file = tmp_path / "table.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BudgetError, match="RS423"):
        read_table(file)


def test_a_table_that_is_off_by_more_than_15_percent_bounds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "table.json"
    monkeypatch.setenv("RESSPEC_LATENCY_TABLE", str(file))
    for error, trusted in ((0.1499, True), (0.16, False)):
        file.write_text(json.dumps(table(error).to_dict()), encoding="utf-8")
        assert table_in_use().trusted is trusted
    with pytest.raises(BudgetError, match=r"RS424.*16\.0%"):
        trusted_table()


def test_the_spread_of_timings_is_their_median_and_middle_half():
    spread = Spread.of([5.0, 1.0, 3.0, 2.0, 4.0])
    assert (spread.median, spread.low, spread.high, spread.interquartile) == (3, 2, 4, 2)
    assert Spread.of([7.0]).interquartile == 0
