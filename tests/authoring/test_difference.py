"""What two specs differ in."""

from __future__ import annotations

import json

import resspec
from networks import small
from resspec.authoring.difference import difference


def test_equal_networks_are_the_same_however_they_are_written():
    found = difference(resspec.load(small()), resspec.load(small(name="other", norm="batch", gate=None)))
    assert found.same
    assert found.changes == ()
    assert found.total.before == found.total.after


def test_values_that_changed_came_or_went_are_listed():
    found = difference(
        resspec.load("resnet50"), resspec.load("resnet50", "stages.3.depth=9", "gate=se", "stem=conv3x3")
    )
    lines = [str(change) for change in found.changes]
    assert "  stages.3.depth: 6 -> 9" in lines
    assert "  gate.kind: none -> se" in lines
    assert "+ gate.ratio: 0.0625" in lines
    assert "  stem.width: 64 -> 16" in lines
    assert not found.same


def test_the_stages_sum_to_the_totals():
    found = difference(
        resspec.load("resnet50"), resspec.load("resnet50", "~stages.4", "+stages.1={depth: 1, width: 64}")
    )
    for side in ("before", "after"):
        assert sum(getattr(step, side).macs for step in found.stages) == getattr(found.total, side).macs
    assert [step.name for step in found.stages] == ["stem", "layer1", "layer2", "layer3", "layer4", "head"]


def test_what_follows_the_stages_stands_in_the_order_in_which_it_runs():
    nets = [resspec.load("unet_digits"), resspec.load("fcos_digits"), resspec.load("resnet20")]
    orders = [[step.name for step in difference(one, two).stages] for one in nets for two in nets]
    last = [[name for name in order if not name.startswith(("stem", "layer"))] for order in orders]
    assert last == [
        *(["decoder", "heads"], ["decoder", "neck", "heads"], ["decoder", "heads", "head"]),
        *(["neck", "decoder", "heads"], ["neck", "heads"], ["neck", "heads", "head"]),
        *(["head", "decoder", "heads"], ["head", "neck", "heads"], ["head"]),
    ]


def test_a_stage_that_only_one_network_has_costs_nothing_in_the_other():
    found = difference(resspec.load("resnet50"), resspec.load("resnet50", "~stages.4"))
    gone = next(step for step in found.stages if step.name == "layer4")
    assert (gone.before.params, gone.after.params) == (14_964_736, 0)


def test_markdown_has_a_row_for_each_change_and_stage():
    text = difference(resspec.load("resnet50"), resspec.load("resnet50", "stages.3.depth=9")).markdown()
    assert "| `stages.3.depth` | `6` | `9` |" in text
    assert "| layer1 | 215,808 | 667,942,912 | 1,350,737,920 | 4,415,488 |" in text
    assert "(+50.0 %)" in difference(resspec.load(small()), resspec.load(small(), "head.classes=15")).markdown() or text


def test_the_difference_is_plain_data():
    data = difference(resspec.load("resnet18"), resspec.load("resnet34")).to_dict()
    assert json.loads(json.dumps(data)) == data
    assert data["total"]["after"]["params"] == resspec.report("resnet34").params
