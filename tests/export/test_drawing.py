"""Drawings: what they show, that every shipped network has one, and that a few stay as they are."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

import resspec
from networks import small
from resspec.analysis.memory import Setting, memory_of, node_bytes
from resspec.export.drawing import FORMATS, ZOOMS, draw
from resspec.export.drawing.frame import Placed, framed
from resspec.export.drawing.scene import Box, scene_of

FAMILIES = (
    *("resnet18", "resnet50", "resnet20", "preact_resnet164_cifar10", "regnet_y_800mf", "cspresnet50"),
    *("res2net50_26w_4s", "repvgg_a2", "mobileone_s1", "resnest50d", "tresnet_m", "bat_resnext26ts", "resnet50_gn"),
    *("unet_resnet18", "fpn_resnet18", "deeplabv3plus_resnet34", "retinanet_resnet50_fpn", "fcn_resnet50_aux"),
    "keypointrcnn_resnet50_fpn",
)


def boxes(box: Box):
    yield box
    for inner in box.inside:
        yield from boxes(inner)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("zoom", ZOOMS)
def test_every_family_can_be_drawn_and_the_svg_is_well_formed(name: str, zoom: str):
    graph = resspec.graph(name)
    for form in FORMATS:
        assert draw(graph, zoom, form, "macs")
    root = ET.fromstring(draw(graph, zoom))
    assert root.tag.endswith("svg")
    assert not re.search(r"href|<script|<image", draw(graph, zoom))


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("zoom", ZOOMS)
def test_what_the_boxes_cost_is_what_the_network_costs(name: str, zoom: str):
    scene = scene_of(resspec.graph(name), zoom)
    report = resspec.report(name)
    for cost in ("params", "macs", "activations"):
        assert getattr(scene.load, cost) == getattr(report, cost)
        for stage in scene.stages:
            held = sum(inner.count * getattr(inner.load, cost) for inner in stage.inside)
            assert held == getattr(stage.load, cost)


def test_heat_by_memory_is_what_training_holds():
    graph = resspec.graph("resnet50")
    memory = memory_of(graph, Setting())
    assert scene_of(graph, "op", node_bytes(graph)).load.memory == memory.weights + memory.kept
    assert "bytes of training" in draw(graph, "block", "svg", "memory", node_bytes(graph))


def test_equal_blocks_are_drawn_once_with_their_number():
    blocks = [box for box in scene_of(resspec.graph("resnet50"), "block").stages[3].inside if box.inside]
    assert [(box.title, box.count, box.skip) for box in blocks] == [
        ("bottleneck", 1, "projection"),
        ("bottleneck", 5, "identity"),
    ]


@pytest.mark.parametrize("rate", [0.0, 0.2])
def test_blocks_that_differ_in_their_drop_rate_alone_are_equal_to_the_eye(rate: float):
    stage = scene_of(resspec.graph(resspec.load("resnet50", f"drop_path={rate}")), "op").stages[2]
    assert [box.count for box in stage.inside] == [1, 3]


@pytest.mark.parametrize(
    ("shortcut", "styles"),
    [
        ("projection", ["projection", "identity"]),
        ("projection-all", ["projection", "projection"]),
        ("pad", ["zero padding", "identity"]),
        ("avgpool", ["pooled projection", "identity"]),
        ("none", ["", ""]),
    ],
)
def test_shortcuts_are_told_by_what_lies_on_them(shortcut: str, styles: list[str]):
    stage = scene_of(resspec.graph(small(shortcut=shortcut)), "block").stages[2]
    assert [box.skip for box in stage.inside for _ in range(box.count)] == styles


def test_a_gate_and_parallel_branches_are_no_skips():
    gated = draw(resspec.graph(small(gate="se")), "block", "text")
    assert "gate" in gated
    assert gated.count("+ identity") == 2
    assert "[3×3, 192 | ∥ 1×1, 192] + identity" in draw(resspec.graph("repvgg_a2"), "block", "text")


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("zoom", ["block", "op"])
def test_no_box_lies_on_another_and_all_lie_in_their_frame(name: str, zoom: str):
    def check(placed: Placed) -> None:
        for place, one in enumerate(placed.inside):
            assert placed.x <= one.x
            assert one.x + one.size.width <= placed.x + placed.size.width + 0.01
            assert one.bottom <= placed.bottom
            for other in placed.inside[place + 1 :]:
                beside = one.x + one.size.width <= other.x or other.x + other.size.width <= one.x
                assert beside or one.bottom <= other.y or other.bottom <= one.y
            check(one)

    for stage in scene_of(resspec.graph(name), zoom).stages:
        check(framed(stage))


def test_words_of_a_person_cannot_leave_their_place():
    graph = resspec.graph(small(name="x<script>&\"'"))
    assert "<script" not in draw(graph)
    ET.fromstring(draw(graph))


@pytest.mark.parametrize(
    ("name", "zoom", "form", "heat"),
    [
        ("resnet18", "block", "svg", "macs"),
        ("resnet50", "stage", "svg", ""),
        ("unet_resnet18", "stage", "svg", "macs"),
        ("unet_resnet18", "stage", "mermaid", ""),
        ("retinanet_resnet50_fpn", "stage", "svg", ""),
        ("retinanet_resnet50_fpn", "block", "text", ""),
        ("maskrcnn_resnet50_fpn", "op", "text", ""),
        ("res2net50_26w_4s", "op", "svg", ""),
        ("resnet50", "block", "text", "params"),
        ("resnet18", "op", "mermaid", ""),
        ("resnet50", "stage", "mermaid", "macs"),
    ],
)
def test_the_drawing_is_the_golden(name: str, zoom: str, form: str, heat: str, golden: Callable[[str, str], None]):
    suffix = {"svg": "svg", "text": "txt", "mermaid": "mmd"}[form]
    golden(f"drawing/{name}_{zoom}.{suffix}", draw(resspec.graph(name), zoom, form, heat))


@pytest.mark.parametrize("name", ["resnet18", "digits_generator", "edsr_x4"])
def test_the_slabs_of_stages_stay_within_the_picture_where_maps_grow_too(name: str):
    root = ET.fromstring(draw(resspec.graph(name), "stage"))
    slabs = root.iter("{http://www.w3.org/2000/svg}polygon")
    heights = [float(pair.partition(",")[2]) for slab in slabs for pair in slab.attrib["points"].split()]
    assert min(heights) > 0
    assert max(heights) < float(root.attrib["height"])


def test_a_tree_says_what_a_stage_reads_where_that_is_not_the_one_above_and_no_name_means_two():
    text = {name: draw(resspec.graph(name), "stage", "text") for name in ("retinanet_resnet50_fpn", "unet_resnet18")}
    assert "neck.p6  <- p5 " in text["retinanet_resnet50_fpn"]
    assert "decoder.1  <- decoder.0, layer2 " in text["unet_resnet18"]
    assert "layer3" in text["unet_resnet18"]
    assert "<- layer2\n" not in text["unet_resnet18"]
    assert "decoder.layer1  DecoderBlock ×2  <- decoder.layer2, layer1, condition, stem " in draw(
        resspec.graph("ddpm_digits"), "stage", "text"
    )
