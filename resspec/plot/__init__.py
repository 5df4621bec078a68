"""Drawings laid out by hand: axes with round ticks, words, a sheet. An SVG opens in any browser, stays sharp, and asks
for no plotting library."""

from resspec.plot.axes import Axis, axis_over, round_step
from resspec.plot.ink import BLUE, DARK, GREEN, GRID, ORANGE, PALE, SOFT, Ink, sheet, text

__all__ = [
    "BLUE",
    "DARK",
    "GREEN",
    "GRID",
    "ORANGE",
    "PALE",
    "SOFT",
    "Axis",
    "Ink",
    "axis_over",
    "round_step",
    "sheet",
    "text",
]
