"""What only a GPU can show: images/s beside hand-written loops, time to 94 %, ResNet-20 to the paper's error.

    python benchmarks/gpu_training.py speed  --data cifar10:FOLDER      # ratios to loops by hand
    python benchmarks/gpu_training.py fast   --data cifar10:FOLDER      # seconds to 94 % test accuracy
    python benchmarks/gpu_training.py paper  --data cifar10:FOLDER      # ResNet-20 by the recipe of 2015: 8.75 %
    python benchmarks/gpu_training.py search --data cifar10:FOLDER      # better than ResNet-20, no dearer
    python benchmarks/gpu_training.py side   --data cifar10:FOLDER      # trials an hour of 1 to 8 workers on a card
    python benchmarks/gpu_training.py side --data digits --device cpu --tiny
    python benchmarks/gpu_training.py speed --device cpu --tiny         # the same code on random images, in seconds

No GPU was at hand: nothing here was run on one yet. `speed` and `side` were run with `--tiny` on a CPU.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import resspec
from resspec.training import DataSource, Engine, Epoch, Recipe, train
from resspec.training.data.source import Images, resident
from resspec.training.recipe_file import load_recipe
from timing import in_turn, show

NET = ("resnet18", "input=3x32x32", "stem={kind: conv3x3, width: 64}", "classes=10")
TARGET = 0.94


def by_hand(model: nn.Module, images: Images, recipe: Recipe, device: str, *, fast: bool) -> Callable[[], None]:
    """An epoch with crops and flips on the device, as one writes it; `fast` adds bf16, channels-last and fused SGD."""
    layout = torch.channels_last if fast else torch.contiguous_format
    model.to(memory_format=layout)  # type: ignore[call-overload]  # torch's stubs leave this form out
    x, y = torch.from_numpy(images.x).to(device), torch.from_numpy(images.y).to(device)
    mean, std = (torch.tensor(figures, device=device)[:, None, None] for figures in (model.mean, model.std))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True, fused=fast)

    def job() -> None:
        model.train()
        for index in torch.randperm(len(y), device=device).split(recipe.batch):
            batch = functional.pad(x[index], (4,) * 4)
            top, left = (int(torch.randint(0, 9, ())) for _ in range(2))
            batch = batch[:, :, top : top + 32, left : left + 32]
            batch = torch.where(torch.rand(len(index), 1, 1, 1, device=device) < 0.5, batch.flip(-1), batch)
            batch = ((batch.float() / 255 - mean) / std).contiguous(memory_format=layout)
            with torch.autocast(torch.device(device).type, torch.bfloat16, enabled=fast):
                loss = functional.cross_entropy(model(batch), y[index])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        if torch.device(device).type == "cuda":
            torch.cuda.synchronize()

    return job


def speed(given: argparse.Namespace) -> None:
    """Epochs of ours against both loops by hand."""
    images = random_images(256) if given.tiny else resident(DataSource.read(given.data), "train")
    recipe = Recipe(epochs=1, batch=128 if given.tiny else 512, shift=4, flip=True, lr=0.01, warmup=0.0)
    spec = resspec.load("resnet20" if given.tiny else NET[0], *(() if given.tiny else NET[1:]))
    model, fast, plain = (resspec.build(spec, seed=0, device=given.device) for _ in range(3))
    engine = Engine(precision="bf16", channels_last=given.device != "cpu")

    def ours() -> object:
        return train(model, images, recipe, engine=engine)

    for title, net, flag, bound in (("equal flags", fast, True, 1.0), ("plain fp32 NCHW", plain, False, 1 / 1.5)):
        job = by_hand(net, images, recipe, given.device, fast=flag)
        show(f"epoch, {title}", in_turn(ours, job, 2 if given.tiny else 10, 1), "by hand", bound)


def random_images(count: int) -> Images:
    """Noise of CIFAR's shape."""
    random = np.random.default_rng(0)
    x = random.integers(0, 256, (count, 3, 32, 32), dtype=np.uint8)
    return Images(x, random.integers(0, 10, count), classes=10)


