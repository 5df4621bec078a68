"""Fused networks compute what the trained ones did, with one convolution for each sum of branches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import resspec
from resspec.export.module import build_module
from resspec.export.source import source_of
from resspec.ir.ops import BatchNorm2d
from resspec.passes import fuse

SMALL: dict[str, Any] = {"input": [3, 64, 64]}


def trained(name: str) -> torch.nn.Module:
    """A network whose norms have seen something."""
    model = resspec.build(resspec.load(name, **SMALL), seed=0)
    generator = torch.Generator().manual_seed(1)
    for key, tensor in model.state_dict().items():
        if tensor.is_floating_point() and tensor.ndim == 1:
            tensor.copy_(torch.rand(tensor.shape, generator=generator) + (0.5 if "var" in key else 0.0))
    return model.eval()


@pytest.mark.parametrize("name", ["repvgg_a0", "mobileone_s0", "mobileone_s4", "resnet18", "resnet50d", "cspresnet50"])
def test_a_fused_network_computes_the_same(name: str):
    model = trained(name)
    fused = fuse(resspec.graph(resspec.load(name, **SMALL)))
    deployed = build_module(source_of(fused.graph)).eval()
    deployed.load_state_dict(fused.recipe.tensors(model.state_dict(), torch))
    image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        before, after = model(image), deployed(image)
    assert (after - before).abs().max() < 1e-5 * before.abs().max()


@pytest.mark.parametrize("name", ["repvgg_a0", "resnet18"])
def test_the_inference_form_is_a_keyword_of_build(name: str):
    model = trained(name)
    deployed = resspec.build(resspec.load(name, **SMALL), weights=model.state_dict(), inference=True)
    assert not deployed.training
    assert not [m for m in deployed.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        before, after = model(image), deployed(image)
    assert (after - before).abs().max() < 1e-5 * before.abs().max()


@pytest.mark.parametrize("name", ["repvgg_a0", "mobileone_s0"])
def test_the_inference_form_is_the_network_of_plain_convolutions(name: str):
    changes: dict[str, Any] = {f"stages.{stage}.conv": "plain" for stage in range(1, 5)}
    plain = resspec.load(name, conv="plain", norm="none", **changes)
    fused = fuse(resspec.graph(name)).graph
    assert fused.fingerprint == resspec.graph(plain).fingerprint
    assert list(fused.nodes) == list(resspec.graph(plain).nodes)


def test_a_norm_that_others_read_around_stays():
    graph = fuse(resspec.graph("resnetv2_18")).graph
    assert any(isinstance(node.op, BatchNorm2d) for node in graph)


def test_the_recipe_runs_without_torch():
    model, recipe = trained("repvgg_a0"), fuse(resspec.graph("repvgg_a0")).recipe
    expected = recipe.tensors(model.state_dict(), torch)
    found = recipe.tensors({name: tensor.numpy() for name, tensor in model.state_dict().items()}, np)
    assert found.keys() == expected.keys()
    assert all(np.allclose(found[name], expected[name].numpy(), atol=1e-6) for name in found)
