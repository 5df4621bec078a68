"""Images side by side, as a PNG."""

from __future__ import annotations

import io
import math

import torch
from torch import Tensor, nn

from resspec.errors import DataError

SMALLEST = 48
"""Pixels of a side below which images are enlarged, by a whole factor, so that people see them."""


def png_of(images: Tensor, across: int = 0) -> bytes:
    """A grid of images [count, C, H, W] from 0 to 1, so many across (0: as many as down); DataError without Pillow."""
    try:
        from PIL import Image  # noqa: PLC0415  # an extra, needed for pictures alone
    except ImportError:
        raise DataError.of(
            "RS651", "a picture needs Pillow, which is not installed", remedy="pip install 'resspec[images]'"
        ) from None
    count, channels, height, width = images.shape
    across = across or math.isqrt(count - 1) + 1
    factor = max(1, -(-SMALLEST // min(height, width)))
    images = images.repeat_interleave(factor, 2).repeat_interleave(factor, 3)
    images = nn.functional.pad(images, (1, 1, 1, 1), value=1.0)
    down = -(-count // across)
    blank = images.new_ones((down * across - count, *images.shape[1:]))
    rows = torch.cat([images, blank]).unflatten(0, (down, across))
    whole = rows.permute(2, 0, 3, 1, 4).flatten(3, 4).flatten(1, 2)
    pixels = (whole * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    out = io.BytesIO()
    Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels[:, :, :3]).save(out, "PNG", optimize=True)
    return out.getvalue()
