"""Reports: rows, totals, conventions, text."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import resspec
from networks import small
from resspec.analysis.cost_table import cost_table, listed
from resspec.analysis.report import Report, report_of
from resspec.ir import Builder, ops


@pytest.fixture(scope="module")
def report() -> Report:
    return resspec.report("resnet50")


def test_resnet_50_costs_what_torchvision_publishes(report: Report):
    assert (report.params, report.buffers, report.macs, report.activations) == (
        25_557_032,
        53_173,
        4_089_184_256,
        11_114_984,
    )


def test_flops_are_twice_the_macs_and_every_other_operation(report: Report):
    norms, relus, adds = 11_113_984, 9_608_704, 5_519_360
    pools = (3 * 3 - 1) * 64 * 56 * 56 + 2048 * 7 * 7
    assert report.flops == 2 * report.macs + 2 * norms + relus + adds + pools + 1000


def test_rows_come_at_three_levels(report: Report):
    assert [row.name for row in report.stages] == ["stem", "layer1", "layer2", "layer3", "layer4", "head"]
    assert len(report.blocks) == 1 + 16 + 1
    first = report.layers[0]
    assert (first.name, first.kind, first.op, first.input, first.output) == (
        "conv1",
        "stem",
        "conv2d",
        (3, 224, 224),
        (64, 112, 112),
    )
    block = report.blocks[1]
    assert (block.name, block.kind, block.input, block.output) == (
        "layer1.0",
        "bottleneck",
        (64, 56, 56),
        (256, 56, 56),
    )


def test_a_report_is_plain_data_that_json_takes(report: Report):
    data = json.loads(json.dumps(report.to_dict()))
    assert data["macs"] == report.macs
    assert set(data["layers"][0]) == {
        "name",
        "kind",
        "op",
        "input",
        "output",
        "params",
        "buffers",
        "macs",
        "flops",
        "activations",
    }
    assert "multiply-accumulates" in data["convention"]


@pytest.mark.parametrize("level", ["stages", "blocks", "layers"])
def test_the_table_is_the_golden(report: Report, level: str, golden: Callable[[str, str], None]):
    golden(f"report/resnet50_{level}.txt", report.table(level) + "\n")


def test_macs_scale_with_the_image_and_params_do_not():
    large, little = resspec.report(small(input=[3, 64, 64])), resspec.report(small(input=[3, 32, 32]))
    assert large.params == little.params
    head = 64 * 10
    assert large.macs - head == 4 * (little.macs - head)


def test_the_page_of_costs_is_what_the_ops_state(request: pytest.FixtureRequest):
    page = Path(__file__).parents[2] / "docs" / "costs.md"
    if request.config.getoption("--accept"):
        page.write_text(cost_table(), encoding="utf-8", newline="\n")
    assert page.read_text(encoding="utf-8") == cost_table()
    assert len(listed()) >= 15
    assert all(op.cost_rule for op in listed())


def test_a_rule_stands_just_where_there_is_work():
    names = [
        "resnet50",
        "resnest26d",
        "resnet50_clip",
        "bat_resnext26ts",
        "gcresnet50t",
        "ecaresnet50t",
        "tresnet_m",
        "skresnet18",
        "resnetv2_50d_evos",
        "resnetv2_50d_frn",
        "resnetv2_50x1_bit",
        "preact_resnet164_cifar10",
    ]
    seen = set()
    for graph in map(resspec.graph, names):
        for node in graph:
            if node.op.arity:
                work = node.op.work(graph.shapes_in(node), node.shape)
                assert (work.macs > 0) == (node.op.macs_rule != "0"), node.op.kind
                assert work.extra == 0 or node.op.cost_rule != "0", node.op.kind
                seen.add(node.op.kind)
    assert len(seen) >= 30


def test_a_bias_and_an_activation_cost_one_per_element():
    b = Builder()
    x = b.add("x", ops.Input((2, 4, 4)))
    graph = b.graph({"output": b.add("act", ops.ReLU(), b.add("conv", ops.Conv2d(2, 3, bias=True), x))})
    report = report_of(graph)
    assert (report.macs, report.flops, report.activations) == (3 * 2 * 16, 2 * 96 + 48 + 48, 48)


def test_neck_decoder_and_heads_are_parts_of_their_own():
    for name, parts in {
        "unet_resnet18": ["stem", "body", "decoder", "heads"],
        "fcos_resnet50_fpn": ["stem", "body", "neck", "heads"],
        "ddpm_digits": ["condition", "stem", "body", "decoder", "heads"],
        "resnetv2_50": ["stem", "body", "head"],
        "labelled_digits_critic": ["body", "head"],
    }.items():
        report = resspec.report(name)
        assert [row.name for row in report.parts] == parts
        assert sum(row.macs for row in report.parts) == report.macs


def test_a_report_tells_every_output_by_name_and_shape():
    report = resspec.report("fcos_digits")
    places = 16 * 16 + 8 * 8 + 4 * 4 + 2 * 2
    told = {"cls_logits": (places, 10), "bbox_regression": (places, 4), "bbox_ctrness": (places, 1)}
    assert dict(report.outputs) == told
    assert report.to_dict()["outputs"] == {name: list(shape) for name, shape in told.items()}
    assert resspec.report("resnet18").to_dict()["outputs"] == {"output": [1000]}
