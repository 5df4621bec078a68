"""The conformance suite of parts: for ours, and for those of packages outside.

    from resspec.testing import check_part
    check_part(MyBlock(), sites=...)

Each check has a name; a part that breaks one is refused by a PartError that names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from resspec.analysis.report import Report, report_of
from resspec.compile import compile_plan
from resspec.errors import ResspecError
from resspec.export.inputs import inputs
from resspec.export.module import build_module
from resspec.export.source import source_of
from resspec.ir import Graph, broken
from resspec.parts import Part, Region
from resspec.plan import resolve
from resspec.record import describe
from resspec.spec.loading import load_spec
from resspec.spec.merging import DENSE
from resspec.spec.net import NetSpec
from resspec.template import template

BASE: dict[str, Any] = {
    "name": "probe",
    "input": [3, 32, 32],
    "stem": {"kind": "conv3x3", "width": 32},
    "block": {"kind": "basic"},
    "stages": [{"depth": 2, "width": 32}, {"depth": 2, "width": 64, "stride": 2}],
    "head": {"kind": "linear", "classes": 10},
}
"""The net that a part is tried in: it replaces the part of its family."""


class PartError(AssertionError):
    """A part breaks a check; `check` is the check's name."""

    def __init__(self, check: str, message: str) -> None:
        super().__init__(f"{check}: {message}")
        self.check = check


@dataclass(frozen=True)
class Trial:
    """A part in a net: the spec, its graph and report, and the module that the graph becomes."""

    part: Part
    spec: NetSpec
    graph: Graph
    report: Report
    module: nn.Module


Check = Callable[[Trial], Iterator[str]]


def is_documented(trial: Trial) -> Iterator[str]:
    """The kind and each of its fields say what they are."""
    kind = type(trial.part)
    if not kind.about():
        yield f"{kind.__name__} has no docstring"
    describe(kind)
    for name, field in kind.model_fields.items():
        if not field.description:
            yield f"{kind.__name__}.{name} has no docstring"


def reads_back(trial: Trial) -> Iterator[str]:
    """Written as data and read again, the part is the same."""
    if type(trial.part).read(trial.part.to_data()) != trial.part:
        yield f"{trial.part.to_data()} reads as another part"


def keeps_the_law(trial: Trial) -> Iterator[str]:
    """Its graph is lawful."""
    for name, faults in broken(trial.graph).items():
        yield f"{faults[0]} [{name}]"


def has_no_hidden_state(trial: Trial) -> Iterator[str]:
    """Laid again, it lays the same."""
    again = graph_of(trial.spec)
    if again.fingerprint != trial.graph.fingerprint or list(again.nodes) != list(trial.graph.nodes):
        yield "laid twice, it lays two different graphs"


def states_its_weights(trial: Trial) -> Iterator[str]:
    """Parameters and buffers are those of the module, name by name."""
    stated = {f"{node.name}.{weight.name}": weight.shape for node in trial.graph for weight in node.weights}
    tensors = (*trial.module.named_parameters(), *trial.module.named_buffers())
    found = {name: tuple(tensor.shape) for name, tensor in tensors}
    for name in stated.keys() | found.keys():
        if stated.get(name) != found.get(name):
            yield f"{name}: the op states {stated.get(name)}, the module has {found.get(name)}"


def states_its_shapes(trial: Trial) -> Iterator[str]:
    """Every module gives the shape that the graph states."""
    seen: dict[str, tuple[int, ...]] = {}
    hooks = [
        module.register_forward_hook(lambda _m, _i, out, name=name: seen.setdefault(name, tuple(out.shape)) and None)
        for name, module in trial.module.named_modules()
        if name in trial.graph.nodes
    ]
    images = 2
    try:
        out = trial.module.eval()(*given(trial, images))
    except RuntimeError as error:
        yield f"the module does not run: {str(error).splitlines()[0]}"
        return
    finally:
        for hook in hooks:
            hook.remove()
    named = out if isinstance(out, dict) else {next(iter(trial.graph.outputs)): out}
    seen |= {trial.graph.outputs[name]: tuple(tensor.shape) for name, tensor in named.items()}
    for name, shape in seen.items():
        node = trial.graph[name]
        if node.op.tensor(images, node.shape) != shape:
            yield f"{name}: the graph states {node.shape}, the module gives {shape} for {images} images"


def states_its_work(trial: Trial) -> Iterator[str]:
    """Multiply-accumulates are half of what torch counts, attention as the products it is made of."""
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        trial.module.eval()(*given(trial, batch=1))
    if counter.get_total_flops() != 2 * trial.report.macs:
        yield f"the ops state {trial.report.macs:,} macs, torch counts {counter.get_total_flops() // 2:,}"


def learns(trial: Trial) -> Iterator[str]:
    """In train mode a loss reaches every parameter of the part."""
    model = trial.module.train()
    out = model(*given(trial, batch=4))
    sum(tensor.square().sum() for tensor in (out.values() if isinstance(out, dict) else [out])).backward()
    for name, parameter in model.named_parameters():
        if parameter.grad is None:
            yield f"no gradient reaches {name}"


CHECKS: tuple[Check, ...] = (
    is_documented,
    reads_back,
    keeps_the_law,
    has_no_hidden_state,
    states_its_weights,
    states_its_shapes,
    states_its_work,
    learns,
)


def check_part(part: Part, **spec: Any) -> None:
    """Try a part in a small net, which `spec` may change; PartError with the first check that it breaks."""
    own = {part.family: part.to_data()}
    base = BASE
    if part.family == Region.family:
        own = {"heads": {"kind": "rcnn", "proposals": 5, "regions": [part.to_data()]}}
    elif part.family not in NetSpec.model_fields:
        own = {"stem": {**BASE["stem"], **own}}  # a part of a stem
    if not DENSE.isdisjoint(own):
        base = {key: value for key, value in BASE.items() if key != "head"}
    if "heads" in own and DENSE.isdisjoint({*spec} - {"heads"}):
        own["neck"] = {"kind": "fpn"}
    found = load_spec({**base, **own, **spec})
    try:
        graph = graph_of(found)
    except ResspecError as error:
        raise PartError("keeps_the_law", str(error)) from None
    _run(
        (is_documented, reads_back, keeps_the_law, has_no_hidden_state),
        Trial(part, found, graph, report_of(graph), nn.Identity()),
    )
    try:
        module = build_module(source_of(graph), seed=0)
    except Exception as error:
        raise PartError("states_its_weights", f"the emitted module cannot be built: {error}") from error
    _run(CHECKS[4:], Trial(part, found, graph, report_of(graph), module))


def _run(checks: Sequence[Check], trial: Trial) -> None:
    for check in checks:
        for message in check(trial):
            raise PartError(check.__name__, message)


def graph_of(spec: NetSpec) -> Graph:
    """The graph of a spec, laid afresh: nothing memoised serves."""
    template.cache_clear()
    return compile_plan(resolve(spec))


def given(trial: Trial, batch: int = 2) -> tuple[torch.Tensor, ...]:
    """Random inputs of the net."""
    return inputs(trial.graph.signature, batch)
