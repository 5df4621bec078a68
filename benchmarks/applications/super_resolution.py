"""A small EDSR that makes photographs twice as large, beside bicubic interpolation.

    python benchmarks/applications/super_resolution.py [--path FOLDER] [--device cuda]

Trains on three quarters of one photograph of scikit-learn's and judges squares of another one: PSNR in dB over all
channels, of images in bytes. FOLDER/squares.png has, from left to right, bicubic, network and truth of some squares.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch.nn import functional

import resspec
from resspec.training.adversarial.grid import png_of
from resspec.training.data import DataSource
from resspec.training.tasks.super_resolution import psnr

SHOWN = (45, 64, 66, 68, 83, 85)


def main() -> None:
    """Train, judge, draw."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--path", type=Path, default=Path("runs/applications/super_resolution"))
    words.add_argument("--device", default="cpu")
    asked = words.parse_args()
    trained = resspec.train(
        "edsr_small", data="photographs", recipe="photographs", path=asked.path, device=asked.device, progress=True
    )
    found = resspec.evaluate(
        "edsr_small", weights=trained.path / "best.safetensors", data="photographs", device=asked.device
    )
    test = DataSource.read("photographs").load("test")
    small, large = torch.from_numpy(test.x).float() / 255, torch.from_numpy(test.y).float() / 255
    bicubic = functional.interpolate(small, scale_factor=2, mode="bicubic").clamp(0, 1)
    baseline = float(psnr((bicubic * 255).round() / 255, large).mean())
    report = resspec.report("edsr_small")
    print(f"{report.params:,} parameters, {report.macs:,} macs; {trained.result['seconds']:.0f} s")
    print(f"{len(test)} squares of the test photograph: network {found.score:.2f} dB, bicubic {baseline:.2f} dB")
    print(f"the network is {found.score - baseline:+.2f} dB above bicubic interpolation")
    model = trained.model.cpu()
    mean, std = (torch.tensor(values)[:, None, None] for values in (model.mean, model.std))
    chosen = [place for place in SHOWN if place < len(test)]
    with torch.no_grad():
        made = (model((small[chosen] - mean) / std) * std + mean).clamp(0, 1)
    columns = torch.stack([bicubic[chosen], made, large[chosen]], 1).flatten(0, 1)
    (asked.path / "squares.png").write_bytes(png_of(columns, across=6))
    print(asked.path / "squares.png")


if __name__ == "__main__":
    main()
