"""Small networks in which a registered part stands, for tests that go over all parts."""

from __future__ import annotations

from typing import Any

import resspec
from resspec.parts import FAMILIES
from resspec.spec.merging import DENSE
from resspec.spec.net import NetSpec
from resspec.testing import BASE

EVEN = [{"depth": 1, "width": 16}, {"depth": 1, "width": 32, "stride": 2}, {"depth": 1, "width": 32}]
"""Stages of which the last two have maps of one size."""
NEEDS: dict[tuple[str, str], dict[str, Any]] = {
    ("heads", "image"): {"decoder": "upscale"},
    ("stem", "latent"): {"input": [16, 1, 1], "block": "up"},
    ("block", "conditional"): {"condition": "time"},
    ("condition", "time"): {"block": "conditional"},
    ("condition", "label"): {"block": "conditional"},
    ("condition", "latent-label"): {
        "input": [16, 1, 1],
        "stem": {"kind": "latent", "chunk": 0},
        "block": "up",
        "norm": {"kind": "modulated", "chunk": 1},
    },
    ("norm", "conditional"): {"condition": "time"},
    ("norm", "modulated"): {"condition": "label"},
    ("decoder", "mirror"): {"stage": "entered", "final": "none"},
    ("gate", "bat"): {"input": [3, 28, 28]},
    ("heads", "segmentation"): {"decoder": "fcn"},
    ("heads", "heatmaps"): {"decoder": "deconv"},
    ("heads", "boxes"): {"decoder": "none"},
    ("heads", "keypoints"): {"decoder": "none"},
    ("heads", "rcnn"): {"heads": {"kind": "rcnn", "proposals": 5}},
    ("heads", "residual"): {"decoder": "residual-units", "stages": EVEN},
    ("decoder", "residual-units"): {"stages": EVEN},
    ("block", "residual-dense"): {
        "block": {"kind": "residual-dense", "repeats": 2, "depth": 2},
        "stages": [{"depth": 1, "width": 16}, {"depth": 1, "width": 32, "stride": 2}],
    },
    ("stage", "gate-first"): {"gate": "se"},
    ("shortcut", "identity"): {"stages": [{"depth": 2, "width": 32}, {"depth": 2, "width": 32}]},
}
"""What a kind needs of the net it is tried in."""

KINDS = [(family, kind) for family, parts in FAMILIES.items() for kind in parts.kinds()]


def tried(family: str, kind: str, **changes: Any) -> NetSpec:
    """The net of the conformance suite with a part of this kind."""
    own: dict[str, Any] = {family: FAMILIES[family].read(kind).to_data()}
    needed = NEEDS.get((family, kind), {})
    if family == "region":
        own = {"heads": {"kind": "rcnn", "proposals": 5, "regions": [*own.values()]}}
    elif family not in NetSpec.model_fields:
        own = {"stem": {**BASE["stem"], **own}}
    if "heads" in own and DENSE.isdisjoint({*needed} - {"heads"}):
        own["neck"] = "fpn"
    base = {key: value for key, value in BASE.items() if key != "head" or DENSE.isdisjoint(own)}
    return resspec.load({**base, **own, **needed, "name": f"{family}-{kind}", **changes})
