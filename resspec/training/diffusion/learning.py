"""A denoiser that learns the noise (arXiv:2006.11239, algorithm 1)."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from resspec.errors import DataError
from resspec.training.course import Course
from resspec.training.diffusion.noise import Noising, noised, shares
from resspec.training.feed import Resident


class Denoiser:
    """The network and everything that changes with it; `taken` counts its steps. Images are from -1 to 1."""

    def __init__(self, network: nn.Module, feed: Resident, noising: Noising, random: Generator, times: int) -> None:
        self.network, self.feed, self.noising, self.random = network.train(), feed, noising, random
        self.left = shares(noising.schedule, times).float().to(feed.device)
        self.mean = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(noising.ema), use_buffers=True)
        self.optimizer = torch.optim.Adam(network.parameters(), noising.lr)
        self.taken = 0

    @property
    def steps(self) -> int:
        """Steps in all."""
        return self.noising.steps

    def drawn(self, below: int) -> Tensor:
        """Whole numbers of a batch."""
        size = (self.noising.batch,)
        return torch.randint(below, size, generator=self.random, device=self.random.device).to(self.feed.device)

    def step(self) -> float:
        """One step: the loss. DataError RS659 where it is no number."""
        images, _ = next(self.feed.batches([self.drawn(len(self.feed))], 0))
        x, time = self.feed.normalised(images), self.drawn(len(self.left))
        noise = torch.randn(x.shape, generator=self.random, device=self.random.device).to(x.device)
        loss = (self.network(noised(x, noise, self.left[time]), time) - noise).square().mean()
        self.optimizer.param_groups[0]["lr"] = self.noising.lr * (1 - self.taken / self.steps)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.mean.update_parameters(self.network)
        self.taken += 1
        found = float(loss.detach())
        if not math.isfinite(found):
            law = f"the loss is no number in step {self.taken}: {found}"
            raise DataError.of("RS659", law, remedy="lower noise.lr")
        return found

    def parts(self) -> dict[str, Any]:
        """What has a state_dict."""
        return {"network": self.network, "mean": self.mean, "optimizer": self.optimizer}

    def state(self) -> dict[str, Any]:
        """Everything, to go on from here with the same result."""
        found = {name: part.state_dict() for name, part in self.parts().items()}
        return found | {"taken": self.taken, "random": self.random.get_state()}

    def take_up(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        for name, part in self.parts().items():
            part.load_state_dict(state[name])
        self.taken = state["taken"]
        self.random.set_state(state["random"].cpu())

    def learn(self, watch: Course, state: dict[str, Any] | None) -> nn.Module:
        """Train to the end, from a state (None: from the beginning): the running mean of the network, in eval mode."""
        if state is not None:
            self.take_up(state)
        while self.taken < self.steps:
            watch(self, loss=self.step())
        mean: nn.Module = self.mean.module
        return mean.eval()
