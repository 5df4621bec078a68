"""The classes that generators and critics are told."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from resspec.errors import DataError
from resspec.ir import Graph


def classes_of(graph: Graph) -> int:
    """How many classes a network knows that is told one beside its input; 0 where it is told nothing. DataError RS654
    where it is told something else."""
    told = graph.signature[1:]
    if [argument.name for argument in told] not in ([], ["label"]):
        named = " and ".join(argument.name for argument in told)
        law = f"generators and critics are told a label here or nothing, this network a {named}"
        raise DataError.of("RS654", law, remedy="condition: label, or ~condition")
    return told[0].below if told else 0


def classes_of_both(generator: Graph, critic: Graph) -> int:
    """How many classes both networks know, 0 where they are told nothing; DataError RS654 where they differ."""
    made, judged = classes_of(generator), classes_of(critic)
    if made != judged:
        said = [f"{count} classes" if count else "no label" for count in (made, judged)]
        law = f"generator and critic are told the same, here the one {said[0]} and the other {said[1]}"
        raise DataError.of("RS654", law, remedy=f"condition={{kind: label, classes: {max(made, judged)}}} for both")
    return made


def rows_of(classes: int, chosen: Sequence[int] | None) -> tuple[int, ...]:
    """The classes that are drawn, a row each: those chosen, or all. DataError RS654 for one that a network of so many
    classes does not know, or where it knows none."""
    if chosen is None:
        return tuple(range(classes))
    if not classes:
        raise DataError.of("RS654", "labels are chosen, and the network is told none", remedy="leave them out")
    if not chosen:
        raise DataError.of("RS654", "no label is chosen", remedy=f"name some of 0 to {classes - 1}")
    for label in chosen:
        if not 0 <= label < classes:
            law = f"there is no class {label}: the network knows 0 to {classes - 1}"
            raise DataError.of("RS654", law, remedy="choose among them")
    return tuple(chosen)


def drawn(classes: int, count: int, random: torch.Generator, device: torch.device) -> tuple[Tensor, ...]:
    """What a network of so many classes is told beside as many images: classes [count], each as likely as any other;
    nothing where it knows none."""
    if not classes:
        return ()
    return (torch.randint(classes, (count,), generator=random, device=random.device).to(device),)
