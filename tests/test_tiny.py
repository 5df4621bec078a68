"""The outside face in one breath."""

import resspec

TINY = {
    "name": "tiny",
    "input": [1, 8, 8],
    "stem": {"kind": "conv3x3", "width": 4},
    "block": "basic",
    "stages": [{"depth": 1, "width": 4}, {"depth": 1, "width": 8, "stride": 2}],
    "head": {"kind": "linear", "classes": 3},
}


def test_a_spec_becomes_a_report():
    report = resspec.report(TINY)
    stem = 4 * 9 + 2 * 4
    first = 2 * (4 * 4 * 9 + 2 * 4)
    second = (8 * 4 * 9 + 16) + (8 * 8 * 9 + 16) + (8 * 4 + 16)
    assert report.params == stem + first + second + (8 * 3 + 3)
    assert report.macs == 64 * 4 * 9 + 64 * 2 * 4 * 4 * 9 + 16 * (8 * 4 * 9 + 8 * 8 * 9 + 8 * 4) + 8 * 3


def test_a_spec_becomes_a_module_that_learns():
    import torch

    model = resspec.build(TINY, seed=0)
    loss = model(torch.ones(2, 1, 8, 8)).square().mean()
    loss.backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


def test_a_spec_becomes_a_file():
    namespace: dict[str, object] = {"__name__": "tiny"}
    exec(compile(resspec.source(TINY), "tiny.py", "exec"), namespace)
    assert namespace["Tiny"]


def test_overrides_change_the_network():
    spec = resspec.load(TINY, "stages.2.depth=3", classes=5)
    assert spec.stages[1].depth == 3
    assert resspec.report(spec).layers[-1].output == (5,)


def test_shipped_specs_are_listed_by_pattern():
    assert {"resnet18", "resnet50", "resnet152"} <= set(resspec.list_specs("resnet*"))
