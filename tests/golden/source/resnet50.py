"""resnet50: 25,557,032 parameters, 4,089,184,256 multiply-accumulates at 3x224x224."""

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


class Bottleneck(nn.Module):
    """1x1 down, 3x3, 1x1 up, activation after the addition (arXiv:1512.03385, figure
    5 right).
    """

    def __init__(
        self,
        in_channels: int,
        mid_channels: int,
        out_channels: int,
        stride: int = 1,
        downsample: bool = False,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, mid_channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(mid_channels)
        self.act1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(
            mid_channels, mid_channels, 3, stride=stride, padding=1, bias=False
        )
        self.bn2 = nn.BatchNorm2d(mid_channels)
        self.act2 = nn.ReLU(inplace=True)
        self.conv3 = nn.Conv2d(mid_channels, out_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out_channels)
        self.downsample = (
            nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False),
                nn.BatchNorm2d(out_channels),
            )
            if downsample
            else nn.Identity()
        )
        self.act3 = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y = self.act1(self.bn1(self.conv1(x)))
        y = self.act2(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        y += self.downsample(x)
        return self.act3(y)


class Resnet50(nn.Module):
    """resnet50: 25,557,032 parameters, 4,089,184,256 multiply-accumulates at
    3x224x224.
    """

    input_size = (3, 224, 224)
    mean = (0.485, 0.456, 0.406)
    std = (0.229, 0.224, 0.225)

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.act1 = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = Stage(
            Bottleneck(64, 64, 256, downsample=True),
            *(Bottleneck(256, 64, 256) for _ in range(2)),
        )
        self.layer2 = Stage(
            Bottleneck(256, 128, 512, stride=2, downsample=True),
            *(Bottleneck(512, 128, 512) for _ in range(3)),
        )
        self.layer3 = Stage(
            Bottleneck(512, 256, 1024, stride=2, downsample=True),
            *(Bottleneck(1024, 256, 1024) for _ in range(5)),
        )
        self.layer4 = Stage(
            Bottleneck(1024, 512, 2048, stride=2, downsample=True),
            *(Bottleneck(2048, 512, 2048) for _ in range(2)),
        )
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc: nn.Module = nn.Linear(2048, 1000)
        self.num_classes = 1000
        self.num_features = 2048

    def forward_features(self, x: Tensor) -> Tensor:
        """The last feature map, (N, C, H, W)."""
        x = self.maxpool(self.act1(self.bn1(self.conv1(x))))
        x = self.layer1(x)
        x = self.layer2(x)
        x = self.layer3(x)
        return self.layer4(x)

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
            nn.Linear(2048, num_classes, device=like.device, dtype=like.dtype)
            if num_classes
            else nn.Identity()
        )

    def init_weights(self, generator: torch.Generator | None = None) -> None:
        """Fill every parameter and buffer."""
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(
                    m.weight, mode="fan_out", nonlinearity="relu", generator=generator
                )
            elif isinstance(m, nn.BatchNorm2d):
                m.reset_running_stats()
                nn.init.ones_(m.weight)
                nn.init.zeros_(m.bias)
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
) -> Resnet50:
    """The network on a device, every tensor allocated and filled once."""
    with torch.device("meta"):
        model = Resnet50()
    if dtype is not None:
        model.to(dtype)
    model.to_empty(device=device)
    generator = None
    if seed is not None:
        generator = torch.Generator(device).manual_seed(seed)
    model.init_weights(generator)
    return model
