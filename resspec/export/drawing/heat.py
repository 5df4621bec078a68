"""Colours: by role, or by the share of a cost."""

from __future__ import annotations

from dataclasses import dataclass

from resspec.export.drawing.scene import Box, Scene

FILLS = {
    "conv": "#dbe9f6",
    "dense": "#d5efdb",
    "pool": "#fde5c8",
    "block": "#dbe9f6",
    "join": "#ffffff",
    "other": "#eeeeee",
}
STOPS = ((255, 250, 235), (254, 217, 142), (254, 153, 41), (217, 95, 14), (140, 45, 4))
"""A sequential scale from light to dark, legible in grey."""

WORDS = {"macs": "MACs", "params": "parameters", "activations": "activations", "memory": "bytes of training"}


@dataclass(frozen=True, slots=True)
class Heat:
    """A cost to colour by (empty: by role) and its largest value over the boxes."""

    cost: str = ""
    most: int = 0
    all: int = 0

    @classmethod
    def of(cls, scene: Scene, cost: str) -> Heat:
        """The heat of a scene's leaves."""
        if not cost:
            return cls()
        leaves = [value for stage in scene.stages for value in _leaves(stage, cost, scene.zoom, 1)]
        return cls(cost, max(leaves, default=0), getattr(scene.load, cost))

    def value(self, box: Box, times: int = 1) -> int:
        """What `times` of these boxes cost."""
        return times * int(getattr(box.load, self.cost)) if self.cost else 0

    def share(self, box: Box, times: int = 1) -> float:
        """Their share of the network."""
        return self.value(box, times) / max(1, self.all)

    def fill(self, box: Box, times: int = 1) -> str:
        """The colour of a box."""
        if not self.cost:
            return FILLS.get(box.role, "#ffffff")
        return scale(self.value(box, times) / max(1, self.most))

    def ink(self, box: Box, times: int = 1) -> str:
        """The colour of the text in it."""
        return "#ffffff" if self.cost and self.value(box, times) > 0.62 * self.most else "#1c1c1c"


def _leaves(box: Box, cost: str, zoom: str, times: int) -> list[int]:
    if not box.inside or (zoom == "stage" and times == 1):
        return [times * int(getattr(box.load, cost))]
    return [value for inner in box.inside for value in _leaves(inner, cost, zoom, times * inner.count)]


def scale(share: float) -> str:
    """The colour of a share between 0 and 1."""
    place = min(max(share, 0.0), 1.0) * (len(STOPS) - 1)
    low = min(int(place), len(STOPS) - 2)
    mixed = (round(a + (b - a) * (place - low)) for a, b in zip(STOPS[low], STOPS[low + 1], strict=True))
    return "#" + "".join(f"{value:02x}" for value in mixed)
