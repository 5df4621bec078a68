"""A training step of `resspec.training` against a loop written by hand over the same operations.

    python benchmarks/training_step.py [--device cuda] [--rounds 15]

Both train the same network from the same weights on the same batches of images in memory, in turn in one run; the
losses of their first epoch are compared first (roundings that differ grow within an epoch).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional

import resspec
from resspec.training import DataSource, Recipe, train
from resspec.training.data.source import Images, resident
from timing import in_turn, show

BOUND = 1.03
RECIPE = Recipe(epochs=1, batch=64, warmup=0.0)


def by_hand(model: nn.Module, images: Images, device: str) -> Callable[[], float]:
    """An epoch as one writes it: shuffle, normalise, forward, backward, update."""
    x, y = torch.from_numpy(images.x).to(device), torch.from_numpy(images.y).to(device)
    mean = torch.tensor(model.mean, device=device)[:, None, None]
    scale = 1 / torch.tensor(model.std, device=device)[:, None, None]

    def job() -> float:
        decayed = [p for p in model.parameters() if p.ndim > 1]
        free = [p for p in model.parameters() if p.ndim <= 1]
        groups = [{"params": decayed, "weight_decay": 5e-4}, {"params": free, "weight_decay": 0.0}]
        optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.9, nesterov=True, fused=True)
        generator = torch.Generator(device).manual_seed(0)
        model.train()
        total = torch.zeros((), device=device)
        steps = -(-len(y) // RECIPE.batch)
        for step, index in enumerate(torch.randperm(len(y), generator=generator, device=device).tensor_split(steps)):
            for group in optimizer.param_groups:
                group["lr"] = RECIPE.lr_at(step, steps)
            batch = (x[index].float() / images.white - mean) * scale
            # one channel fits both layouts; torch takes it for channels-last, and oneDNN then overruns its memory
            logits = model(batch.reshape(-1).view(batch.shape))
            loss = functional.cross_entropy(logits, y[index])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(index)
        return float(total) / len(y)

    return job


def main() -> None:
    """Compare epochs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    torch.set_num_threads(1)
    images = resident(DataSource.read("digits"), "train")
    for spec in (
        resspec.load("resnet20_quarter"),
        resspec.load("resnet20", "input=1x8x8", "+mean=[0.3]", "+std=[0.4]"),
    ):
        ours, theirs = (resspec.build(spec, seed=0, device=given.device) for _ in range(2))
        hand = by_hand(theirs, images, given.device)
        first, second = train(ours, images, RECIPE)[0].loss, hand()
        print(f"loss of the first epoch of {spec.name}: {first:.4f}, by hand {second:.4f}")
        assert abs(first - second) < 0.02 * second, "the two are different trainings"

        def mine(model: nn.Module = ours) -> object:
            return train(model, images, RECIPE)

        show(f"epoch {spec.name}", in_turn(mine, hand, given.rounds, 1), "by hand", BOUND)


if __name__ == "__main__":
    main()
