"""How the steps of a training are run, as frozen data: nothing here says what a network should learn."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from resspec.record import Record


class Engine(Record):
    """Number formats, compilation and the share of several processes."""

    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    """What convolutions and products are computed in; sums stay in fp32, and fp16 scales its gradients."""
    compile: Literal["default", "reduce-overhead", "max-autotune"] | None = None
    """torch.compile's mode, or none; `reduce-overhead` replays steps as CUDA graphs."""
    channels_last: bool | None = None
    """Whether the channels of a pixel lie side by side in memory; by default on GPUs alone. On CPUs it gains nothing
    for small networks, and oneDNN's weight gradient of strided 1x1 convolutions then overruns memory (torch 2.13.0 on
    an AMD EPYC)."""
    accumulate: Annotated[int, Field(ge=1)] = 1
    """Parts that a process computes its share of a batch in, one after another, to need less memory."""
    sync_bn: bool = False
    """Whether batch norm takes its statistics over all processes; on GPUs."""
    shard: bool = False
    """Whether weights, gradients and optimizer state are shared out among the processes block by block (FSDP2)."""
    workers: Annotated[int, Field(ge=0)] = 4
    """Processes that decode images, for data sets that are read one by one."""

    def layout(self, device: str) -> bool:
        """Whether tensors on a type of device are channels-last."""
        return device != "cpu" if self.channels_last is None else self.channels_last


PLAIN = Engine()