class EnoughError(Exception):
    """The target was reached."""


def fast(given: argparse.Namespace) -> None:
    """Seconds of training until the test images (not only the held-out ones) are 94 % right."""
    source = DataSource.read({"kind": "cifar10", "folder": given.data.partition(":")[2], "validation": 0.0})
    model = resspec.build(resspec.load(*NET), seed=0, device=given.device)
    spent = []

    def watch(epoch: Epoch) -> None:
        spent.append(epoch.seconds)
        if epoch.validation and epoch.validation.accuracy >= TARGET:
            raise EnoughError

    engine = Engine(precision="bf16", compile="default")
    try:
        test = source.load("test")
        train(model, source.load("train"), load_recipe("cifar-fast"), validation=test, engine=engine, on_epoch=watch)
        print(f"{TARGET:.0%} was not reached in {len(spent)} epochs")
    except EnoughError:
        print(f"{TARGET:.0%} test accuracy after {len(spent)} epochs, {sum(spent):.1f} s")


def paper(given: argparse.Namespace) -> None:
    """ResNet-20 by the recipe of 2015, on all training images."""
    data: Any = {"kind": "cifar10", "folder": given.data.partition(":")[2], "validation": 0.0}
    found = resspec.train("resnet20", data=data, recipe="cifar-paper", device=given.device, progress=True)
    judged = resspec.evaluate("resnet20", weights=found.path / "last.safetensors", data=data, device=given.device)
    print(json.dumps(judged.to_dict(), indent=1), "paper: error 0.0875")


def search(given: argparse.Namespace) -> None:
    """A search on CIFAR-10 at no more macs and params than ResNet-20."""
    space: dict[str, Any] = {}
    for stage, width in ((1, 16), (2, 32), (3, 64)):
        space[f"stages.{stage}.depth"] = {"low": 1, "high": 6}
        space[f"stages.{stage}.width"] = {"low": width // 2, "high": 2 * width, "step": 8}
    recipe = load_recipe("cifar-fast").to_dict() | {"epochs": 30}
    result = resspec.search(
        {
            "name": "cifar10-resnet20",
            "base": "resnet20",
            "space": space,
            "budgets": {"params": "<= 100% of base", "macs": "<= 100% of base"},
            "evaluator": {"kind": "training", "data": given.data, "recipe": recipe, "device": given.device},
            "trials": 60,
            "final": {"finalists": 3, "repeats": 3, "epochs": 100},
        }
    )
    print(json.dumps(result.to_dict(), indent=1, default=str))


def side(given: argparse.Namespace) -> None:
    """Trials an hour as several workers train small networks side by side on one device, each in its own process."""
    recipe = {"epochs": 2 if given.tiny else 5, "batch": 128, "lr": 0.1}
    for workers in (1, 2) if given.tiny else (1, 2, 4, 8):
        with tempfile.TemporaryDirectory() as folder:
            search = {
                "name": "side",
                "base": "resnet20_quarter" if given.tiny else "resnet20",
                "space": {f"stages.{stage}.depth": {"low": 1, "high": 5} for stage in (1, 2, 3)},
                "evaluator": {"kind": "training", "data": given.data, "recipe": recipe, "device": given.device},
                "sampler": "random",
                "pruner": "none",
                "trials": 2 * workers if given.tiny else 4 * workers,
                "final": None,
            }
            start = time.perf_counter()
            result = resspec.search(search, path=folder, workers=workers)
            hours = (time.perf_counter() - start) / 3600
        print(f"{workers} workers: {len(result.trials) / hours:,.0f} trials an hour", flush=True)


def main() -> None:
    """Run one of the measurements."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    jobs = {"speed": speed, "fast": fast, "paper": paper, "search": search, "side": side}
    parser.add_argument("job", choices=jobs)
    parser.add_argument("--data", default="cifar10:data")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--tiny", action="store_true", help="random images, for `speed` on a CPU")
    given = parser.parse_args()
    torch.set_num_threads(1 if given.tiny else torch.get_num_threads())
    jobs[given.job](given)


if __name__ == "__main__":
    main()
