"""How a network is trained, as frozen data. Nothing here imports torch."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from resspec.record import Listed, Record, refusal
from resspec.training.plugin import plugin_field
from resspec.training.rules import Rule
from resspec.training.schedule import Schedule

Positive = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, lt=1)]
Area = Annotated[float, Field(gt=0, le=1)]


class Recipe(Record):
    """Optimizer, schedule, regularisation and augmentation of one training run."""

    epochs: Positive = 20
    """Passes over the training images."""
    batch: Annotated[int, Field(ge=2)] = 64
    """Images per step, over all processes together."""
    optimizer: Annotated[Rule, plugin_field(Rule)] = Field(default_factory=lambda: Rule.read("sgd-nesterov"))
    """The update rule."""
    lr: Annotated[float, Field(gt=0)] = 0.1
    """Peak learning rate."""
    weight_decay: Annotated[float, Field(ge=0)] = 5e-4
    """Pull towards zero."""
    decay: Literal["weights", "all"] = "weights"
    """What is pulled: weights of two or more axes, with norms and biases left free, or everything learned."""
    warmup: Annotated[float, Field(ge=0)] = 1.0
    """Epochs over which the learning rate rises from 0 to its peak."""
    schedule: Annotated[Schedule, plugin_field(Schedule)] = Field(default_factory=lambda: Schedule.read("cosine"))
    """How the rate falls behind the warm-up."""
    clip: Annotated[float, Field(gt=0)] | None = None
    """Largest Euclidean norm of all gradients together; longer ones are shortened to it."""
    loss: Literal["cross-entropy", "binary"] = "cross-entropy"
    """Cross-entropy over the classes, or a yes-or-no question for each class (arXiv:2110.00476)."""
    label_smoothing: Share = 0.0
    """Share of the target spread over all classes (arXiv:1512.00567)."""
    ema: Share = 0.0
    """Decay of a running mean of the weights, which then is what is judged and kept; 0 for none."""
    shift: Annotated[int, Field(ge=0)] = 0
    """Pixels by which an image may move each way, black moving in: a random crop of the padded image."""
    flip: bool = False
    """Whether half of the images are mirrored left to right."""
    cutout: Annotated[int, Field(ge=0)] = 0
    """Side of the black square that is laid anywhere on each image (arXiv:1708.04552); 0 for none."""
    mixup: Annotated[float, Field(ge=0)] = 0.0
    """alpha of Beta(alpha, alpha), the share in which two images are blended (arXiv:1710.09412); 0 for none."""
    cutmix: Annotated[float, Field(ge=0)] = 0.0
    """alpha of Beta(alpha, alpha), the share of an image that a box of another leaves (arXiv:1905.04899); 0 for
    none. With `mixup` too, half of the batches take each."""
    area: Annotated[tuple[Area, Area], Listed] = (0.08, 1.0)
    """For images that are read one by one: the least and largest share of an image that a crop for training covers
    (arXiv:1409.4842)."""
    side: Positive | None = None
    """For images that are read one by one: height and width of a crop for training; by default the network's input."""
    centre: Area = 0.875
    """For images that are read one by one: the part of the shorter side that is judged, from the middle."""

    @model_validator(mode="after")
    def _areas_in_order(self) -> Recipe:
        if self.area[0] > self.area[1]:
            raise refusal("area_order", f"the least area {self.area[0]} is above the largest, {self.area[1]}")
        return self

    def lr_at(self, step: int, steps_per_epoch: int) -> float:
        """Learning rate of a step, counted from 0: linear warm-up to `lr`, then what the schedule leaves of it."""
        total = self.epochs * steps_per_epoch
        rising = min(self.warmup * steps_per_epoch, total - 1)
        if step + 1 < rising:
            return self.lr * (step + 1) / rising
        return self.lr * self.schedule.share(max(0.0, step - rising) / (total - rising), step / total)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, defaults filled in; it reads back as the same recipe."""
        return self.model_dump(mode="json")
