"""The zoo is the parameter list: every shipped spec that a peer ships too is the peer's network, figure for figure."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

import peers
import probe
import resspec
import zoo
from resspec.analysis.report import report_of
from resspec.export.naming import peers as namings
from resspec.export.weights import peer_state
from resspec.ir import broken

SHIPPED = resspec.list_specs()
ROWS = [row for row in peers.rows() if zoo.spec_of(row)]
"""Networks of peers that resspec ships."""
IDS = [f"{row['source']}-{row['name']}" for row in ROWS]

AT_LOWER_STRIDE = dict.fromkeys(("gernet_l", "gernet_m"), ("stages.5.blocks.0.shortcut=projection-all",))
"""What timm changes besides where the output stride is held: a projection more, which the net at stride 32 has not."""

LARGE = 15_000_000
"""Networks with more parameters than this run their probes in the slow tests."""


HUGE = 300_000_000
"""Networks with more parameters than this run their probes in the long tests: gigabytes of weights each."""

DEEP = ("resnet1202", "preact_resnet1001_cifar10", "preact_resnet1001_cifar100")
"""Networks of a thousand layers, whose classes take seconds to write."""


def rounding(row: peers.Row) -> float:
    """By which share of their rms logits may differ: convolutions over thousands of channels are summed in the CPU's
    own order in float32, on the peer's machine too (1.2e-4 for the 937 million parameters of resnetv2_152x4_bit on a
    CPU without AVX-512)."""
    return 1e-4 if row["params"] < 500_000_000 else 3e-4


def named(model: nn.Module) -> Iterator[dict[str, Tensor]]:
    """The model's state_dict under the name of every peer that has names for it."""
    for naming in namings():
        try:
            yield peer_state(model, naming.name)
        except resspec.WeightsError:
            continue


def sized(row: peers.Row, side: int | None = None) -> resspec.NetSpec:
    """The spec at the peer's input size, or on square images of another side."""
    channels, height, width = row["input_size"]
    return resspec.load(zoo.spec_of(row), input=[channels, side or height, side or width])


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_spec_is_lawful_and_its_rows_sum_to_its_totals(name: str):
    graph = resspec.graph(name)
    assert broken(graph) == {}
    report = report_of(graph)
    for rows in (report.layers, report.blocks, report.stages):
        for figure in ("params", "buffers", "macs", "flops", "activations"):
            assert sum(getattr(row, figure) for row in rows) == getattr(report, figure)


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_params_buffers_and_macs_are_the_peers(row: peers.Row):
    report = resspec.report(sized(row))
    assert (report.params, report.buffers, report.macs) == (row["params"], row["buffers"], row["macs"])
    for side, macs in (row.get("macs_at_other_sizes") or {}).items():
        assert resspec.report(sized(row, int(side))).macs == macs
    for stride in (8, 16):
        variant = (row.get("variants") or {}).get(f"output_stride_{stride}", {})
        if "macs" in variant:
            changes = AT_LOWER_STRIDE.get(row["name"], ())
            report = resspec.report(resspec.load(sized(row), *changes, output_stride=stride))
            assert (report.params, report.macs) == (variant["params"], variant["macs"])


def marks(row: peers.Row) -> list[pytest.MarkDecorator]:
    """When the logits of a network are looked at."""
    if row["params"] > HUGE:
        return [pytest.mark.long]
    return [] if is_probed(row) else [pytest.mark.slow]


def is_probed(row: peers.Row) -> bool:
    """Whether the default run looks at the logits of a network, and so at its state_dict too."""
    return bool(row.get("probes")) and row["params"] <= LARGE


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=name, marks=[pytest.mark.slow] if row["name"] in DEEP else [])
        for row, name in zip(ROWS, IDS, strict=True)
        if not is_probed(row)
    ],
)
def test_the_state_dict_is_the_peers_by_name_order_and_shape(row: peers.Row):
    model = resspec.build(zoo.spec_of(row), device="meta")
    assert any(peers.digest(state) == row["state_dict_sha256"] for state in named(model))


@pytest.mark.parametrize(
    "row",
    [pytest.param(row, id=name, marks=marks(row)) for row, name in zip(ROWS, IDS, strict=True) if row.get("probes")],
)
def test_the_state_dict_and_the_logits_are_the_peers(row: peers.Row):
    model = resspec.build(sized(row), seed=0).eval()
    state = next((state for state in named(model) if peers.digest(state) == row["state_dict_sha256"]), None)
    assert state is not None, "names, order or shapes differ"
    resspec.load_weights(model, probe.fill({key: tuple(tensor.shape) for key, tensor in state.items()}))
    for expected in row["probes"]:
        with torch.no_grad():
            logits = model(probe.image(row["input_size"][0], expected["size"], expected["size"]))[0]
        error = (logits[:6] - torch.tensor(expected["first"])).abs().max().item()
        assert error <= rounding(row) * expected["norm"] / math.sqrt(expected["out"])


@pytest.mark.parametrize("row", peers.published(), ids=lambda row: row["name"])
def test_networks_of_papers_cost_what_the_papers_say(row: peers.Row):
    report = resspec.report(row["name"])
    assert (report.params, report.macs) == (row["params"], row["macs"])


def test_the_ten_resnets_of_torchvision_are_all_here():
    names = {row["name"] for row in ROWS if row["source"] == "torchvision"}
    assert names >= {
        *("resnet18", "resnet34", "resnet50", "resnet101", "resnet152"),
        *("resnext50_32x4d", "resnext101_32x8d", "resnext101_64x4d", "wide_resnet50_2", "wide_resnet101_2"),
    }


def test_specs_are_short():
    from resspec.spec.loading import shipped_specs

    lengths = sorted(
        sum(bool(line.strip()) and not line.startswith("#") for line in path.read_text(encoding="utf-8").splitlines())
        for path in shipped_specs().values()
    )
    assert lengths[len(lengths) // 2] <= 8
