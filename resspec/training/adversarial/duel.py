"""A generator and a critic that train against one another (arXiv:1406.2661)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import torch
from pydantic import Field
from torch import Generator, Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from resspec.errors import DataError
from resspec.record import Record
from resspec.training.adversarial.labels import drawn
from resspec.training.feed import Feed

Rate = Annotated[float, Field(gt=0)]


class Duel(Record):
    """How a generator trains: Adam, the hinge loss (arXiv:1802.05957), a running mean of its weights."""

    steps: Annotated[int, Field(ge=1)] = 3000
    """Steps of the generator."""
    batch: Annotated[int, Field(ge=2)] = 64
    """Images of a step, and as many made ones."""
    lr: Rate = 2e-4
    """Rate of the generator, in the end 0: it falls linearly."""
    critic_lr: Rate = 4e-4
    """Rate of the critic (two time scales, arXiv:1706.08500)."""
    critic_steps: Annotated[int, Field(ge=1)] = 1
    """Steps of the critic for one of the generator."""
    beta1: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Adam's memory of the gradient."""
    beta2: Annotated[float, Field(ge=0, lt=1)] = 0.9
    """Adam's memory of its square."""
    ema: Annotated[float, Field(ge=0, lt=1)] = 0.999
    """Decay of the running mean of the generator's weights, which is kept as its weights."""


@dataclass(frozen=True, slots=True)
class Chance:
    """What images are made of: the values of a latent vector, and how many classes are told, 0 for none."""

    latent: int
    classes: int = 0


class Duelists:
    """Both networks and everything that changes with them: `taken` counts the generator's steps. Latent vectors are
    drawn from N(0, 1), the classes of made images evenly."""

    def __init__(
        self, networks: tuple[nn.Module, nn.Module], feed: Feed, duel: Duel, random: Generator, chance: Chance
    ) -> None:
        generator, critic = self.generator, self.critic = networks
        self.feed, self.duel, self.random, self.chance = feed, duel, random, chance
        generator.train()
        critic.train()
        self.mean = AveragedModel(generator, multi_avg_fn=get_ema_multi_avg_fn(duel.ema), use_buffers=True)
        betas = (duel.beta1, duel.beta2)
        self.optimizer = torch.optim.Adam(generator.parameters(), duel.lr, betas)
        self.critic_optimizer = torch.optim.Adam(critic.parameters(), duel.critic_lr, betas)
        self.taken = 0

    @property
    def steps(self) -> int:
        """Steps of the generator in all."""
        return self.duel.steps

    def latents(self, count: int) -> Tensor:
        """Latent vectors [count, D, 1, 1]."""
        shape = (count, self.chance.latent, 1, 1)
        return torch.randn(shape, generator=self.random, device=self.feed.device)

    def made(self) -> tuple[Tensor, ...]:
        """A batch of made images, and what the critic is told of them."""
        count = self.duel.batch
        told = drawn(self.chance.classes, count, self.random, self.feed.device)
        return self.generator(self.latents(count), *told), *told

    def step(self) -> tuple[float, float]:
        """One step of the generator, and those of the critic before it: the losses of critic and generator. DataError
        RS659 where one is no number."""
        left = 1 - self.taken / self.duel.steps
        for optimizer, rate in ((self.optimizer, self.duel.lr), (self.critic_optimizer, self.duel.critic_lr)):
            optimizer.param_groups[0]["lr"] = rate * left
        for _ in range(self.duel.critic_steps):
            critic_loss = self.step_of_critic()
        loss = -self.critic(*self.made()).mean()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.mean.update_parameters(self.generator)
        self.taken += 1
        losses = float(critic_loss.detach()), float(loss.detach())
        if not all(map(math.isfinite, losses)):
            named = f"critic {losses[0]}, generator {losses[1]}"
            raise DataError.of("RS659", f"the losses are no numbers in step {self.taken}: {named}", remedy="lower lr")
        return losses

    def step_of_critic(self) -> Tensor:
        """One step of the critic: its loss."""
        chosen = torch.randint(len(self.feed), (self.duel.batch,), generator=self.random, device=self.random.device)
        images, labels = next(self.feed.batches([chosen], 0))
        told = (labels.long(),) if self.chance.classes else ()
        with torch.no_grad():
            made = self.made()
        real, fake = self.critic(self.feed.normalised(images), *told), self.critic(*made)
        loss = functional.relu(1 - real).mean() + functional.relu(1 + fake).mean()
        self.critic_optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.critic_optimizer.step()
        return loss

    def parts(self) -> dict[str, Any]:
        """What has a state_dict."""
        return {
            "generator": self.generator,
            "critic": self.critic,
            "mean": self.mean,
            "optimizer": self.optimizer,
            "critic_optimizer": self.critic_optimizer,
        }

    def state(self) -> dict[str, Any]:
        """Everything, to go on from here with the same result."""
        found = {name: part.state_dict() for name, part in self.parts().items()}
        return found | {"taken": self.taken, "random": self.random.get_state()}

    def take_up(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        for name, part in self.parts().items():
            part.load_state_dict(state[name])
        self.taken = state["taken"]
        self.random.set_state(state["random"])


Watch = Callable[..., None]
"""Called after each step with the losses of critic and generator by name."""


def fight(duelists: Duelists, watch: Watch, state: dict[str, Any] | None = None) -> nn.Module:
    """Train both networks in place from a state (None: from the beginning): the running mean of the generator, in eval
    mode."""
    if state is not None:
        duelists.take_up(state)
    while duelists.taken < duelists.duel.steps:
        critic_loss, loss = duelists.step()
        watch(duelists, critic_loss=critic_loss, loss=loss)
    duelists.critic.eval()
    mean: nn.Module = duelists.mean.module
    return mean.eval()
