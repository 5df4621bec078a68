"""resspec's networks as backbones of others: timm's `features_only` and torchvision's detection, run for real.

    python benchmarks/backbones.py

Compares feature maps, channels and strides with timm's own `features_only` network of the same weights, and trains one
step of torchvision's RetinaNet and Faster R-CNN on a resspec backbone. Needs torchvision and timm, which resspec itself
does not.
"""

from __future__ import annotations

import re
from collections import OrderedDict

import timm
import torch
from torch import Tensor, nn
from torchvision.models.detection import FasterRCNN, RetinaNet
from torchvision.ops.feature_pyramid_network import FeaturePyramidNetwork, LastLevelMaxPool

import resspec

NAMES = ("resnet18", "resnet50d", "seresnext50_32x4d", "resnetv2_50", "regnety_004")
STAGES = (1, 2, 3, 4)


class FeaturesOnly(nn.Module):
    """A resspec network with timm's interface: a list of maps, and `feature_info` with channels and reductions."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.body = resspec.build(name, seed=0, features=STAGES)
        maps = resspec.features(name)[1 : 1 + len(STAGES)]  # the first is the stem
        self.feature_info = [{"num_chs": found.channels, "reduction": found.stride} for found in maps]

    def forward(self, x: Tensor) -> list[Tensor]:
        """The maps of the stages."""
        return list(self.body(x).values())


class Pyramid(nn.Module):
    """A resspec network and torchvision's feature pyramid, as torchvision's detectors want their backbone."""

    def __init__(self, name: str, out_channels: int = 64) -> None:
        super().__init__()
        self.body = FeaturesOnly(name)
        widths = [info["num_chs"] for info in self.body.feature_info]
        self.fpn = FeaturePyramidNetwork(widths, out_channels, extra_blocks=LastLevelMaxPool())
        self.out_channels = out_channels

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Maps by name."""
        maps = OrderedDict((str(place), found) for place, found in enumerate(self.body(x)))
        return dict(self.fpn(maps))


def beside_timm(name: str) -> None:
    """Print how our maps differ from timm's under the same weights."""
    ours = FeaturesOnly(name).eval()
    whole = timm.create_model(name).eval()
    resspec.load_weights(full := resspec.build(name, seed=0), whole.state_dict())
    ours.body.load_state_dict({key: full.state_dict()[key] for key in ours.body.state_dict()})
    theirs = timm.create_model(name, features_only=True, out_indices=STAGES).eval()
    state = whole.state_dict()
    theirs.load_state_dict({key: state[re.sub(r"^(stages|stem)_", r"\1.", key)] for key in theirs.state_dict()})
    x = torch.randn(2, 3, 160, 160, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        pairs = list(zip(ours(x), theirs(x), strict=True))
    info = [
        (entry["num_chs"], entry["reduction"]) for entry in theirs.feature_info.get_dicts(keys=["num_chs", "reduction"])
    ]
    told = [(entry["num_chs"], entry["reduction"]) for entry in ours.feature_info]
    same = all(a.shape == b.shape for a, b in pairs)
    worst = max(float((a - b).abs().max()) for a, b in pairs) if same else float("nan")
    print(f"{name:<20} channels and strides {'equal' if told == info else (told, info)}, maps differ by {worst:.1e}")


def trained(title: str, detector: nn.Module) -> None:
    """Print the losses of one training step, and the detections in eval mode."""
    images = [torch.rand(3, 128, 160), torch.rand(3, 128, 128)]
    boxes = torch.tensor([[10.0, 12.0, 60.0, 80.0]])
    targets = [{"boxes": boxes, "labels": torch.tensor([1])} for _ in images]
    losses = detector(images, targets)
    sum(losses.values()).backward()
    reached = all(parameter.grad is not None for parameter in detector.parameters() if parameter.requires_grad)
    found = detector.eval()(images)
    values = [round(float(loss.detach()), 3) for loss in losses.values()]
    print(f"{title:<20} losses {values}, gradients everywhere: {reached}, "
          f"answers with {sorted(found[0])}")  # fmt: skip


def main() -> None:
    """Both."""
    torch.manual_seed(0)
    for name in NAMES:
        beside_timm(name)
    trained("RetinaNet", RetinaNet(Pyramid("resnet18"), num_classes=3, min_size=128, max_size=160))
    trained("Faster R-CNN", FasterRCNN(Pyramid("resnet50"), num_classes=3, min_size=128, max_size=160))


if __name__ == "__main__":
    main()
