"""A small EDSR learns to make photographs twice as large: PSNR and SSIM on test photographs beside bicubic
interpolation, and a picture (from left to right: the small photograph, bicubic, network, truth).

python benchmarks/applications/super_resolution.py [--epochs 40] [--threads 2]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from random import Random

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

import resspec
from resspec.training.data import DataSource
from resspec.training.data.framing import View
from resspec.training.data.pairing import Photos
from resspec.training.engine import Engine
from resspec.training.evaluation import evaluate
from resspec.training.tasks import task_of
from resspec.training.tasks.likeness import WHITE
from resspec.training.tasks.super_resolution import Likeness, SuperResolution

SPEC, DATA, RECIPE = "edsr_small", "photographs", "photographs"
PICTURE = Path(__file__).with_name("super_resolution.png")
PLACES = ((36, 92), (58, 108), (40, 82), (80, 140))
"""Upper left corners of what is shown of each test photograph, in rows and columns of the small one."""
SIDE, ZOOM = 40, 2
GOAL = 1.0


class Sharper(torch.nn.Module):
    """Torch's own bicubic interpolation, whose kernel (a = -0.75) is sharper than Pillow's and MATLAB's."""

    input_size, mean, std = (3, 24, 24), (0.0,) * 3, (1.0,) * 3

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[B, C, H, W] -> [B, C, s H, s W]."""
        return functional.interpolate(x, scale_factor=float(self.scale), mode="bicubic")


def each(model: torch.nn.Module, photos: Photos, task: SuperResolution) -> None:
    """A line for each photograph."""
    print(f"{'luma PSNR (dB), SSIM':22} {'bicubic':>15} {'sharper bicubic':>15} {'network':>15}")
    plain, sharper = task.unlearned(model), SuperResolution(task.scale, Sharper.mean, Sharper.std)
    for place, path in enumerate(photos.paths):
        one = photos.take(np.array([place]))
        figures = []
        for net, of in ((plain, task), (Sharper(task.scale), sharper), (model, task)):
            found = evaluate(net, one, engine=Engine(workers=0), task=of)
            assert isinstance(found, Likeness)
            figures.append(f"{found.psnr:.2f} {found.ssim:.4f}" if found.ssim else f"{found.psnr:.2f}")
        print(f"{Path(path).name:22} " + " ".join(f"{figure:>15}" for figure in figures))


def drawn(model: torch.nn.Module, photos: Photos, task: SuperResolution) -> Image.Image:
    """Parts of the test photographs in rows."""
    rows = []
    for place, (top, left) in enumerate(PLACES):
        small, large = (
            torch.from_numpy(image)[None] for image in photos.item(place, View((3, 0, 0), scale=task.scale), Random(0))
        )
        x = (small / WHITE - task.mean) / task.std
        with torch.inference_mode():
            made = [task.shown(net(x)).clamp(0, 1).mul(WHITE).round() for net in (task.unlearned(model), model)]
        shown = [functional.interpolate(small.float(), scale_factor=float(task.scale)), *made, large.float()]
        rows_, columns = (slice(task.scale * at, task.scale * (at + SIDE)) for at in (top, left))
        rows.append(torch.cat([image[0, :, rows_, columns] for image in shown], 2))
    sheet = torch.cat(rows, 1).to(torch.uint8).permute(1, 2, 0).numpy()
    picture = Image.fromarray(sheet)
    return picture.resize((ZOOM * picture.width, ZOOM * picture.height), Image.Resampling.NEAREST)


def main() -> None:
    """Train, judge, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    changes = [f"epochs={given.epochs}"] if given.epochs else []
    begun, used = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        resspec.train(
            SPEC,
            data=DATA,
            recipe=RECIPE,
            changes=changes,
            path=folder,
            threads=given.threads,
            engine={"workers": 0},
            progress=True,
        )
        seconds, used = time.perf_counter() - begun, time.process_time() - used
        weights = Path(folder) / "best.safetensors"
        found = resspec.evaluate(SPEC, weights=weights, data=DATA, threads=given.threads, engine={"workers": 0})
        model = resspec.build(SPEC, weights=weights).eval()
    task, photos = task_of(resspec.load(SPEC)), DataSource.read(DATA).load("test")
    assert isinstance(task, SuperResolution)
    assert isinstance(photos, Photos)
    assert isinstance(found, Likeness)
    assert found.bicubic is not None
    drawn(model, photos, task).save(PICTURE, optimize=True)
    report = resspec.report(SPEC)
    print(f"{report.params:,} parameters; {seconds:.0f} s on {given.threads} threads, {used:.0f} s of processor time")
    print(f"{found.count} test photographs: {found.told()}")
    each(model, photos, task)
    gain = found.psnr - found.bicubic.psnr
    print(f"goal {GOAL:.0f} dB above bicubic: {'reached' if gain >= GOAL else 'missed'}; {PICTURE}")


if __name__ == "__main__":
    main()
