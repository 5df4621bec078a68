"""What the tensors of a block tell: its kind and its parts."""

from __future__ import annotations

from collections.abc import Sequence

from resspec.ingest.anatomy import Shape, Tensors, below, kernel, width_of
from resspec.ingest.told import UnknownError
from resspec.ingest.words import Data, Middles

Facts = tuple[str, Middles | None, Data]
"""The kind of a block, its middle, and words beyond it."""


def block_facts(block: Tensors, given: int, name: str, *, bare: bool) -> Facts:
    """What a block tells that is given maps of this width; behind a bare stem norms stand before convolutions."""
    first, second, third = (kernel(block, f"conv{number}") for number in (1, 2, 3))
    preact = "preact-" if bare and "bn1.weight" in block else ""
    if "conv2_0.weight" in block:
        return res2net(block, given)
    if first and second and third:
        return bottleneck(block, given, preact)
    if found := of_two(block, given, preact, first, second):
        return found
    if first:
        groups = given // first[1]
        return "vgg", None, ({"groups": groups} if groups > 1 else {}) | ({} if first[2] == 3 else {"kernel": first[2]})
    raise UnknownError(f"{name} has a block of no known kind: {', '.join(list(block)[:6])}")


def res2net(block: Tensors, given: int) -> Facts:
    """A block of splits."""
    scale = 1 + sum(1 for tensor in block if tensor.startswith("conv2_") and tensor.endswith(".weight"))
    split = block["conv2_0.weight"]
    return "res2net", Middles(given, width_of(block), split[0], split[0] // split[1]), {"scale": scale}


def bottleneck(block: Tensors, given: int, preact: str) -> Facts:
    """A block of 1x1, 3x3, 1x1."""
    first, third = kernel(block, "conv1") or (0,), kernel(block, "conv3") or (0, 0)
    groups = groups_of(block, "conv2", first[0], third[1])
    reduced = third[1] // first[0] if not preact else 1
    extra: Data = {"reduce_first": reduced} if reduced > 1 else {}
    extra |= {"extra_conv": True} if "conv2b.weight" in block else {}
    return f"{preact}bottleneck", Middles(given, width_of(block), third[1], groups, first[0]), extra


def of_two(block: Tensors, given: int, preact: str, first: Shape | None, second: Shape | None) -> Facts | None:
    """A block of two convolutions; None where it is none."""
    width = width_of(block)
    if (dark := kernel(block, "conv_pw")) and second:
        return "dark", Middles(given, width, dark[0], dark[0] // second[1]), {}
    if first and kernel(block, "conv_pwl"):
        return "edge", Middles(given, width, first[0], given // first[1]), {}
    if not (first and second):
        return None
    if first[1] == second[2] == 1:
        return "separable", None, {"kernel": first[2]} if first[2] != 3 else {}
    mid = second[1] * (given // first[1] if is_plain(block, "conv1") else 1)
    return f"{preact}basic", Middles(given, width, mid, max(1, mid // second[1])), {}


def is_plain(block: Tensors, conv: str) -> bool:
    """Whether a convolution is one kernel."""
    return f"{conv}.weight" in block


def groups_of(block: Tensors, conv: str, given: int, width: int) -> int:
    """The groups of a block's spatial convolution."""
    shape = kernel(block, conv) or (1, 1)
    select = block.get(f"{conv}.fc2.weight")
    radix = select[0] // width if select else 1
    paths = sum(1 for name in block if name.startswith(f"{conv}.paths.") and name.endswith("conv.weight"))
    groups = given // shape[1] // radix
    return 1 if paths and groups == paths else max(1, groups)


def conv_of(block: Tensors, given: int) -> Data | None:
    """How the convolutions of a block are made; None where shapes do not tell."""
    for conv in ("conv2", "conv1"):
        inside = below(block, f"{conv}.")
        if "fc1.weight" in inside:
            following = kernel(block, "conv3" if conv == "conv2" else "conv2") or (0, 0)
            return {"kind": "split-attention", "radix": inside["fc2.weight"][0] // following[1]}
        if "paths.0.conv.weight" in inside:
            paths = sum(1 for name in inside if name.endswith("conv.weight"))
            before = (kernel(block, "conv1") or (given,))[0] if conv == "conv2" else given
            split = inside["paths.0.conv.weight"][1] * paths == before  # grouped paths look the same: those read all
            return {"kind": "selective-kernel", "paths": paths, **({"split": True} if split else {})}
        if "conv0.weight" in inside:
            return {"kind": "multi-branch", "branches": sum(
                1 for name in inside if name.startswith("conv") and name.endswith(".weight") and "_" not in name
            )}  # fmt: skip
        if "gain" in inside:
            return {"kind": "scaled-ws", **({} if "bias" in inside else {"bias": False})}
    return None


def norm_of(block: Tensors) -> Data | None:
    """The normalisation."""
    kinds = {"running_mean": "batch", "v": "evonorm-s0", "tau": "frn"}
    for ending, kind in kinds.items():
        if any(name.endswith(f".{ending}") for name in block):
            return {"kind": kind}
    if any(name.startswith(("bn", "conv1.bn")) for name in block):
        return {"kind": "group"}
    return {"kind": "none"}


def shortcut_of(blocks: Sequence[Tensors], widths: Sequence[int]) -> tuple[Data | None, int]:
    """The shortcut, None where shapes leave it open, and the stride of the stage as far as it shows."""
    ends = [next((name for name in block if name.startswith("downsample.") and len(block[name]) == 4), "")
            for block in blocks]  # fmt: skip
    changes = width_of(blocks[0]) != widths[0]
    if not any(ends):
        return None, 0 if changes else 1
    if len(blocks) > 1 and all(ends):
        return {"kind": "projection-all"}, 0
    side = blocks[0][ends[0]][2] if ends[0] else 1
    kind = "avgpool" if ends[0].startswith("downsample.1") else "projection"
    return {"kind": kind, **({"kernel": side} if side > 1 else {})}, 0 if changes else 2
