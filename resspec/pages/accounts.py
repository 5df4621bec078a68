"""Sheets beside the costs: what other counters give, what memory is needed, what each feature map sees."""

from __future__ import annotations

from collections.abc import Sequence

from resspec.analysis.memory import Memory
from resspec.analysis.peers import Reconciled
from resspec.analysis.reach import Feature
from resspec.pages.sheet import Sheet

MEMORY_NOTE = (
    "tensors alone, in float32 unless said; a device's runtime (some 0.5 GB on a GPU), workspaces of kernels and gaps"
    " between tensors come on top; gradients are None when a step begins; the loss is left out"
)
MEGA = 10**6


def reconciled_sheet(name: str, rows: Sequence[Reconciled], spelling: str) -> Sheet:
    """The total of each counter and what makes it."""
    cells = [
        (
            row.peer.name,
            row.peer.unit,
            f"{row.about} ({row.peer.issue})" if row.peer.issue else row.about,
            "unknown" if row.total is None else row.total if isinstance(row.total, int) else str(row.total),
        )
        for row in rows
    ]
    note = f"one image; the module as {spelling} spells it"
    return Sheet(
        f"{name}: what other counters give", ("counter", "unit", "what it counts", "total"), cells, (), 3, note
    )


def memory_sheet(name: str, memory: Memory) -> Sheet:
    """The bytes of inference and of a training step."""
    setting = memory.setting
    again = ", blocks recomputed" if setting.checkpointing else ""
    title = f"{name}: memory of {setting.images} images, {setting.optimizer}, autocast {setting.amp}{again}"
    rows = [
        ("weights", "parameters and buffers", memory.weights),
        ("activations", f"inference, highest at {memory.peak_at}", memory.activations),
        ("inference", "weights and activations", memory.inference),
        ("kept", "what forward keeps for backward", memory.kept),
        ("passing", "gradients where the sum is highest", memory.passing),
        ("gradients", "of all parameters, when the optimizer runs", memory.gradients),
        ("states", "of the optimizer", memory.states),
        ("training", "weights, states, and the larger of kept + passing and gradients", memory.training),
    ]
    return Sheet(title, ("memory", "what it is", "bytes"), rows, (), 2, MEMORY_NOTE)


def features_sheet(name: str, features: Sequence[Feature]) -> Sheet:
    """Channels, size, stride and receptive field of each feature map."""
    rows = [
        (
            feature.name,
            f"{feature.channels}x{feature.height}x{feature.width}",
            "whole map" if feature.whole else "windows",
            feature.stride,
            feature.field,
            feature.start,
        )
        for feature in features
    ]
    note = (
        "field: input pixels along one axis that sliding windows reach; start: where the first field begins; whole map:"
        " a global pool or group statistics let every element see all of the input"
    )
    return Sheet(f"{name}: feature maps", ("feature", "output", "sees", "stride", "field", "start"), rows, (), 3, note)
