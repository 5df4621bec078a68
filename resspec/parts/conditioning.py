"""What parts read of the condition of their net."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from resspec.errors import Fault, GraphError
from resspec.ir import Builder, Given, Value
from resspec.ir.ops import Embedding, Fill, Linear
from resspec.parts.families import Act

Numbered = Annotated[int, Field(ge=0)] | None
"""The number of a chunk of the condition, from 0; None is all of it."""


def conditioned(b: Builder, name: str, chunk: Numbered = None) -> Given:
    """What the net is conditioned on, or a chunk of it; GraphError where there is none, told of the node of this
    name."""
    if b.condition is None:
        law = "this part reads what a net is told beside its image, and the net has no condition"
        fault = Fault("RS308", law, node=f"{b.prefix}{name}", remedy="add one: condition: time, or condition: label")
        raise GraphError(fault)
    if chunk is None:
        return b.condition
    chunks = b.condition.chunks
    if chunk >= len(chunks):
        law = f"this part reads chunk={chunk} of the net's condition, which has {len(chunks)} chunks from 0"
        remedy = f"condition: {{kind: latent-label, chunks: {max(2, chunk + 1)}}}"
        raise GraphError(Fault("RS308", law, node=f"{b.prefix}{name}", remedy=remedy))
    return Given(chunks[chunk])


def projected(b: Builder, name: str, width: int, act: Act | None = None, fill: Fill = "unit") -> Value:
    """A vector of a width made of what the net is conditioned on: by a linear layer, behind an activation where one is
    named; by a row of a table, filled as told, where the condition is a bare number."""
    given = conditioned(b, name)
    if given.below:
        return b.add(name, Embedding(given.below, width, fill), given.value)
    x = act.lay(b, f"{name}_act", given.value) if act else given.value
    return b.add(name, Linear(x.channels, width), x)
