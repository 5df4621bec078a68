"""torch.export's program: a graph of ATen operations with its weights, for any batch."""

from __future__ import annotations

import warnings

import torch
from torch.export import export, load, save

from resspec.formats.format import Export, Format, Written, compared, traced


def write(asked: Export) -> Written:
    """An exported program with a free batch; loaded, it answers alike."""
    with traced(asked):
        program = export(asked.model, asked.example(2), dynamic_shapes=asked.free())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of tensors that are not contiguous, which are saved all the same
        save(program, asked.path)
    loaded = load(asked.path).module()
    assert isinstance(loaded, torch.nn.Module)
    return Written((asked.path,), (f"loaded by torch.export, {compared(asked, loaded)}",))


FORMAT = Format("pt2", ".pt2", write, sized=True)
