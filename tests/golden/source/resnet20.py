"""resnet20: 269,722 parameters, 40,551,040 multiply-accumulates at 3x32x32."""

import torch
import torch.nn.functional as F
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


class BasicBlock(nn.Module):
    """Two 3x3 convolutions, activation after the addition (arXiv:1512.03385, figure
    5 left).
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, in_channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.act1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(in_channels, in_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(in_channels)
        self.act2 = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y = self.act1(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y += x
        return self.act2(y)


class BasicBlock2(nn.Module):
    """Two 3x3 convolutions, activation after the addition (arXiv:1512.03385, figure
    5 left).
    """

    def __init__(self, in_channels: int, out_channels: int, pad_before: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(
            in_channels, out_channels, 3, stride=2, padding=1, bias=False
        )
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.act1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.pad_before = pad_before
        self.act2 = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y = self.act1(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y += F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.pad_before, self.pad_before))
        return self.act2(y)


class Resnet20(nn.Module):
    """resnet20: 269,722 parameters, 40,551,040 multiply-accumulates at 3x32x32."""

    input_size = (3, 32, 32)
    mean = (0.485, 0.456, 0.406)
    std = (0.229, 0.224, 0.225)

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.act1 = nn.ReLU(inplace=True)
        self.layer1 = Stage(*(BasicBlock(16) for _ in range(3)))
        self.layer2 = Stage(
            BasicBlock2(16, 32, pad_before=8),
            *(BasicBlock(32) for _ in range(2)),
        )
        self.layer3 = Stage(
            BasicBlock2(32, 64, pad_before=16),
            *(BasicBlock(64) for _ in range(2)),
        )
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc: nn.Module = nn.Linear(64, 10)
        self.num_classes = 10
        self.num_features = 64

    def forward_features(self, x: Tensor) -> Tensor:
        """The last feature map, (N, C, H, W)."""
        x = self.act1(self.bn1(self.conv1(x)))
        x = self.layer1(x)
        x = self.layer2(x)
        return self.layer3(x)

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
            nn.Linear(64, num_classes, device=like.device, dtype=like.dtype)
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
) -> Resnet20:
    """The network on a device, every tensor allocated and filled once."""
    with torch.device("meta"):
        model = Resnet20()
    if dtype is not None:
        model.to(dtype)
    model.to_empty(device=device)
    generator = None
    if seed is not None:
        generator = torch.Generator(device).manual_seed(seed)
    model.init_weights(generator)
    return model
