"""preact_resnet164_cifar10: 1,703,258 parameters, 244,500,992 multiply-accumulates
at 3x32x32.
"""

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint


class Stage(nn.Sequential):
    """Blocks in a row; with `checkpointing`, backward recomputes each block."""

    checkpointing = False

    def forward(self, x: Tensor) -> Tensor:
        if not (self.checkpointing and torch.is_grad_enabled()):
            return super().forward(x)
        for block in self:
            x = checkpoint(block, x, use_reentrant=False)
        return x


class PreactBottleneck(nn.Module):
    """Norm and activation before each of 1x1, 3x3, 1x1, nothing after the addition
    (arXiv:1603.05027).
    """

    def __init__(
        self, in_channels: int, mid_channels: int, out_channels: int, stride: int = 1
    ) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.act1 = nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(in_channels, mid_channels, 1, stride=stride, bias=False)
        self.bn2 = nn.BatchNorm2d(mid_channels)
        self.act2 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(mid_channels, mid_channels, 3, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(mid_channels)
        self.act3 = nn.ReLU(inplace=True)
        self.conv3 = nn.Conv2d(mid_channels, out_channels, 1, bias=False)
        self.downsample = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.act1(self.bn1(x))
        y = self.act2(self.bn2(self.conv1(x)))
        y = self.act3(self.bn3(self.conv2(y)))
        y = self.conv3(y)
        y += self.downsample(x)
        return y


class PreactBottleneck2(nn.Module):
    """Norm and activation before each of 1x1, 3x3, 1x1, nothing after the addition
    (arXiv:1603.05027).
    """

    def __init__(self, in_channels: int, mid_channels: int) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.act1 = nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(in_channels, mid_channels, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(mid_channels)
        self.act2 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(mid_channels, mid_channels, 3, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(mid_channels)
        self.act3 = nn.ReLU(inplace=True)
        self.conv3 = nn.Conv2d(mid_channels, in_channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y = self.act1(self.bn1(x))
        y = self.act2(self.bn2(self.conv1(y)))
        y = self.act3(self.bn3(self.conv2(y)))
        y = self.conv3(y)
        y += x
        return y


class PreactResnet164Cifar10(nn.Module):
    """preact_resnet164_cifar10: 1,703,258 parameters, 244,500,992 multiply-
    accumulates at 3x32x32.
    """

    input_size = (3, 32, 32)
    mean = (0.485, 0.456, 0.406)
    std = (0.229, 0.224, 0.225)

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.layer1 = Stage(
            PreactBottleneck(16, 16, 64),
            *(PreactBottleneck2(64, 16) for _ in range(17)),
        )
        self.layer2 = Stage(
            PreactBottleneck(64, 32, 128, stride=2),
            *(PreactBottleneck2(128, 32) for _ in range(17)),
        )
        self.layer3 = Stage(
            PreactBottleneck(128, 64, 256, stride=2),
            *(PreactBottleneck2(256, 64) for _ in range(17)),
        )
        self.norm = nn.BatchNorm2d(256)
        self.act = nn.ReLU(inplace=True)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc: nn.Module = nn.Linear(256, 10)
        self.num_classes = 10
        self.num_features = 256

    def forward_features(self, x: Tensor) -> Tensor:
        """The last feature map, (N, C, H, W)."""
        x = self.conv1(x)
        x = self.layer1(x)
        x = self.layer2(x)
        return self.act(self.norm(self.layer3(x)))

    def forward_head(self, x: Tensor, pre_logits: bool = False) -> Tensor:
        """From the last feature map to the logits, or to what the classifier reads."""
        x = torch.flatten(self.avgpool(x), 1)
        return x if pre_logits else self.fc(x)

    def forward(self, x: Tensor) -> Tensor:
        return self.forward_head(self.forward_features(x))

    def reset_classifier(self, num_classes: int) -> None:
        """Put a fresh classifier in place; 0 leaves the pooled features."""
        self.num_classes = num_classes
        like = next(self.parameters())
        self.fc = (
            nn.Linear(256, num_classes, device=like.device, dtype=like.dtype)
            if num_classes
            else nn.Identity()
        )

    def init_weights(self, generator: torch.Generator | None = None) -> None:
        """Fill every parameter and buffer."""
        for m in self.modules():
            if isinstance(m, nn.BatchNorm2d):
                m.reset_running_stats()
                nn.init.ones_(m.weight)
                nn.init.zeros_(m.bias)
            elif isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(
                    m.weight, mode="fan_out", nonlinearity="relu", generator=generator
                )
            elif isinstance(m, nn.Linear):
                nn.init.uniform_(
                    m.weight,
                    -(m.in_features**-0.5),
                    m.in_features**-0.5,
                    generator=generator,
                )
                nn.init.uniform_(
                    m.bias,
                    -(m.in_features**-0.5),
                    m.in_features**-0.5,
                    generator=generator,
                )

    def set_grad_checkpointing(self, enable: bool = True) -> None:
        """Keep only the input of each block for backward, and recompute the rest."""
        for m in self.modules():
            if isinstance(m, Stage):
                m.checkpointing = enable


def build(
    seed: int | None = None,
    device: torch.device | str = "cpu",
    dtype: torch.dtype | None = None,
) -> PreactResnet164Cifar10:
    """The network on a device, every tensor allocated and filled once."""
    with torch.device("meta"):
        model = PreactResnet164Cifar10()
    if dtype is not None:
        model.to(dtype)
    model.to_empty(device=device)
    generator = None
    if seed is not None:
        generator = torch.Generator(device).manual_seed(seed)
    model.init_weights(generator)
    return model
