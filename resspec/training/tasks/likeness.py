"""How near images are to one another: PSNR, SSIM, and the luma that both are taken of."""

from __future__ import annotations

import torch
from torch import Tensor

WHITE = 255
EXACT = 1e-10
"""Least mean square error that counts, in units of white², so that an exact image has 100 dB."""
LUMA = (65.481, 128.553, 24.966)
"""Weights of red, green and blue (ITU-R BT.601, studio swing: black is 16, white 235)."""
BLACK = 16.0
SIGMA, RADIUS = 1.5, 5
"""The Gaussian window of SSIM and its half side (10.1109/TIP.2003.819861, section III.B)."""


def luma(images: Tensor) -> Tensor:
    """Brightness [B, 1, H, W] from 16 to 235 of colour images [B, 3, H, W] from 0 to 255; others are themselves."""
    if images.shape[1] != 3:
        return images
    weights = torch.tensor(LUMA, device=images.device)[:, None, None] / WHITE
    return BLACK + (images * weights).sum(1, keepdim=True)


def psnr(images: Tensor, truth: Tensor) -> Tensor:
    """Peak signal-to-noise ratio [B] in dB of images from 0 to 255."""
    error = (images.double() - truth.double()).square().flatten(1).mean(1) / WHITE**2
    return -10 * error.clamp(min=EXACT).log10()


def ssim(images: Tensor, truth: Tensor) -> Tensor:
    """Structural similarity [B] of images from 0 to 255, the mean over their channels; NaN without scikit-image."""
    try:
        from skimage.metrics import structural_similarity  # noqa: PLC0415  # an extra
    except ImportError:
        return images.new_full((len(images),), torch.nan)
    found = [
        structural_similarity(
            image.cpu().double().numpy(),
            true.cpu().double().numpy(),
            channel_axis=0,
            data_range=float(WHITE),
            gaussian_weights=True,
            sigma=SIGMA,
            use_sample_covariance=False,
        )
        for image, true in zip(images, truth, strict=True)
    ]
    return images.new_tensor(found, dtype=torch.float64)
