"""ResNet-18 and ResNet-50 as one writes them by hand: the yardstick for the speed of emitted modules.

The operations are those of the shipped specs, in-place activations included.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Basic(nn.Module):
    """3x3, 3x3 (arXiv:1512.03385, figure 5 left)."""

    expansion = 1

    def __init__(self, c_in: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = shortcut(c_in, width, stride)

    def forward(self, x: Tensor) -> Tensor:
        """ReLU(F(x) + x)."""
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y += x if self.downsample is None else self.downsample(x)
        return self.relu(y)  # type: ignore[no-any-return]  # modules are untyped when called


class Bottleneck(nn.Module):
    """1x1, 3x3 with the stride, 1x1 (figure 5 right)."""

    expansion = 4

    def __init__(self, c_in: int, width: int, stride: int) -> None:
        super().__init__()
        c_out = width * self.expansion
        self.conv1 = nn.Conv2d(c_in, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, c_out, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = shortcut(c_in, c_out, stride)

    def forward(self, x: Tensor) -> Tensor:
        """ReLU(F(x) + x)."""
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        y += x if self.downsample is None else self.downsample(x)
        return self.relu(y)  # type: ignore[no-any-return]  # modules are untyped when called


def shortcut(c_in: int, c_out: int, stride: int) -> nn.Module | None:
    """A projection where the shape changes."""
    if c_in == c_out and stride == 1:
        return None
    return nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride, bias=False), nn.BatchNorm2d(c_out))


class ResNet(nn.Module):
    """Stem, four stages, global average pooling, linear classifier."""

    def __init__(self, block: type[Basic | Bottleneck], depths: tuple[int, ...]) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        c_in = 64
        stages = []
        for i, depth in enumerate(depths):
            width = 64 * 2**i
            blocks = [block(c_in, width, 1 if i == 0 else 2)]
            c_in = width * block.expansion
            stages.append(nn.Sequential(*blocks, *(block(c_in, width, 1) for _ in range(depth - 1))))
        self.layer1, self.layer2, self.layer3, self.layer4 = stages
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(c_in, 1000)

    def forward(self, x: Tensor) -> Tensor:
        """Logits."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))  # type: ignore[no-any-return]  # modules are untyped when called


def resnet18() -> ResNet:
    """As the shipped spec `resnet18`."""
    return ResNet(Basic, (2, 2, 2, 2))


def resnet50() -> ResNet:
    """As the shipped spec `resnet50`."""
    return ResNet(Bottleneck, (3, 4, 6, 3))
