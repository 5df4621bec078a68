"""Trials that start from the weights of trained networks: what is taken, what is kept, and that it can be repeated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import resspec
from resspec.study.run import run_search
from resspec.training.inheritance import bequest, inherit, shapes_of
from resspec.training.networks import network_of
from study.formula import BASE, SPACE


def net(depth: int, width: int) -> Any:
    return resspec.load(BASE, f"stages.1.depth={depth}", f"stages.2.width={width}")


def test_leading_slices_are_taken_and_the_rest_stays():
    parent, child = network_of(net(2, 8), 0), network_of(net(2, 12), 1)
    before = {name: tensor.clone() for name, tensor in child.state_dict().items()}
    inherit(child, parent.state_dict())
    after, given = child.state_dict(), parent.state_dict()
    weight = "layer2.1.conv2.weight"
    assert torch.equal(after[weight][:8, :8], given[weight])
    assert torch.equal(after[weight][8:], before[weight][8:])
    assert torch.equal(after[weight][:8, 8:], before[weight][:8, 8:])
    assert torch.equal(after["layer1.0.conv1.weight"], given["layer1.0.conv1.weight"])


def test_a_smaller_network_takes_leading_slices_of_a_larger_one():
    parent, child = network_of(net(3, 16), 0), network_of(net(1, 8), 1)
    found = inherit(child, parent.state_dict())
    assert found.share == 1.0
    weight = "layer2.0.conv1.weight"
    assert torch.equal(child.state_dict()[weight], parent.state_dict()[weight][:8])


@pytest.mark.parametrize("copied", [False, True])
def test_deeper_blocks_start_afresh_or_as_copies_of_the_last_one(copied: bool):
    parent, child = network_of(net(2, 8), 0), network_of(net(4, 8), 1)
    fresh = child.state_dict()["layer1.3.conv1.weight"].clone()
    inherit(child, parent.state_dict(), copied)
    expected = parent.state_dict()["layer1.1.conv1.weight"] if copied else fresh
    assert torch.equal(child.state_dict()["layer1.3.conv1.weight"], expected)


def test_what_is_taken_is_counted_in_tensors_and_elements():
    parent, child = shapes_of(network_of(net(1, 8), 0).state_dict()), shapes_of(network_of(net(2, 8), 0).state_dict())
    found = bequest(child, parent)
    extra = [shape for name, shape in child.items() if name.startswith("layer1.1.")]
    assert found.of_tensors - found.tensors == len(extra)
    assert found.of_elements - found.elements == sum(int(torch.Size(shape).numel()) for shape in extra)


def stated(**changes: Any) -> dict[str, Any]:
    recipe = {"epochs": 1, "batch": 256, "lr": 0.05}
    return {
        "name": "heirs",
        "base": BASE,
        "space": SPACE,
        "budgets": {"params": "<= 12K"},
        "evaluator": {"kind": "training", "data": "digits", "recipe": recipe, "threads": 1, "inherit": {"keep": 2}},
        "sampler": "random",
        "pruner": "none",
        "trials": 5,
        "final": None,
    } | changes


def test_lineage_is_recorded_the_best_are_kept_and_a_resumed_search_repeats_it(tmp_path: Path):
    whole = run_search(stated(), path=tmp_path / "whole")
    assert whole.trials[0].lineage is None, "nothing was trained before the first"
    for trial in whole.trials[1:]:
        assert trial.lineage is not None
        assert trial.lineage["parent"] < trial.number
        tensors, elements = trial.lineage["tensors"], trial.lineage["elements"]
        assert 0 < tensors[0] <= tensors[1]
        assert elements[1] == trial.costs.params + trial.costs.buffers
    kept = {int(file.stem.split("-")[1]) for file in (tmp_path / "whole" / "weights").iterdir()}
    scores = {trial.number: trial.score or 0 for trial in whole.trials[:4]}
    best = sorted(scores, key=lambda number: (-scores[number], number))[:2]
    assert kept == {*best, 4}, "the best two of those that the last trial saw, and its own"

    run_search(stated(), trials=2, path=tmp_path / "halves")
    halves = run_search(stated(), path=tmp_path / "halves")
    assert [t.lineage for t in halves.trials] == [t.lineage for t in whole.trials]
    assert [t.values for t in halves.trials] == [t.values for t in whole.trials]
