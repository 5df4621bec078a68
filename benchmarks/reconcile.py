"""What other counters say of the modules that resspec builds, beside what resspec derives for each of them:
classifiers, networks that make images, and detectors.

    python benchmarks/reconcile.py

Counters that are not installed are left out: `pip install --no-deps fvcore iopath yacs termcolor tabulate portalocker
ptflops thop torchinfo torchprofile calflops` (calflops imports parts for language models, which are not needed here).
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import sys
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

import resspec
from build_time import torchvision_models
from resspec.analysis.peers import reconcile
from resspec.export.inputs import inputs

OURS: dict[str, dict[str, Any]] = {
    "silu-group": {
        "input": [3, 64, 64],
        "stem": {"kind": "deep", "widths": [16, 16, 32]},
        "block": "bottleneck",
        "norm": {"kind": "group", "groups": 8},
        "act": "silu",
        "gate": "se",
        "stages": [{"depth": 2, "width": 64}, {"depth": 3, "width": 128, "stride": 2}],
        "head": {"kind": "linear", "classes": 17},
    },
    "eca-avgpool": {
        "input": [1, 45, 61],
        "stem": {"kind": "conv3x3", "width": 24},
        "block": "basic",
        "shortcut": "avgpool",
        "gate": "eca",
        "act": "gelu",
        "stages": [{"depth": 1, "width": 24}, {"depth": 2, "width": 40, "stride": 2}],
        "head": {"kind": "linear", "classes": 3},
    },
    "preact-pad": {
        "input": [3, 40, 40],
        "stem": {"kind": "conv7x7", "width": 16, "pool": "max"},
        "block": "preact-basic",
        "shortcut": "pad",
        "stages": [{"depth": 2, "width": 16}, {"depth": 2, "width": 32, "stride": 2}],
        "head": {"kind": "linear", "classes": 5},
    },
}
"""Networks that no peer has."""
SHIPPED = (
    *("resnet50", "resnext50_32x4d", "resnet20", "preact_resnet164_cifar10", "wrn16_4_cifar10", "test_resnet"),
    *("seresnet50", "ecaresnet50t", "gcresnet50t", "skresnet18", "resnest26d", "resnetv2_50d_evos"),
    *("resnetv2_50d_gn", "resnetblur50", "regnetz_b16", "cspresnet50", "repvgg_a0"),
)
SMALL = "input=[3,128,128]"
DENSE = (
    *(("iddpm_cifar10",), ("pytorch_ddpm_cifar10",), ("biggan_cifar10_g",), ("biggan_cifar10_d",)),
    *(("sagan32_g",), ("sagan32_d",), ("cganpd32_g",), ("wgangp32_d",), ("unet_digits",)),
    *(("upernet_resnet50", SMALL), ("manet_resnet50", SMALL), ("cyclegan_9blocks", SMALL), ("patchgan", SMALL)),
    *((name, "input=[3,24,24]") for name in ("edsr_x4", "rcan_x2", "srresnet_x4", "rrdbnet_x4")),
    *((name, SMALL, "heads.proposals=7") for name in ("maskrcnn_resnet50_fpn_v2", "keypointrcnn_resnet50_fpn")),
)
"""Networks with other ends than a classifier's, and what makes them small enough to be run."""

Given = tuple[torch.Tensor, ...]
Count = Callable[[nn.Module, Given], Any]


def flop_counter_mode(model: nn.Module, given: Given) -> Any:
    """torch's own."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(*given)
    return counter.get_total_flops()


def fvcore(analysis: str) -> Count:
    """fvcore's flops or activations."""

    def count(model: nn.Module, given: Given) -> Any:
        found = getattr(importlib.import_module("fvcore.nn"), analysis)(model, given)
        return found.unsupported_ops_warnings(False).uncalled_modules_warnings(False).total()

    return count


def ptflops(backend: str) -> Count:
    """One of the two backends of ptflops."""

    def count(model: nn.Module, given: Given) -> Any:
        named = dict(zip(inspect.signature(model.forward).parameters, given, strict=True))
        found = importlib.import_module("ptflops").get_model_complexity_info(
            model,
            (1,),
            as_strings=False,
            print_per_layer_stat=False,
            backend=backend,
            input_constructor=lambda _: named,
        )
        return found[0]

    return count


def calflops(model: nn.Module, given: Given) -> Any:
    """calflops, without its parts for language models."""
    for part, name in (("flops_counter_hf", "calculate_flops_hf"), ("estimate", "create_empty_model")):
        stand_in = ModuleType(part)
        setattr(stand_in, name, None)
        sys.modules.setdefault(f"calflops.{part}", stand_in)
    count = importlib.import_module("calflops").calculate_flops
    return count(model, args=list(given), print_results=False, print_detailed=False, output_as_string=False)[0]


COUNTERS: dict[str, Count] = {
    "torch": flop_counter_mode,
    "ptflops aten": ptflops("aten"),
    "torchinfo": lambda m, x: (
        importlib.import_module("torchinfo").summary(m, input_data=[*x], verbose=0).total_mult_adds
    ),
    "torchprofile": lambda m, x: importlib.import_module("torchprofile").profile_macs(m, x),
    "fvcore": fvcore("FlopCountAnalysis"),
    "fvcore activations": fvcore("ActivationCountAnalysis"),
    "ptflops pytorch": ptflops("pytorch"),
    "thop": lambda m, x: importlib.import_module("thop").profile(m, x, verbose=False)[0],
    "calflops": calflops,
}


def differences(spec: resspec.NetSpec) -> dict[str, int | None]:
    """Each counter's total less ours; None for one that is not installed."""
    model = resspec.build(spec, seed=0).eval()
    graph = resspec.graph(spec)
    given = inputs(graph.signature, 1)
    ours = {row.peer.name: row.total for row in reconcile(graph)}
    found: dict[str, int | None] = {}
    for name, count in COUNTERS.items():
        try:
            with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found[name] = int(count(model, given)) - int(ours[name] or 0)
        except ModuleNotFoundError:
            found[name] = None
    return found


def main() -> None:
    """Print the differences, 0 where resspec says what the counter says."""
    with contextlib.suppress(ImportError):
        torchvision_models()
    specs = [resspec.load({"name": name, **data}) for name, data in OURS.items()]
    specs += [resspec.load(name) for name in SHIPPED]
    specs += [resspec.load(*called) for called in DENSE]
    print(f"{'':<26}" + "".join(f"{name:>20}" for name in COUNTERS))
    wrong = 0
    for spec in specs:
        found = differences(spec)
        wrong += sum(bool(value) for value in found.values())
        cells = ("not installed" if value is None else str(value) for value in found.values())
        print(f"{spec.name:<26}" + "".join(f"{cell:>20}" for cell in cells), flush=True)
    print(f"{len(specs)} networks, {wrong} totals differ")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
