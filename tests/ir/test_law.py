"""The law of graphs: lawful ones pass, each planted fault is found by the check that is named for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

import networkx as nx
import pytest

import resspec
from networks import small
from resspec.errors import GraphError
from resspec.ir import (
    CHECKS,
    Builder,
    Call,
    Graph,
    Node,
    Op,
    Saved,
    Scope,
    Shape,
    Value,
    Weight,
    Window,
    Work,
    broken,
    verify,
)
from resspec.ir.ops import Add, Conv2d, Input, ReLU


def lawful() -> list[Node]:
    """x -> conv -> relu, and their sum."""
    return [
        Node("x", Input((4, 8, 8)), (), (4, 8, 8)),
        Node("conv", Conv2d(4, 4, 3, padding=1), ("x",), (4, 8, 8)),
        Node("act", ReLU(), ("conv",), (4, 8, 8)),
        Node("add", Add(), ("act", "conv"), (4, 8, 8)),
    ]


def with_node(place: int, **changes: object) -> Graph:
    """The lawful graph with one node changed."""
    nodes = lawful()
    nodes[place] = replace(nodes[place], **changes)  # type: ignore[arg-type]  # planted faults
    return Graph.of(nodes, {"output": "add"})


def with_again(*shared: object) -> Graph:
    """The lawful graph with convolutions behind it: the first shares what is given, the next the first."""
    own, op, last = shared
    nodes = [*lawful(), Node("again", op, ("add",), (4, 8, 8), shares=own)]  # type: ignore[arg-type]
    return Graph.of([*nodes, Node("once_more", op, ("again",), (4, 8, 8), shares=last)], {"output": "once_more"})  # type: ignore[arg-type]


def with_edge() -> Graph:
    graph = Graph.of(lawful(), {"output": "add"})
    net = nx.DiGraph(graph.net)
    net.add_edge("x", "add")
    graph.__dict__["net"] = net  # composed from the operands, it has no other way to be wrong
    return graph


@dataclass(frozen=True, slots=True)
class Fractional(Op):
    """An op whose work is no whole number."""

    kind: ClassVar[str] = "fractional"

    def infer(self, *ins: Shape) -> Shape:
        return ins[0]

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        return Work(extra=0.5)  # type: ignore[arg-type]

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        return Saved()

    def call(self) -> Call:
        return Call(expression="{0}")


@dataclass(frozen=True, slots=True)
class Unfilled(Fractional):
    """An op that owns a tensor which nothing fills."""

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        return Work()

    def weights(self) -> tuple[Weight, ...]:
        return (Weight("weight", (3,)),)


FAULTS: dict[str, list[Callable[[], Graph]]] = {
    "operands_exist": [lambda: with_node(2, inputs=("nowhere",))],
    "schedule_is_causal": [
        lambda: Graph.of([*lawful()[:1], *reversed(lawful()[1:])], {"output": "add"}),
        lambda: with_node(2, inputs=("act",)),
    ],
    "edges_repeat_operands": [with_edge],
    "names_are_consistent": [
        lambda: Graph.of([*lawful(), Node("conv.inner", ReLU(), ("add",), (4, 8, 8))], {"output": "conv.inner"}),
        lambda: Graph.of([*lawful(), Node("class", ReLU(), ("add",), (4, 8, 8))], {"output": "class"}),
        lambda: Graph.of([*lawful(), Node("a-b", ReLU(), ("add",), (4, 8, 8))], {"output": "a-b"}),
    ],
    "arity_holds": [lambda: with_node(3, inputs=("act",)), lambda: with_node(2, inputs=("conv", "x"))],
    "shapes_are_inferred": [
        lambda: with_node(1, shape=(4, 7, 7)),
        lambda: with_node(1, op=Conv2d(5, 4, 3, padding=1)),
        lambda: with_node(1, op=Conv2d(4, 4, 3, padding=1, groups=3)),
    ],
    "outputs_are_reached": [
        lambda: Graph.of(lawful(), {}),
        lambda: Graph.of(lawful(), {"output": "nowhere"}),
        lambda: Graph.of(lawful(), {"output": "act"}),
        lambda: Graph.of(lawful(), {"output": "add"}, taps={"features": "nowhere"}),
        lambda: Graph.of([], {"output": "add"}),
    ],
    "facts_are_stated": [lambda: with_node(2, op=Fractional()), lambda: with_node(2, op=Unfilled())],
    "shared_tensors_are_anothers": [
        lambda: with_node(1, shares="act"),
        lambda: with_node(2, shares="conv"),
        lambda: with_again("conv", Conv2d(4, 4, 3, padding=1), "again"),
    ],
    "scope_titles_name_classes": [
        lambda: Graph.of(lawful(), {"output": "add"}, scopes={"layer1": Scope("not a name")})
    ],
}


def test_a_lawful_graph_breaks_nothing():
    graph = Graph.of(lawful(), {"output": "add"})
    assert broken(graph) == {}
    assert verify(graph) is graph


@pytest.mark.parametrize(("check", "plant"), [(check, plant) for check, plants in FAULTS.items() for plant in plants])
def test_a_planted_fault_is_found_by_its_check(check: str, plant: Callable[[], Graph]):
    assert check in broken(plant())
    with pytest.raises(GraphError, match="RS311"):
        verify(plant())


def test_every_check_has_a_planted_fault():
    assert set(CHECKS) == set(FAULTS)


def test_a_graph_may_have_several_named_outputs():
    graph = resspec.graph(small(), features=[0, "layer1.0", 2])
    assert list(graph.outputs) == ["0", "layer1.0", "2"]
    assert broken(graph) == {}
    assert "fc" not in graph.nodes


def test_an_operand_may_be_read_twice():
    b = Builder()
    x = b.add("x", Input((2, 4, 4)))
    graph = b.graph({"output": b.add("double", Add(), x, x)})
    assert broken(graph) == {}
    assert graph["double"].inputs == ("x", "x")
    assert not graph.may_overwrite("double")


def test_an_op_may_overwrite_only_what_nobody_else_reads():
    graph = Graph.of(lawful(), {"output": "add"})
    assert not graph.may_overwrite("act")  # the sum reads the convolution too
    chain = Graph.of(lawful()[:3], {"output": "act"})
    assert chain.may_overwrite("act")
    assert not Graph.of(lawful()[:3], {"output": "act", "map": "conv"}).may_overwrite("act")


def test_the_builder_refuses_a_name_twice():
    b = Builder()
    x = b.add("x", Input((2, 4, 4)))
    b.add("act", ReLU(), x)
    with pytest.raises(GraphError, match="two operations are called 'act'"):
        b.add("act", ReLU(), x)


def test_an_error_of_inference_names_the_node_and_both_numbers():
    b = Builder()
    with b.scope("layer1"), pytest.raises(GraphError) as caught:
        b.add("conv", Conv2d(8, 4), Value("x", (6, 4, 4)))
    assert "made for 8 channels, its input has 6" in str(caught.value)
    assert caught.value.faults[0].node == "layer1.conv"


def test_the_fingerprint_forgets_names_and_remembers_what_training_changes():
    first, renamed = resspec.graph(small()), resspec.graph(small(name="other"))
    assert first.fingerprint == renamed.fingerprint
    changed = [
        small(drop_path=0.1),
        small(norm={"kind": "batch", "momentum": 0.01}),
        small(block={"kind": "bottleneck", "zero_init": True}),
    ]
    assert len({first.fingerprint, *(resspec.graph(each).fingerprint for each in changed)}) == 4


def test_two_ways_to_say_a_network_share_its_fingerprint():
    by_ratio = resspec.graph(small(block={"kind": "bottleneck", "ratio": 0.5}))
    by_base_width = resspec.graph(small(block={"kind": "bottleneck", "base_width": 128}))
    assert by_ratio.fingerprint == by_base_width.fingerprint


def test_an_elementwise_window_sees_one_place():
    assert ReLU().window() == Window()


def test_two_operations_of_one_name_are_refused_wherever_they_come_from():
    nodes = lawful()
    with pytest.raises(GraphError, match="two operations are named 'act'"):
        Graph.of([*nodes, replace(nodes[2], inputs=("add",))], {"output": "act"})
