"""Colours, words and the sheet that they stand on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

DARK, SOFT, PALE, GRID = "#1f2933", "#7b8794", "#9fb3c8", "#e4e7eb"
BLUE, ORANGE, GREEN = "#2f6fdf", "#d9730d", "#1a8754"
STYLE = "font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"


@dataclass(frozen=True, slots=True)
class Ink:
    """How a word is drawn."""

    size: float = 12
    colour: str = SOFT
    anchor: str = "start"
    weight: int = 400
    halo: bool = False


def text(x: float, y: float, words: str, ink: Ink) -> str:
    """Words at a place."""
    halo = ' stroke="white" stroke-width="4" paint-order="stroke" stroke-linejoin="round"' if ink.halo else ""
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{ink.size}" fill="{ink.colour}"'
    return f'<text {place} text-anchor="{ink.anchor}" font-weight="{ink.weight}"{halo}>{escape(words)}</text>'


def sheet(width: int, height: int, parts: Iterable[str]) -> str:
    """A whole drawing on white."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return "\n".join(
        [f'{head} style="{STYLE}">', f'<rect width="{width}" height="{height}" fill="white"/>', *parts, "</svg>\n"]
    )
