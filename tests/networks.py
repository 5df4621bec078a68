"""Small networks that tests share."""

from __future__ import annotations

from typing import Any

SMALL: dict[str, Any] = {
    "name": "small",
    "input": [3, 32, 32],
    "stem": {"kind": "conv3x3", "width": 16},
    "block": {"kind": "bottleneck"},
    "stages": [{"depth": 2, "width": 32}, {"depth": 2, "width": 64, "stride": 2}],
    "head": {"kind": "linear", "classes": 10},
}


def small(**changes: Any) -> dict[str, Any]:
    """The small net with other top-level keys."""
    return {**SMALL, **changes}
