"""unet_resnet18: 14,331,109 parameters, 22,347,251,712 multiply-accumulates at
3x512x512.
"""

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

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        stride: int = 1,
        downsample: bool = False,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(
            in_channels, out_channels, 3, stride=stride, padding=1, bias=False
        )
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.act1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.downsample = (
            nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride=2, bias=False),
                nn.BatchNorm2d(out_channels),
            )
            if downsample
            else nn.Identity()
        )
        self.act2 = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y = self.act1(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y += self.downsample(x)
        return self.act2(y)


class UNetStep(nn.Module):
    """Enlarged, concatenated with a skip, two convolutions."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.act1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.act2 = nn.ReLU(inplace=True)

    def forward(self, x: Tensor, x1: Tensor) -> Tensor:
        x = torch.cat((F.interpolate(x, size=x1.shape[-2:], mode="nearest"), x1), 1)
        x = self.act1(self.bn1(self.conv1(x)))
        return self.act2(self.bn2(self.conv2(x)))


class UNetStep2(nn.Module):
    """Enlarged, concatenated with a skip, two convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(32, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.act1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(16, 16, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(16)
        self.act2 = nn.ReLU(inplace=True)

    def forward(self, x: Tensor, x1: Tensor) -> Tensor:
        x = F.interpolate(x, size=x1.shape[-2:], mode="nearest")
        x = self.act1(self.bn1(self.conv1(x)))
        return self.act2(self.bn2(self.conv2(x)))


class UNet(nn.ModuleList):
    """A way up in steps (arXiv:1505.04597): the map is enlarged to the next larger
    one of the body, concatenated with it, and goes through two 3x3 convolutions;
    a last step without a skip reaches the image's size.
    """

    def __init__(self) -> None:
        blocks = [
            UNetStep(768, 256),
            UNetStep(384, 128),
            UNetStep(192, 64),
            UNetStep(128, 32),
            UNetStep2(),
        ]
        super().__init__(blocks)

    def forward(
        self, x: Tensor, x1: Tensor, x2: Tensor, x3: Tensor, x4: Tensor, x5: Tensor
    ) -> Tensor:
        x = self[0](x, x1)
        x = self[1](x, x2)
        x = self[2](x, x3)
        x = self[3](x, x4)
        return self[4](x, x5)


class Segmentation(nn.Module):
    """A convolution to classes on the decoder's map, brought to the image's size;
    besides, where asked for, a small head on an earlier map that helps training
    (arXiv:1612.01105), and a linear layer that names what the image shows as a
    whole.
    """

    def __init__(self) -> None:
        super().__init__()
        self.classifier = nn.Conv2d(16, 21, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(x)


class UnetResnet18(nn.Module):
    """unet_resnet18: 14,331,109 parameters, 22,347,251,712 multiply-accumulates at
    3x512x512.
    """

    input_size = (3, 512, 512)
    mean = (0.485, 0.456, 0.406)
    std = (0.229, 0.224, 0.225)

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.act1 = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = Stage(*(BasicBlock(64, 64) for _ in range(2)))
        self.layer2 = Stage(
            BasicBlock(64, 128, stride=2, downsample=True), BasicBlock(128, 128)
        )
        self.layer3 = Stage(
            BasicBlock(128, 256, stride=2, downsample=True), BasicBlock(256, 256)
        )
        self.layer4 = Stage(
            BasicBlock(256, 512, stride=2, downsample=True), BasicBlock(512, 512)
        )
        self.decoder = UNet()
        self.heads = Segmentation()

    def forward(self, x: Tensor) -> Tensor:
        y = self.act1(self.bn1(self.conv1(x)))
        z = self.maxpool(y)
        z = self.layer1(z)
        u = self.layer2(z)
        v = self.layer3(u)
        w = self.layer4(v)
        w = self.decoder(w, v, u, z, y, x)
        return self.heads(w)

    def init_weights(self, generator: torch.Generator | None = None) -> None:
        """Fill every parameter and buffer."""
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(
                    m.weight, mode="fan_out", nonlinearity="relu", generator=generator
                )
                if m.bias is not None:
                    nn.init.zeros_(m.bias)
            elif isinstance(m, nn.BatchNorm2d):
                m.reset_running_stats()
                nn.init.ones_(m.weight)
                nn.init.zeros_(m.bias)

    def set_grad_checkpointing(self, enable: bool = True) -> None:
        """Keep only the input of each block for backward, and recompute the rest."""
        for m in self.modules():
            if isinstance(m, Stage):
                m.checkpointing = enable


def build(
    seed: int | None = None,
    device: torch.device | str = "cpu",
    dtype: torch.dtype | None = None,
) -> UnetResnet18:
    """The network on a device, every tensor allocated and filled once."""
    with torch.device("meta"):
        model = UnetResnet18()
    if dtype is not None:
        model.to(dtype)
    model.to_empty(device=device)
    generator = None
    if seed is not None:
        generator = torch.Generator(device).manual_seed(seed)
    model.init_weights(generator)
    return model
