"""The part of a network behind some of its values, which answers as the whole does."""

from __future__ import annotations

import pytest
import torch

import resspec
from networks import small
from resspec.errors import GraphError
from resspec.export.module import build_module
from resspec.export.source import source_of
from resspec.passes import behind


def test_what_is_behind_a_stage_answers_as_the_whole_with_the_same_tensors():
    spec = resspec.load(small())
    graph = resspec.graph(spec)
    model = resspec.build(spec, seed=0).eval()
    rest = behind(graph, {"middle": graph.taps["layer1"]}, graph.outputs)
    assert [argument.name for argument in rest.signature] == ["middle"]
    part = build_module(source_of(rest), seed=1).eval()
    state = model.state_dict()
    part.load_state_dict({name: state[name] for name in part.state_dict()})
    assert {name for name in state if name not in part.state_dict()} == {
        name for name in state if not name.startswith(("layer2", "fc"))
    }
    x = torch.rand(2, *spec.input)
    first = resspec.build(spec, seed=0, features=[1]).eval()
    with torch.no_grad():
        assert torch.equal(part(first(x)["1"]), model(x))


def test_a_value_that_is_given_may_be_an_output():
    graph = resspec.graph(small())
    rest = behind(graph, {"middle": graph.taps["layer1"]}, {"same": graph.taps["layer1"], **graph.outputs})
    assert rest.outputs["same"] == "middle"


def test_what_still_needs_the_image_is_given_it_and_names_must_be_free():
    graph = resspec.graph(resspec.load("unet_resnet18", input="64x64"))
    rest = behind(graph, {"deep": graph.taps["layer4"]}, graph.outputs)
    assert [argument.name for argument in rest.signature] == ["deep", "x"]
    with pytest.raises(GraphError, match="RS310"):
        behind(graph, {"x": graph.taps["layer4"]}, graph.outputs)
