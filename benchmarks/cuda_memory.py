"""What resspec says a training step and a forward pass need, beside what CUDA's allocator had at most.

    python benchmarks/cuda_memory.py [--batch 32] [NETWORK ...]

It needs a GPU. Differences above zero are what resspec leaves out: workspaces of kernels, and blocks that the allocator
rounds up. The loss is a sum, gradients are None when a step begins, and each network is measured from an empty cache.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable

import torch

import resspec
from resspec.analysis.memory import Setting, memory_of

NETWORKS = ("resnet18", "resnet50", "seresnet50", "resnext50_32x4d", "regnety_008", "resnetv2_50", "cspresnet50")
OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "sgd": torch.optim.SGD,
    "momentum": lambda params, lr: torch.optim.SGD(params, lr, momentum=0.9),
    "adamw": torch.optim.AdamW,
}
AMP = {"fp32": torch.float32, "bf16": torch.bfloat16}


def allocated(run: Callable[[], object]) -> int:
    """The most bytes that CUDA had allocated while something ran for the second time: states exist by then."""
    run()
    gc.collect()
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    run()
    torch.cuda.synchronize()
    return torch.cuda.max_memory_allocated()


def training(name: str, setting: Setting) -> int:
    """A training step, the input left out."""
    model = resspec.build(name, seed=0, device="cuda", checkpointing=setting.checkpointing).train()
    x = torch.rand(setting.images, *resspec.load(name).input, device="cuda")
    optimizer = OPTIMIZERS[setting.optimizer](model.parameters(), lr=1e-6)

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cuda", AMP[setting.amp], enabled=setting.amp != "fp32"):
            loss = model(x).float().sum()
        loss.backward()
        optimizer.step()

    return allocated(step)


def inference(name: str, images: int) -> int:
    """A forward pass; input and output count, as they do in resspec."""
    model = resspec.build(name, seed=0, device="cuda").eval()
    x = torch.rand(images, *resspec.load(name).input, device="cuda")
    with torch.inference_mode():
        return allocated(lambda: model(x))


def line(title: str, ours: int, theirs: int) -> None:
    """Both figures and how far they are apart."""
    print(f"{title:<52} {ours / 1e6:10.1f} MB  CUDA {theirs / 1e6:10.1f} MB  {100 * (theirs / ours - 1):+7.2f} %")


def main() -> None:
    """Print every network under every setting."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--batch", type=int, default=32)
    arguments.add_argument("networks", nargs="*", default=NETWORKS)
    asked = arguments.parse_args()
    if not torch.cuda.is_available():
        sys.exit("torch finds no GPU here")
    settings = [
        Setting(asked.batch, optimizer=optimizer, amp=amp, checkpointing=checkpointing)
        for optimizer in OPTIMIZERS
        for amp in AMP
        for checkpointing in (False, True)
    ]
    for name in asked.networks:
        graph = resspec.graph(name)
        line(f"{name}, forward", memory_of(graph, Setting(asked.batch)).inference, inference(name, asked.batch))
        for setting in settings:
            again = ", blocks recomputed" if setting.checkpointing else ""
            title = f"{name}, {setting.optimizer}, {setting.amp}{again}"
            line(title, memory_of(graph, setting).training, training(name, setting))


if __name__ == "__main__":
    main()
