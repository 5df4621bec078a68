"""A learner's state as plain data and tensors, to be kept and taken up again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor

from resspec.training.epoch import Epoch
from resspec.training.learner import Learner
from resspec.training.score import Score


def weights_of(learner: Learner) -> dict[str, Tensor]:
    """The network's tensors as one process would have them; every process takes part where they are shared out."""
    if not learner.engine.shard:
        return dict(learner.model.state_dict())
    from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict  # noqa: PLC0415

    options = StateDictOptions(full_state_dict=True, cpu_offload=True)
    return dict(get_model_state_dict(learner.model, options=options))  # type: ignore[arg-type]  # tensors all


def judged_weights(learner: Learner) -> dict[str, Tensor]:
    """The tensors that count in the end: the running mean where there is one."""
    return dict(learner.average.module.state_dict()) if learner.average is not None else weights_of(learner)


def state_of(learner: Learner) -> dict[str, Any]:
    """Everything but the weights. All processes take part."""
    random = torch.get_rng_state()
    device = learner.feed.device
    found: dict[str, Any] = {
        "epoch": learner.epoch,
        "step": learner.step,
        "loss": learner.ranks.gathered(learner.loss.reshape(1), device),
        "seconds": learner.seconds,
        "history": [asdict(epoch) for epoch in learner.history],
        "optimizer": optimizer_state(learner),
        "scaler": learner.scaler.state_dict(),
        "generator": learner.generator.get_state(),
        "before": learner.before,
        "random": learner.ranks.gathered(random, device),
    }
    if device.type == "cuda":
        found["cuda"] = learner.ranks.gathered(torch.cuda.get_rng_state(device), device)
    if learner.average is not None:
        found["average"] = learner.average.state_dict()
    return found


def optimizer_state(learner: Learner) -> dict[str, Any]:
    """The optimizer's state; gathered by name where it is shared out."""
    if not learner.engine.shard:
        return learner.optimizer.state_dict()
    from torch.distributed.checkpoint.state_dict import StateDictOptions, get_optimizer_state_dict  # noqa: PLC0415

    options = StateDictOptions(full_state_dict=True, cpu_offload=True)
    return dict(get_optimizer_state_dict(learner.model, learner.optimizer, options=options))


def take_up(learner: Learner, weights: dict[str, Tensor], state: dict[str, Any]) -> None:
    """Put a learner into a state that was kept. Another number of processes gives other random numbers."""
    restore_tensors(learner, weights, state["optimizer"])
    learner.epoch, learner.step, learner.seconds = state["epoch"], state["step"], state["seconds"]
    learner.history = tuple(epoch_of(row, learner.task.score) for row in state["history"])
    learner.scaler.load_state_dict(state["scaler"])
    learner.generator.set_state(state["generator"])
    learner.before = state["before"]
    if learner.average is not None:
        learner.average.load_state_dict(state["average"])
    same = len(state["random"]) == learner.ranks.of
    if same:
        torch.set_rng_state(state["random"][learner.ranks.rank])
        learner.loss = state["loss"][learner.ranks.rank].to(learner.feed.device).reshape(())
    elif learner.ranks.is_first:
        learner.loss = torch.stack(list(state["loss"])).sum().to(learner.feed.device)
    if same and "cuda" in state and learner.feed.device.type == "cuda":
        torch.cuda.set_rng_state(state["cuda"][learner.ranks.rank], learner.feed.device)


def restore_tensors(learner: Learner, weights: dict[str, Tensor], optimizer: dict[str, Any]) -> None:
    """Weights and the optimizer's state, shared out where they are."""
    if not learner.engine.shard:
        learner.model.load_state_dict(weights)
        learner.optimizer.load_state_dict(optimizer)
        return
    from torch.distributed.checkpoint.state_dict import (  # noqa: PLC0415  # takes time to import
        StateDictOptions,
        set_model_state_dict,
        set_optimizer_state_dict,
    )

    options = StateDictOptions(full_state_dict=True)
    set_model_state_dict(learner.model, dict(weights), options=options)
    set_optimizer_state_dict(learner.model, learner.optimizer, optimizer, options=options)


def epoch_of(row: dict[str, Any], kind: type[Score]) -> Epoch:
    """An epoch from its plain data."""
    held_out = row["validation"]
    return Epoch(**{**row, "validation": kind(**held_out) if held_out is not None else None})
