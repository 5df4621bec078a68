"""Maps that boxes cut out of a pyramid, against a reference that goes sample by sample; and ops on each region."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

import resspec
from resspec.analysis.cost import node_costs
from resspec.errors import GraphError
from resspec.export.inputs import inputs
from resspec.export.module import build_module
from resspec.export.source import source_of
from resspec.ir import Builder, Graph, broken, ops

SIDES = ((32, 40), (16, 20), (8, 10))
"""Levels of strides 4 to 16 of an image of 128 x 160."""


def cut(size: int = 7, samples: int = 2, channels: int = 3, regions: int = 8) -> Graph:
    """A graph that cuts maps out of the levels and convolves them."""
    b = Builder()
    levels = [b.add(f"p{place}", ops.Input((channels, *sides))) for place, sides in enumerate(SIDES, 2)]
    boxes = b.add("boxes", ops.Boxes(regions, 128, 160))
    pooled = b.add("pool", ops.RoIAlign(len(levels), 2, size, samples), *levels, boxes)
    made = b.add("conv", ops.Conv2d(channels, 4, 3, padding=1), pooled)
    outputs = {
        "pooled": b.add("pooled", ops.ByImage(), pooled, boxes),
        "made": b.add("made", ops.ByImage(), made, boxes),
    }
    return b.graph(outputs)


def module() -> nn.Module:
    """The module of such a graph."""
    return build_module(source_of(cut()), seed=0)


def read(level: Tensor, x: float, y: float) -> Tensor:
    """The value (C,) of a map (C, H, W) between four pixels, whose middles are at whole numbers; 0 further out than one
    pixel."""
    channels, height, width = level.shape
    if not (-1 <= y <= height and -1 <= x <= width):
        return torch.zeros(channels, dtype=level.dtype)
    x, y = min(max(x, 0.0), width - 1.0), min(max(y, 0.0), height - 1.0)
    value = torch.zeros(channels, dtype=level.dtype)
    for row in (math.floor(y), math.floor(y) + 1):
        for column in (math.floor(x), math.floor(x) + 1):
            share = max(0.0, 1 - abs(y - row)) * max(0.0, 1 - abs(x - column))
            if share:
                value += share * level[:, row, column]
    return value


def aligned(levels: list[Tensor], box: list[float], size: int, samples: int) -> Tensor:
    """The map (C, size, size) of a box, as Mask R-CNN and the pyramid's paper describe it."""
    left, upper, right, lower = box
    area = max(0.0, right - left) * max(0.0, lower - upper)
    octave = math.floor(4 + math.log2(math.sqrt(area) / 224)) if area else 0
    octave = min(max(octave, 2), 1 + len(levels))
    level, stride = levels[octave - 2], 2.0**octave
    wide, high = max(1.0, (right - left) / stride) / size, max(1.0, (lower - upper) / stride) / size
    found = torch.zeros(level.shape[0], size, size, dtype=level.dtype)
    for row in range(size):
        for column in range(size):
            for i in range(samples):
                for j in range(samples):
                    y = upper / stride + (row + (i + 0.5) / samples) * high
                    x = left / stride + (column + (j + 0.5) / samples) * wide
                    found[:, row, column] += read(level, x, y) / samples**2
    return found


BOXES = [
    [10.0, 20.0, 40.0, 50.0],
    [3.3, 7.7, 150.1, 120.9],
    [0.0, 0.0, 160.0, 128.0],
    [-90.0, -70.0, 250.0, 230.0],
    [30.0, 30.0, 30.0, 30.0],
    [90.0, 80.0, 60.0, 70.0],
    [155.0, 3.0, 160.0, 125.0],
    [-400.0, -400.0, -390.0, -380.0],
]
"""Boxes inside the image and across its edge, without area, turned inside out, and far outside."""


@pytest.mark.parametrize(("size", "samples"), [(7, 2), (3, 1), (2, 3)])
def test_a_box_cuts_out_what_a_reference_reads_sample_by_sample(size: int, samples: int):
    model = build_module(source_of(cut(size, samples)), seed=0).eval()
    levels = [torch.randn(2, 3, *sides, generator=torch.Generator().manual_seed(sides[0])) for sides in SIDES]
    boxes = torch.tensor([BOXES, BOXES[::-1]])
    with torch.no_grad():
        found = model(*levels, boxes)["pooled"]
    assert found.shape == (2, 8, 3, size, size)
    for image in range(2):
        own = [level[image].double() for level in levels]
        for place, box in enumerate(boxes[image].tolist()):
            expected = aligned(own, box, size, samples)
            torch.testing.assert_close(found[image, place].double(), expected, rtol=1e-4, atol=2e-5)


