"""What the tensors before and behind the stages tell."""

from __future__ import annotations

import math

from resspec.ingest.anatomy import Tensors, kernel
from resspec.ingest.told import UnknownError
from resspec.ingest.words import Data


def channels_of(stem: Tensors) -> int:
    """Channels of the image."""
    first = kernel(stem, "conv1") or stem.get("conv1.0.weight") or (0, 0)
    return 3 if first[1] == 48 else first[1]


def stem_of(stem: Tensors) -> Data:
    """The stem."""
    deep = sorted(int(name.split(".")[1]) for name in stem if name.startswith("conv1.") and len(stem[name]) == 4
                  and name.split(".")[1].isdigit())  # fmt: skip
    pool: Data = {"pool": {"kind": "conv"}} if "maxpool.0.weight" in stem else {}
    if deep:
        widths = [stem[f"conv1.{place}.weight"][0] for place in deep]
        bare = sum(1 for place in deep[:-1] if f"conv1.{place + 1}.weight" not in stem)
        return {"kind": "deep", "widths": widths, **({"bare": bare} if bare else {}), **pool}
    first = kernel(stem, "conv1")
    if first is None:
        raise UnknownError("there is no stem: conv1")
    if first[1] == 48 and first[2] == 3:
        return {"kind": "space-to-depth", "width": first[0]}
    if first[2] not in (3, 7):
        raise UnknownError(f"no stem has one {first[2]}x{first[2]} convolution: conv1")
    return {"kind": f"conv{first[2]}x{first[2]}", "width": first[0], **pool}


def stem_width(stem: Tensors) -> int:
    """Output channels of the stem."""
    words = stem_of(stem)
    width: int = words["widths"][-1] if "widths" in words else words["width"]
    return width


def final_of(rest: Tensors) -> Data | None:
    """What follows the last stage; None where it is the usual."""
    if "final_conv.weight" in rest:
        return {"kind": "conv1x1", "width": rest["final_conv.weight"][0]}
    return {"kind": "norm-act"} if "norm.weight" in rest else None


def head_of(rest: Tensors) -> Data:
    """The head."""
    fc = rest.get("fc.weight")
    classes = {"classes": fc[0] if fc else 0}
    if "attnpool.q.weight" in rest:
        return {"kind": "attention-pool", **classes}
    if "head_fc.weight" in rest:
        return {"kind": "mlp", "hidden": rest["head_fc.weight"][0], **classes}
    return {"kind": "conv" if fc and len(fc) == 4 else "linear", **classes}


def side_of(rest: Tensors) -> int:
    """The side of the last map that the head is bound to; 0 where it is not."""
    places = rest.get("attnpool.pos_embed.weight", (0,))[0]
    return math.isqrt(places - 1) if places > 1 else 0
