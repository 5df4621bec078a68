"""Each op's facts against torch: shapes, weights, macs, in-place writing."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

import resspec
from resspec.errors import GraphError
from resspec.export.module import build_module
from resspec.export.source import source_of
from resspec.ir import Builder, Graph, Op, Shape, ops

CASES: list[tuple[Op, list[Shape]]] = [
    (ops.Conv2d(6, 8, 3, stride=2, padding=1, groups=2), [(6, 11, 13)]),
    (ops.Conv2d(6, 8, 5, padding=4, dilation=2, bias=True), [(6, 11, 13)]),
    (ops.Linear(12, 5), [(12,)]),
    (ops.Linear(12, 5, bias=False), [(12,)]),
    (ops.BatchNorm2d(6, eps=1e-3, momentum=0.2), [(6, 5, 7)]),
    (ops.GroupNorm(3, 6), [(6, 5, 7)]),
    (ops.ReLU(), [(6, 5, 7)]),
    (ops.SiLU(), [(6, 5, 7)]),
    (ops.GELU(), [(6, 5, 7)]),
    (ops.Sigmoid(), [(6, 5, 7)]),
    (ops.Dropout(0.3), [(6, 5, 7)]),
    (ops.DropPath(0.3), [(6, 5, 7)]),
    (ops.MaxPool2d(3, 2, 1), [(6, 11, 13)]),
    (ops.MaxPool2d(3, 2, 0, ceil=True), [(6, 12, 14)]),
    (ops.AvgPool2d(2, 2, ceil=True, count_padding=False), [(6, 11, 13)]),
    (ops.GlobalAvgPool(), [(6, 5, 7)]),
    (ops.Add(), [(6, 5, 7), (6, 5, 7)]),
    (ops.Scale(), [(6, 5, 7), (6, 1, 1)]),
    (ops.Scale(), [(6, 5, 7), (1, 5, 7)]),
    (ops.LayerNorm2d(6), [(6, 5, 7)]),
    (ops.PairAttention(), [(2, 5, 7), (2, 5, 7), (6, 5, 7)]),
    (ops.Flatten(), [(6, 5, 7)]),
    (ops.FlattenWhole(6, 5, 7), [(6, 5, 7)]),
    (ops.Subsample(2), [(6, 5, 7)]),
    (ops.PadChannels(2, 3), [(6, 5, 7)]),
    (ops.PadMap(0, 1), [(6, 5, 7)]),
    (ops.BlurPool(6), [(6, 11, 13)]),
    (ops.BlurPool(6, kernel=5, stride=1), [(6, 11, 13)]),
    (ops.Conv1d(1, 1, 3), [(1, 6)]),
    (ops.ToRow(), [(6, 1, 1)]),
    (ops.FromRow(), [(1, 6)]),
    (ops.Concat(3), [(6, 5, 7), (2, 5, 7), (6, 5, 7)]),
    (ops.Split(3, 1), [(6, 5, 7)]),
    (ops.SumSplits(3), [(6, 5, 7)]),
    (ops.SplitSoftmax(3), [(6, 1, 1)]),
    (ops.SplitSoftmax(3, groups=2), [(12, 1, 1)]),
    (ops.ResizeLike("nearest"), [(6, 5, 7), (2, 9, 20)]),
    (ops.ResizeLike("bilinear"), [(6, 5, 7), (2, 9, 20)]),
    (ops.ResizeLike("bilinear", align=True), [(6, 5, 7), (2, 3, 4)]),
    (ops.Upsample("nearest", factor=3), [(6, 5, 7)]),
    (ops.Upsample("bilinear", align=True), [(6, 5, 7)]),
    (ops.TransposedConv2d(6, 4, 4, 2, 1), [(6, 5, 7)]),
    (ops.TransposedConv2d(6, 4, 3, 2, 1, output_padding=1, bias=False), [(6, 5, 7)]),
    (ops.PixelShuffle(2), [(12, 5, 7)]),
    (ops.AnchorRows(4), [(12, 5, 7)]),
    (ops.AdaptiveAvgPool2d(3), [(6, 5, 7)]),
    (ops.FrozenBatchNorm2d(6), [(6, 5, 7)]),
    (ops.Tanh(), [(6, 5, 7)]),
    (ops.SpectralConv2d(6, 8, 3, stride=2, padding=1, bias=True), [(6, 11, 13)]),
    (ops.SpectralLinear(12, 5, bias=False), [(12,)]),
    (ops.PowerConv2d(6, 8, 3, stride=2, padding=1, groups=2, bias=True), [(6, 11, 13)]),
    (ops.PowerLinear(12, 5), [(12,)]),
    (ops.UncountedBatchNorm2d(6, eps=1e-3, momentum=0.2), [(6, 5, 7)]),
    (ops.UncountedBatchNorm2d(6, affine=False), [(6, 5, 7)]),
    (ops.Chunk(3, 1), [(12,)]),
    (ops.PReLU(0.1), [(6, 5, 7)]),
    (ops.Times(0.1), [(6, 5, 7)]),
    (ops.InstanceNorm2d(6), [(6, 5, 7)]),
    (ops.InstanceNorm2d(6, affine=True), [(6, 5, 7)]),
    (ops.GlobalSum(), [(6, 5, 7)]),
    (ops.Unflatten(3), [(18,)]),
    (ops.ReflectPad(2), [(6, 5, 7)]),
    (ops.ColourOffset((-0.5, 0.25, 2.0)), [(3, 5, 7)]),
    (ops.ColourShift((-0.5, 0.25, 2.0)), [(3, 5, 7)]),
]
IDS = [f"{op.kind}-{place}" for place, (op, _) in enumerate(CASES)]


def graph_of(op: Op, shapes: list[Shape]) -> Graph:
    b = Builder()
    values = [b.add(f"x{place}", ops.Input(shape)) for place, shape in enumerate(shapes)]
    return b.graph({"output": b.add("op", op, *values)})


@pytest.mark.parametrize(("op", "shapes"), CASES, ids=IDS)
def test_an_op_states_what_torch_does(op: Op, shapes: list[Shape]):
    graph = graph_of(op, shapes)
    module = build_module(source_of(graph), seed=0).eval()
    inputs = [torch.rand(1, *shape) for shape in shapes]
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        out = module(*inputs)
    assert tuple(out.shape[1:]) == graph["op"].shape
    assert {f"op.{w.name}": w.shape for w in op.weights() if w.persistent} == {
        k: tuple(t.shape) for k, t in module.state_dict().items()
    }
    assert {f"op.{w.name}" for w in op.weights() if w.learned} == {name for name, _ in module.named_parameters()}
    assert counter.get_total_flops() == 2 * op.work(tuple(shapes), graph["op"].shape).macs


@pytest.mark.parametrize(("op", "shapes"), CASES, ids=IDS)
def test_every_tensor_is_filled_with_numbers(op: Op, shapes: list[Shape]):
    module = build_module(source_of(graph_of(op, shapes)), seed=0)
    assert all(torch.isfinite(tensor.float()).all() for tensor in module.state_dict().values())


@pytest.mark.parametrize(
    ("op", "shape", "law"),
    [
        (ops.Conv2d(8, 4), (6, 4, 4), "made for 8 channels, its input has 6"),
        (ops.Conv2d(96, 96, groups=36), (96, 4, 4), "groups=36 does not divide 96 input channels (96 % 36 = 24)"),
        (ops.Conv2d(3, 4, 7), (3, 4, 4), "kernel reaching over 7 does not fit a map of 4"),
        (ops.Conv2d(3, 4), (3,), "needs a feature map"),
        (ops.GroupNorm(5, 16), (16, 4, 4), "5 norm groups do not divide 16 channels"),
        (ops.Linear(3, 4), (3, 2, 2), "linear needs a vector"),
        (ops.BlurPool(6, kernel=5), (6, 2, 9), "too small to be reflected by 2"),
        (ops.Split(4), (6, 2, 2), "6 channels do not make 4 equal splits"),
        (ops.SplitSoftmax(2, groups=4), (12, 1, 1), "12 channels do not make 2 splits of 4 groups"),
        (ops.Chunk(4), (6,), "a vector of 6 values does not make 4 equal pieces"),
        (ops.Chunk(2), (6, 1, 1), "chunk needs a vector"),
        (ops.ToRow(), (6, 2, 2), "a row is made of (C, 1, 1)"),
        (ops.Unflatten(3), (20,), "does not make channels of 3 x 3 values"),
        (ops.ReflectPad(3), (6, 3, 9), "too small to be reflected by 3"),
        (ops.ColourShift((1.0,)), (3, 4, 4), "made for 1 channels, its input has 3"),
    ],
)
def test_an_operand_that_does_not_fit_is_refused_with_the_numbers(op: Op, shape: Shape, law: str):
    with pytest.raises(GraphError) as caught:
        op.infer(shape)
    assert law in str(caught.value)


def test_groups_that_do_not_divide_name_the_nearest_that_do():
    with pytest.raises(GraphError) as caught:
        ops.Conv2d(96, 96, groups=36).infer((96, 4, 4))
    assert caught.value.faults[0].remedy == "nearest legal groups: 32, 48"


def test_a_sum_of_unequal_shapes_is_refused_with_both():
    with pytest.raises(GraphError, match=r"gives \(4, 2, 2\) and the shortcut \(4, 4, 4\)"):
        ops.Add().infer((4, 2, 2), (4, 4, 4))


@pytest.mark.parametrize("side", range(3, 40))
@pytest.mark.parametrize("ceil", [False, True])
def test_pooling_sizes_are_torch_sizes(side: int, ceil: bool):
    for kernel, stride, padding in [(2, 2, 0), (3, 2, 1), (3, 2, 0), (3, 3, 1)]:
        op = ops.MaxPool2d(kernel, stride, padding, ceil)
        torch_op = nn.MaxPool2d(kernel, stride, padding, ceil_mode=ceil)
        assert op.infer((1, side, side)) == tuple(torch_op(torch.zeros(1, 1, side, side)).shape[1:])


def test_drop_path_drops_whole_images_and_keeps_the_mean():
    module = build_module(source_of(graph_of(ops.DropPath(0.25), [(2, 3, 3)])), seed=0).train()
    torch.manual_seed(0)
    out = module(torch.ones(4000, 2, 3, 3))
    kept = out.flatten(1)
    assert ((kept == 0).all(1) | (kept == 1 / 0.75).all(1)).all()
    assert abs(out.mean().item() - 1) < 0.03


def test_a_colour_shift_adds_its_constants_and_is_left_alone_by_training():
    module = build_module(source_of(graph_of(ops.ColourShift((-0.5, 0.25, 2.0)), [(3, 4, 5)])), seed=0)
    x = torch.rand(2, 3, 4, 5)
    assert torch.allclose(module(x), x + torch.tensor([-0.5, 0.25, 2.0])[:, None, None])
    assert not any(parameter.requires_grad for parameter in module.parameters())


def test_a_spectral_convolution_has_a_largest_singular_value_of_1_that_training_follows():
    module = build_module(source_of(graph_of(ops.SpectralConv2d(3, 5, 3, padding=1), [(3, 6, 6)])), seed=0).train()
    layer: Any = module.op
    for factor in (1.0, 3.0):
        with torch.no_grad():
            layer.weight_orig.mul_(factor).add_(0.1 * torch.randn_like(layer.weight_orig))
        for _ in range(60):
            (module(torch.rand(2, 3, 6, 6)) + module(torch.rand(2, 3, 6, 6))).sum().backward()
        sigma = torch.linalg.svdvals(layer.divided().detach().flatten(1).double())[0]
        assert abs(sigma.item() - 1) < 1e-3


def test_a_critic_takes_another_classifier_that_is_divided_too():
    critic: Any = resspec.build("sngan32_d", seed=0).eval()
    critic.reset_classifier(5)
    assert abs(torch.linalg.svdvals(critic.fc.divided().detach().double())[0].item() - 1) < 1e-2
    with torch.no_grad():
        assert critic(torch.rand(2, 3, 32, 32)).shape == (2, 5)