def test_levels_learn_by_what_is_cut_out_of_them():
    model = module()
    levels = [torch.randn(1, 3, *sides, dtype=torch.float64, requires_grad=True) for sides in SIDES]
    boxes = torch.tensor([BOXES[:4]], dtype=torch.float64)
    pool = model.get_submodule("pool")
    pool(*levels, boxes).square().sum().backward()
    step = 1e-3
    for level in levels[1:]:
        assert level.grad is not None
        place = int(level.grad.abs().argmax())
        with torch.no_grad():
            sums = []
            for sign in (1, -1):
                level.view(-1)[place] += sign * step
                sums.append(pool(*levels, boxes).square().sum())
                level.view(-1)[place] -= sign * step
        slope = (sums[0] - sums[1]) / (2 * step)
        torch.testing.assert_close(level.grad.view(-1)[place], slope, rtol=1e-5, atol=1e-8)


def test_the_form_for_onnx_gives_the_same(monkeypatch: pytest.MonkeyPatch):
    model = module()
    given = inputs(cut().signature, 2)
    plain = model(*given)["pooled"]
    monkeypatch.setattr(torch.onnx, "is_in_onnx_export", lambda: True)
    torch.testing.assert_close(model(*given)["pooled"], plain)


def test_any_number_of_boxes_will_do_even_none():
    model = module().eval()
    for count in (0, 1, 13):
        levels = [torch.rand(2, 3, *sides) for sides in SIDES]
        assert model(*levels, torch.rand(2, count, 4) * 100)["made"].shape == (2, count, 4, 7, 7)


def test_boxes_in_half_numbers_are_placed_in_whole_ones():
    model = module().half()
    levels = [torch.rand(1, 3, *sides).half() for sides in SIDES]
    boxes = torch.tensor([BOXES]).half()
    found = model.get_submodule("pool")(*levels, boxes)
    exact = model.get_submodule("pool")(*(level.float() for level in levels), boxes.float())
    assert found.dtype == torch.float16
    torch.testing.assert_close(found.float(), exact, rtol=2e-3, atol=2e-3)


def test_what_runs_on_each_region_costs_so_many_times_as_much_with_one_set_of_tensors():
    costs = {count: node_costs(g["conv"], g.shapes_in(g["conv"])) for count in (1, 9) for g in [cut(regions=count)]}
    assert costs[9].params == costs[1].params == 4 * 3 * 9
    assert costs[9].macs == 9 * costs[1].macs == 9 * 49 * 4 * 3 * 9
    assert costs[9].flops == 9 * costs[1].flops


def test_graphs_of_regions_are_lawful_and_say_how_many_there_are():
    graph = cut(regions=5)
    assert not broken(graph)
    assert graph["pool"].shape == (5, 3, 7, 7)
    assert graph["conv"].op.kind == "conv2d"
    assert graph["conv"].op.core == ops.Conv2d(3, 4, 3, padding=1)
    assert graph["made"].shape == (5, 4, 7, 7)


def test_features_that_no_box_bears_on_are_given_without_boxes():
    spec = resspec.load("fasterrcnn_resnet50_fpn", input="64x64")
    assert [argument.name for argument in resspec.graph(spec).signature] == ["x", "boxes"]
    assert [argument.name for argument in resspec.graph(spec, features=["p2"]).signature] == ["x"]


def test_random_boxes_lie_in_their_image():
    (_, boxes) = inputs(resspec.graph(resspec.load("maskrcnn_resnet50_fpn", input="64x96")).signature, 2)
    assert boxes.shape == (2, 1000, 4)
    assert (boxes[..., :2] <= boxes[..., 2:]).all()
    assert boxes.amin() >= 0
    assert (boxes.amax((0, 1)) <= torch.tensor([96, 64, 96, 64])).all()


def test_a_region_and_an_image_do_not_meet():
    b = Builder()
    x = b.add("x", ops.Input((3, 8, 8)))
    boxes = b.add("boxes", ops.Boxes(5, 8, 8))
    pooled = b.add("pool", ops.RoIAlign(1, 0, 8), x, boxes)
    with pytest.raises(GraphError, match=r"add reads 5 regions of each image, got \(5, 3, 8, 8\) and \(3, 8, 8\)"):
        b.add("sum", ops.Add(), pooled, x)
    with pytest.raises(GraphError, match=r"conv2d is made for 4 channels, its input has 3"):
        b.add("conv", ops.Conv2d(4, 4), pooled)
    with pytest.raises(GraphError, match=r"roi_align needs boxes \(R, 4\), got \(3, 8, 8\)"):
        b.add("again", ops.RoIAlign(1, 0, 8), x, x)
    with pytest.raises(GraphError, match=r"levels of equal channels"):
        b.add("two", ops.RoIAlign(2, 0, 8), x, b.add("y", ops.Input((4, 4, 4))), boxes)
    with pytest.raises(GraphError, match=r"as many regions as boxes"):
        b.add("other", ops.ByImage(), pooled, b.add("others", ops.Boxes(6, 8, 8)))
