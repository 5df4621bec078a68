"""A generator of digits, trained against a critic, and the pictures that it makes.

    python benchmarks/applications/generation.py [--path FOLDER] [--device cuda]

Trains the two shipped specs on the training half of scikit-learn's digits; what it made of 64 random vectors is in
FOLDER/samples.png. A classifier that was trained on real digits says how sure it is of the made ones, and how many of
each digit there are.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

import resspec
from resspec.training.adversarial.samples import samples
from resspec.training.data import DataSource
from resspec.training.data.source import resident

DUEL = {"steps": 5000, "batch": 32, "lr": 5e-4, "critic_lr": 5e-4, "beta1": 0.5, "beta2": 0.99}
JUDGED = 1000


def main() -> None:
    """Train, draw, judge."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--path", type=Path, default=Path("runs/applications/generation"))
    words.add_argument("--device", default="cpu")
    asked = words.parse_args()
    generator, result = resspec.train_generator(
        "digits_generator",
        "digits_critic",
        data="digits",
        duel=DUEL,
        path=asked.path / "pair",
        device=asked.device,
        told=lambda step, critic, loss: print(f"step {step}: critic {critic:.3f}, generator {loss:.3f}", flush=True),
    )
    judge = resspec.train(
        "resnet20_quarter", data="digits", recipe="digits", path=asked.path / "judge", device=asked.device
    ).model
    made = samples(generator, 64, JUDGED, seed=1)
    real = torch.from_numpy(resident(DataSource.read("digits"), "test").x).float() / 16
    mean, std = (torch.tensor(values)[:, None, None] for values in (judge.mean, judge.std))
    print(f"{result['steps']} steps in {result['seconds']:.0f} s")
    for name, images in (("real, of the test part", real), ("made", made)):
        with torch.no_grad():
            shares = judge.cpu()((images - mean) / std).softmax(1)
        counts = torch.bincount(shares.argmax(1), minlength=10).tolist()
        print(f"{name}: {len(images)} images, sureness {shares.amax(1).mean():.3f} on average, of each digit {counts}")
    print(result["samples"])


if __name__ == "__main__":
    main()
