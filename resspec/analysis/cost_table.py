"""The table of costs as a page, generated from what each op states of itself."""

from __future__ import annotations

import inspect
import re

from resspec.ir import Op, ops

INTRODUCTION = """\
# What an operation costs

Generated from the operations (`resspec/ir/ops`); `pytest --accept` writes it anew.

`params` are learnable elements, `buffers` the others that a state_dict holds. For one image in eval mode, `macs` are
the multiply-accumulates of convolutions and matrix products: output elements x input channels per group x kernel
elements. `flops` are 2 x macs plus every other arithmetic operation by the table below, where a transcendental function
counts as one.
`activations` are the output elements of convolutions and matrix products. Moving, slicing and padding cost nothing.
A formula's unit is one multiply-accumulate, or one operation, of one image. Its source is the paper that defines the
operation; where none is named, the definition in the last column is what is counted.

| operation | macs | flops besides 2 x macs | source | what it is |
|---|---|---|---|---|
"""

PAPER = re.compile(r"arXiv:([0-9]{4}\.[0-9]{4,5})")


def cost_table() -> str:
    """The page, as Markdown."""
    rows = []
    for op in sorted(listed(), key=lambda op: op.kind):
        about = " ".join((inspect.getdoc(op) or "").split("\n\n")[0].split())
        papers = ", ".join(f"[{paper}](https://arxiv.org/abs/{paper})" for paper in PAPER.findall(about))
        cells = (f"`{op.kind}`", op.macs_rule, op.cost_rule, papers or "definition", about)
        rows.append(f"| {' | '.join(cells)} |\n".replace("|x|", "\\|x\\|"))
    return INTRODUCTION + "".join(rows)


def listed() -> list[type[Op]]:
    """Every operation."""
    return [op for op in vars(ops).values() if isinstance(op, type) and issubclass(op, Op) and hasattr(op, "kind")]
