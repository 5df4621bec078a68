"""Every registered kind passes the suite that outside packages are held to; the suite refuses planted faults by
name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pytest
from pydantic import Field

from resspec.errors import GraphError
from resspec.ir import Builder, Shape, Value, Weight, Work, ops
from resspec.ir.op import Call, Op, Saved
from resspec.parts import FAMILIES, Act, Part
from resspec.testing import PartError, check_part
from tried import KINDS, NEEDS


@pytest.mark.parametrize(("family", "kind"), KINDS)
def test_every_kind_conforms(family: str, kind: str):
    check_part(FAMILIES[family].read(kind), **NEEDS.get((family, kind), {}))


@pytest.fixture
def unregistered() -> Iterator[None]:
    """Parts defined in a test are forgotten after it."""
    before = dict(Act._kinds)
    yield
    Act._kinds.clear()
    Act._kinds.update(before)


@dataclass(frozen=True, slots=True)
class Square(Op):
    """x², with facts that tests spoil."""

    kind: ClassVar[str] = "square"
    spoilt: str = ""

    def infer(self, *ins: Shape) -> Shape:
        return (*ins[0][:2], ins[0][2] + 1) if self.spoilt == "shape" else ins[0]

    def weights(self) -> tuple[Weight, ...]:
        return (Weight("scale", (3,)),) if self.spoilt == "weights" else ()

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        return Work(macs=7 if self.spoilt == "work" else 0)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        return Saved(inputs=(0,))

    def call(self) -> Call:
        return Call("nn.Tanh", init=("nn.init.ones_({m}.scale)",) if self.spoilt == "weights" else ())


def planted(fault: str) -> type[Part]:
    """An activation with one planted fault."""

    class Planted(Act):
        """tanh(x)."""

        kind: ClassVar[str] = f"planted-{fault}"
        slope: float = Field(1.0, description="" if fault == "doc" else "A number.")
        calls: ClassVar[list[int]] = []

        def lay(self, b: Builder, name: str, x: Value) -> Value:
            if fault == "state":
                self.calls.append(1)
                return b.add(name, ops.ReLU() if len(self.calls) > 3 else ops.SiLU(), x)
            if fault == "name":
                return b.add("class", Square(), x)
            return b.add(name, Square(fault), x)

    return Planted


@pytest.mark.usefixtures("unregistered")
@pytest.mark.parametrize(
    ("fault", "check"),
    [
        ("doc", "is_documented"),
        ("state", "has_no_hidden_state"),
        ("name", "keeps_the_law"),
        ("shape", "states_its_shapes"),
        ("weights", "states_its_weights"),
        ("work", "states_its_work"),
    ],
)
def test_a_part_with_a_planted_fault_is_refused_by_name(fault: str, check: str):
    part = planted(fault)
    with pytest.raises(PartError) as caught:
        check_part(part(), block={"kind": "preact-basic"}, shortcut={"kind": "none"})
    assert caught.value.check == check, str(caught.value)


@pytest.mark.usefixtures("unregistered")
def test_a_sound_part_of_ones_own_conforms():
    check_part(planted("")())


@pytest.mark.usefixtures("unregistered")
def test_two_kinds_of_one_name_are_refused():
    planted("twice")
    with pytest.raises(TypeError, match="two parts are act kind 'relu'"):

        class Other(Act):
            """Another."""

            kind: ClassVar[str] = "relu"

            def lay(self, b: Builder, name: str, x: Value) -> Value:
                return x


@pytest.mark.parametrize("kind", ["identity", "pad"])
def test_a_shortcut_that_cannot_reach_says_what_would(kind: str):
    import resspec

    spec = {
        "input": [3, 16, 16],
        "stem": "conv3x3",
        "block": "basic",
        "shortcut": kind,
        "stages": [{"depth": 1, "width": 16}, {"depth": 1, "width": 8, "stride": 2}],
    }
    with pytest.raises((GraphError, resspec.SpecError), match="RS307"):
        resspec.graph(spec)
