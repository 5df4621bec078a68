"""Forward and training step of ResNet-18 and ResNet-50: the emitted module against one written by hand, same ops.

    python benchmarks/forward_and_step.py [--device cuda] [--rounds 40]

Both hold the same weights and see the same images, in turn in one run; their logits are compared first.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import torch
from torch import nn

import handwritten
import resspec
from timing import in_turn, show

BOUND = 1.02
BATCH = 8
SIDE = 128

NETS: dict[str, Callable[[], nn.Module]] = {"resnet18": handwritten.resnet18, "resnet50": handwritten.resnet50}


def forward(model: nn.Module, images: torch.Tensor) -> Callable[[], None]:
    """One pass in eval mode without gradients."""

    def job() -> None:
        model.eval()
        with torch.inference_mode():
            model(images)
        finish(images)

    return job


def step(model: nn.Module, images: torch.Tensor) -> Callable[[], None]:
    """One step of SGD with momentum on cross entropy."""
    labels = torch.arange(len(images), device=images.device)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4, momentum=0.9)

    def job() -> None:
        model.train()
        optimizer.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()
        finish(images)

    return job


def finish(images: torch.Tensor) -> None:
    """Wait for the device."""
    if images.is_cuda:
        torch.cuda.synchronize(images.device)


def compare(name: str, device: str, rounds: int) -> None:
    """Print both comparisons of one network."""
    ours, theirs = resspec.build(name, device=device), NETS[name]().to(device)
    theirs.load_state_dict(ours.state_dict())
    images = torch.randn(BATCH, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0)).to(device)
    assert torch.equal(ours.eval()(images), theirs.eval()(images)), "the two are different networks"
    for title, job in (("forward", forward), ("step", step)):
        show(f"{title} {name}", in_turn(job(ours, images), job(theirs, images), rounds), "by hand", BOUND)


def main() -> None:
    """Compare every network."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rounds", type=int, default=40)
    given = parser.parse_args()
    for name in NETS:
        compare(name, given.device, given.rounds)


if __name__ == "__main__":
    main()
