"""What every network of a space is told beside its image, laid once for each condition and image; the parts read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from resspec.analysis.cost import Costs, node_costs, total
from resspec.errors import GraphError
from resspec.ir import OUTSIDE, Builder, Given, Node, Shape, Value
from resspec.plan import ConditionPlan, Plan
from resspec.study.columns import Columns
from resspec.study.part import digest_of, given, hashed

IMAGE = "x"


@dataclass(frozen=True, slots=True)
class Told:
    """A condition as parts read it: its costs, a digest, what it takes beside its counts, and which of its values it
    reads itself."""

    given: Given
    costs: Costs
    digest: int
    added: tuple[int, int]
    read: frozenset[int]

    def read_by(self, nodes: Iterable[Node], before: str = OUTSIDE) -> frozenset[int]:
        """Which values nodes read, by their numbers; `before` is how their names begin there."""
        names = {name for node in nodes for name in node.inputs}
        return frozenset(place for place, x in enumerate(self.given.values) if before + x.name in names)

    @property
    def all(self) -> frozenset[int]:
        """The numbers of all values, each of which has to be read."""
        return frozenset(range(len(self.given.values)))


class Conditions:
    """Lays the conditions of plans."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._known: dict[tuple[ConditionPlan, Shape], Told | GraphError] = {}

    def of(self, plan: Plan) -> Told | None:
        """What a plan's net is told; None for nothing, GraphError where it cannot be laid."""
        if plan.condition is None:
            return None
        key = plan.condition, plan.input
        if key not in self._known:
            self._known[key] = self._laid(plan.condition, plan.input)
        told = self._known[key]
        if isinstance(told, GraphError):
            raise told
        return told

    def _laid(self, condition: ConditionPlan, image: Shape) -> Told | GraphError:
        b = Builder()
        try:
            made = condition.lay(b, Value(IMAGE, image))
        except GraphError as error:
            return error
        shapes = {IMAGE: image} | {node.name: node.shape for node in b.nodes}
        worked = [(node, ins) for node, ins in given(b.nodes, shapes) if node.op.arity]
        costs = total(node_costs(node, ins) for node, ins in worked)
        values = [digest_of(b.nodes, value.name) for value in made.values]
        told = Told(made, costs, hashed(made.below, values), self._columns.added(worked), frozenset())
        return Told(made, costs, told.digest, told.added, told.read_by(b.nodes, ""))
