"""Timing a network: forward passes and training steps of its forms, in turn, so that all meet the same weather."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import nn
from torch.utils._pytree import tree_leaves

from resspec.errors import ResspecError, did_you_mean
from resspec.ir import Graph
from resspec.timing.calibration import given
from resspec.timing.device import device_name, pinned, wait
from resspec.timing.forms import CHANNELS_LAST, FORMS, INFERENCE_ONLY, eager_module
from resspec.timing.setting import Setting
from resspec.timing.spread import Spread
from resspec.training.onednn import guarded

FORWARD: Final = "forward"
STEP: Final = "training step"
WARM_UP: Final = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One form doing one job."""

    form: str
    job: str
    spread: Spread

    def to_dict(self) -> dict[str, Any]:
        """Plain data: seconds."""
        return {"form": self.form, "job": self.job, **self.spread.to_dict()}


@dataclass(frozen=True, slots=True)
class Bench:
    """What was measured of a network, on what, and with which torch."""

    name: str
    fingerprint: str
    device: str
    torch: str
    setting: Setting
    rows: tuple[Row, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        head = {"name": self.name, "fingerprint": self.fingerprint, "device": self.device, "torch": self.torch}
        return {**head, "setting": self.setting.to_dict(), "rows": [row.to_dict() for row in self.rows]}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Bench:
        """The measurement of plain data; KeyError, TypeError or ValueError where it is none."""
        rows = tuple(
            Row(row["form"], row["job"], Spread(*(row[key] for key in ("median", "low", "high", "rounds"))))
            for row in data["rows"]
        )
        name, fingerprint, device, made = (data[key] for key in ("name", "fingerprint", "device", "torch"))
        return cls(name, fingerprint, device, made, Setting(**data["setting"]), rows)


def bench(graph: Graph, setting: Setting, forms: Sequence[str], rounds: int, *, training: bool = False) -> Bench:
    """Time the forms of a network; a round runs each once, after a warm-up. ResspecError for a form that is not known
    or that this machine cannot make."""
    for form in forms:
        if form not in FORMS:
            raise ResspecError.of("RS721", f"there is no form {form!r}", remedy=did_you_mean(form, FORMS))
    with pinned(setting.threads):
        jobs = _jobs(graph, setting, forms, training=training)
        times: dict[tuple[str, str], list[float]] = {key: [] for key in jobs}
        for turn in range(-WARM_UP, rounds):
            for key, job in jobs.items():
                taken = _seconds(key[0], job, torch.device(setting.device))
                if turn >= 0:
                    times[key].append(taken)
    rows = tuple(Row(form, job, Spread.of(found)) for (form, job), found in times.items())
    named = device_name(torch.device(setting.device))
    return Bench(graph.facts.name, graph.fingerprint, named, torch.__version__, setting, rows)


Job = Callable[[], object]


def _jobs(graph: Graph, setting: Setting, forms: Sequence[str], *, training: bool) -> dict[tuple[str, str], Job]:
    """What is timed, by form and name."""
    device, found = torch.device(setting.device), dict[tuple[str, str], Job]()
    for form in forms:
        x = given(graph, setting)
        if form == CHANNELS_LAST:
            x = (x[0].contiguous(memory_format=torch.channels_last), *x[1:])
        model = FORMS[form](graph, eager_module(graph, device, setting.dtype).eval())
        found[form, FORWARD] = Forward(model, x)
        if training and form not in INFERENCE_ONLY:
            again = FORMS[form](graph, eager_module(graph, device, setting.dtype).train())
            found[form, STEP] = TrainingStep.of(again, x)
    return found


@dataclass(frozen=True)
class Forward:
    """A forward pass in eval mode without autograd."""

    model: nn.Module
    x: tuple[torch.Tensor, ...]

    def __call__(self) -> object:
        """Run it once."""
        with torch.inference_mode():
            return self.model(*self.x)


@dataclass(frozen=True)
class TrainingStep:
    """Forward in train mode, the mean of the squares of every output as a loss, backward, and SGD with momentum."""

    model: nn.Module
    x: tuple[torch.Tensor, ...]
    optimizer: torch.optim.Optimizer

    @classmethod
    def of(cls, model: nn.Module, x: tuple[torch.Tensor, ...]) -> TrainingStep:
        """With a rate so small that nothing diverges."""
        return cls(model, x, torch.optim.SGD(model.parameters(), lr=1e-6, momentum=0.9))

    def __call__(self) -> object:
        """Run it once."""
        with guarded(self.model, self.x[0].device):
            self.optimizer.zero_grad()
            outputs = tree_leaves(self.model(*self.x))
            torch.stack([output.float().square().mean() for output in outputs]).sum().backward()
            self.optimizer.step()
        return None


def _seconds(form: str, job: Job, device: torch.device) -> float:
    """The wall time of one run, the device idle before and after."""
    try:
        wait(device)
        start = time.perf_counter()
        job()
        wait(device)
    except (RuntimeError, ValueError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ResspecError.of("RS722", f"the {form} form does not run here: {reason}") from error
    return time.perf_counter() - start
