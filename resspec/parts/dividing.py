"""Layers whose weight may be divided by its largest singular value (arXiv:1802.05957)."""

from __future__ import annotations

from typing import Literal

from resspec.ir.ops import (
    Conv2d,
    Embedding,
    Linear,
    PowerConv2d,
    PowerEmbedding,
    PowerLinear,
    SpectralConv2d,
    SpectralEmbedding,
    SpectralLinear,
)

Spectral = bool | Literal["left"]
"""Whether a weight is divided by its largest singular value: not; by that of both singular vectors, which are kept and
which training follows; or, with the `left` one kept alone, by that of a step of the power method in every run, as in
the code of BigGAN's authors."""

CONVS: dict[Spectral, type[Conv2d | SpectralConv2d | PowerConv2d]] = {
    False: Conv2d,
    True: SpectralConv2d,
    "left": PowerConv2d,
}
LINEARS: dict[Spectral, type[Linear | SpectralLinear | PowerLinear]] = {
    False: Linear,
    True: SpectralLinear,
    "left": PowerLinear,
}
TABLES: dict[Spectral, type[Embedding | SpectralEmbedding | PowerEmbedding]] = {
    False: Embedding,
    True: SpectralEmbedding,
    "left": PowerEmbedding,
}
