"""One set of tensors on several maps: counted once, run each time, one module in the source."""

from __future__ import annotations

import pickle

import torch
from torch.utils.flop_counter import FlopCounterMode

from resspec.analysis.memory import Setting, memory_of
from resspec.analysis.report import report_of
from resspec.export.module import build_module
from resspec.export.source import source_of
from resspec.ir import Builder, Graph, ops, verify
from resspec.passes.fuse import fuse


def pyramid(shared: bool) -> Graph:
    """Two maps, each behind a tower: one for both, or one each."""
    b = Builder()
    small = b.add("conv1", ops.Conv2d(3, 8, 3, 2, 1), b.add("x", ops.Input((3, 32, 32))))
    outputs = {}
    for name, x in (("p3", small), ("p4", b.add("conv2", ops.Conv2d(8, 8, 3, 2, 1), small))):
        with b.shared_scope("tower", "Tower") if shared else b.scope(f"tower_{name}", "Tower"):
            y = b.add("bn", ops.BatchNorm2d(8), b.add("conv", ops.Conv2d(8, 8, 3, padding=1), x))
            outputs[name] = b.add("out", ops.Conv2d(8, 4, bias=True), b.add("act", ops.ReLU(), y))
    return verify(b.graph(outputs))


def test_tensors_count_once_and_work_each_time():
    one, two = report_of(pyramid(shared=True)), report_of(pyramid(shared=False))
    tower = 8 * 8 * 9 + 16 + 8 * 4 + 4
    assert two.params - one.params == tower
    assert two.buffers - one.buffers == 17
    assert (one.macs, one.flops, one.activations) == (two.macs, two.flops, two.activations)
    memory = [memory_of(pyramid(shared=shared), Setting()) for shared in (True, False)]
    assert memory[1].weights - memory[0].weights == 4 * (tower + 16) + 8
    assert memory[1].gradients - memory[0].gradients == 4 * tower


def test_the_source_makes_one_module_and_calls_it_for_each_map():
    text = source_of(pyramid(shared=True))
    assert text.count("self.tower = Tower()") == 1
    assert text.count("self.tower(") == 2
    model = build_module(text, seed=0).eval()
    assert [name for name in model.state_dict() if name.startswith("tower.out")] == [
        "tower.out.weight",
        "tower.out.bias",
    ]
    image = torch.rand(1, 3, 32, 32)
    with FlopCounterMode(display=False) as counter:
        outputs = model(image)
    report = report_of(pyramid(shared=True))
    assert counter.get_total_flops() == 2 * report.macs
    assert sum(parameter.numel() for parameter in model.parameters()) == report.params
    assert {name: tuple(y.shape[1:]) for name, y in outputs.items()} == {"p3": (4, 16, 16), "p4": (4, 8, 8)}
    again = pickle.loads(pickle.dumps(model))
    assert all(torch.equal(outputs[name], y) for name, y in again(image).items())


def test_sharing_makes_another_network():
    assert pyramid(shared=True).fingerprint != pyramid(shared=False).fingerprint


def test_what_is_shared_is_written_over_only_where_that_holds_for_every_map():
    b = Builder()
    x = b.add("conv", ops.Conv2d(3, 4), b.add("x", ops.Input((3, 8, 8))))
    maps = []
    for y in (b.add("once", ops.Conv2d(4, 4), x), x):  # the second map is read by `once` too
        with b.shared_scope("shared", "Shared"):
            maps.append(b.add("act", ops.ReLU(), y))
    graph = verify(b.graph({"output": b.add("add", ops.Add(), *maps)}))
    assert not graph.may_overwrite("shared.act")
    assert "inplace=True" not in source_of(graph)


def test_fusing_leaves_shared_modules_as_they_are():
    form = fuse(pyramid(shared=True))
    assert [node.name for node in form.graph if node.shares] == [
        f"tower__2.{name}" for name in ("conv", "bn", "act", "out")
    ]
