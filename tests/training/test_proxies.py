"""Scores of untrained networks, each against what its definition gives by another way."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

import resspec
from resspec.spec.net import NetSpec
from resspec.training.data import DataSource
from resspec.training.data.source import resident
from resspec.training.networks import network_of
from resspec.training.proxies import Proxy
from resspec.training.untrained import Untrained


def net(**changes: object) -> NetSpec:
    small = {
        "input": [1, 8, 8],
        "stem": {"kind": "conv3x3", "width": 8},
        "block": "basic",
        "stages": [{"depth": 1, "width": 8}, {"depth": 2, "width": 16, "stride": 2}],
        "head": {"kind": "linear", "classes": 10},
    }
    return resspec.load(small | changes)


def score(kind: str, spec: NetSpec, seed: int = 0, batch: int = 6) -> float:
    return Proxy.read(kind).score(Untrained(spec, seed, batch))


@pytest.mark.parametrize("kind", Proxy.kinds())
def test_the_same_seed_gives_the_same_finite_score_and_no_other_network_does(kind: str):
    first = score(kind, net())
    assert math.isfinite(first)
    assert score(kind, net()) == first
    assert score(kind, net(stem={"kind": "conv3x3", "width": 12})) != first


@pytest.mark.parametrize("kind", ["grad-norm", "naswot", "zen"])
def test_another_seed_draws_other_weights_and_images(kind: str):
    assert score(kind, net(), seed=1) != score(kind, net(), seed=0)


def test_the_baselines_are_logarithms_of_exact_costs():
    report = resspec.report(net())
    assert score("params", net()) == math.log(report.params)
    assert score("macs", net()) == math.log(report.macs)


def test_naswot_counts_units_less_the_distance_of_the_codes():
    subject = Untrained(net(), 0, 5)
    model = subject.network().train()
    signs: list[torch.Tensor] = []
    for module in model.modules():
        if isinstance(module, nn.ReLU):
            module.register_forward_pre_hook(lambda _, x: signs.append(x[0].flatten(1) > 0))
    model(subject.images())
    codes = torch.cat(signs, dim=1)
    units = codes.shape[1]
    kernel = [[units - int((a != b).sum()) for b in codes] for a in codes]
    expected = float(torch.tensor(kernel, dtype=torch.float64).det().log())
    assert Proxy.read("naswot").score(subject) == pytest.approx(expected, rel=1e-6)


def test_the_norm_of_the_gradient_is_what_torch_would_clip():
    subject = Untrained(net(), 3, 6)
    model = subject.network().train()
    nn.functional.cross_entropy(model(subject.images()), subject.labels()).backward()
    expected = float(nn.utils.clip_grad_norm_(model.parameters(), 1.0))
    assert Proxy.read("grad-norm").score(subject) == pytest.approx(expected, rel=1e-5)


def test_every_layer_of_a_chain_carries_the_same_synaptic_flow():
    spec = net(shortcut="none")
    model = network_of(spec, 0).eval().double()
    layers = [p for p in model.parameters() if p.dim() > 1]
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.abs_()
        total = model(torch.ones(1, 1, 8, 8, dtype=torch.float64)).sum()
    shift = sum(float(m.bias.detach().sum()) for m in model.modules() if isinstance(m, nn.Linear))
    assert score("synflow", spec) == pytest.approx(math.log(len(layers) * (float(total) - shift)), rel=1e-9)


def test_the_zen_score_leaves_shortcuts_out_and_grows_with_depth():
    assert score("zen", net(shortcut="none")) == score("zen", net()) == score("zen", net(shortcut="pad"))
    deeper = net(stages=[{"depth": 3, "width": 8}, {"depth": 4, "width": 16, "stride": 2}])
    assert score("zen", deeper) > score("zen", net())


def test_the_zen_score_is_linear_in_a_small_change():
    def of(alpha: float) -> float:
        return Proxy.read({"kind": "zen", "alpha": alpha}).score(Untrained(net(), 0, 16))

    assert of(0.002) - of(0.001) == pytest.approx(math.log(2), abs=0.05)


def test_real_images_come_from_the_training_part_with_their_labels():
    digits = resident(DataSource.read("digits"), "train")
    subject = Untrained(net(), 0, 7, digits)
    images, labels = subject.images(), subject.labels()
    assert images.shape == (7, 1, 8, 8)
    where = [int((digits.y == int(label)).sum()) for label in labels]
    assert all(where)
    assert math.isfinite(Proxy.read("grad-norm").score(subject))
