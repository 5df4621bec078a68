"""fcos_resnet50_fpn: 32,322,720 parameters, 128,207,052,800 multiply-accumulates at
3x800x800.
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


class ClsHead(nn.Module):
    """3x3 convolutions in a row, each with norm and activation, and predictions
    behind them, over all levels.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv0 = nn.Conv2d(256, 256, 3, padding=1)
        self.bn0 = nn.GroupNorm(32, 256)
        self.act0 = nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(256, 256, 3, padding=1)
        self.bn1 = nn.GroupNorm(32, 256)
        self.act1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(256, 256, 3, padding=1)
        self.bn2 = nn.GroupNorm(32, 256)
        self.act2 = nn.ReLU(inplace=True)
        self.conv3 = nn.Conv2d(256, 256, 3, padding=1)
        self.bn3 = nn.GroupNorm(32, 256)
        self.act3 = nn.ReLU(inplace=True)
        self.cls_logits = nn.Conv2d(256, 91, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.act0(self.bn0(self.conv0(x)))
        x = self.act1(self.bn1(self.conv1(x)))
        x = self.act2(self.bn2(self.conv2(x)))
        x = self.act3(self.bn3(self.conv3(x)))
        return self.cls_logits(x)


class BoxHead(nn.Module):
    """3x3 convolutions in a row, each with norm and activation, and predictions
    behind them, over all levels.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv0 = nn.Conv2d(256, 256, 3, padding=1)
        self.bn0 = nn.GroupNorm(32, 256)
        self.act0 = nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(256, 256, 3, padding=1)
        self.bn1 = nn.GroupNorm(32, 256)
        self.act1 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(256, 256, 3, padding=1)
        self.bn2 = nn.GroupNorm(32, 256)
        self.act2 = nn.ReLU(inplace=True)
        self.conv3 = nn.Conv2d(256, 256, 3, padding=1)
        self.bn3 = nn.GroupNorm(32, 256)
        self.act3 = nn.ReLU(inplace=True)
        self.bbox_reg = nn.Conv2d(256, 4, 3, padding=1)
        self.bbox_act = nn.ReLU(inplace=True)
        self.bbox_ctrness = nn.Conv2d(256, 1, 3, padding=1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.act0(self.bn0(self.conv0(x)))
        x = self.act1(self.bn1(self.conv1(x)))
        x = self.act2(self.bn2(self.conv2(x)))
        x = self.act3(self.bn3(self.conv3(x)))
        y = self.bbox_act(self.bbox_reg(x))
        return y, self.bbox_ctrness(x)


class FeaturePyramid(nn.Module):
    """A feature pyramid (arXiv:1612.03144): a 1x1 convolution on each map, the map
    from above enlarged and added, a 3x3 convolution on each sum, without
    activation. A level's number is log2 of its stride in a body that halves its
    map five times.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lateral2 = nn.Conv2d(2048, 256, 1)
        self.output2 = nn.Conv2d(256, 256, 3, padding=1)
        self.lateral1 = nn.Conv2d(1024, 256, 1)
        self.output1 = nn.Conv2d(256, 256, 3, padding=1)
        self.lateral0 = nn.Conv2d(512, 256, 1)
        self.output0 = nn.Conv2d(256, 256, 3, padding=1)
        self.p6 = nn.Conv2d(256, 256, 3, stride=2, padding=1)
        self.p6_act = nn.ReLU()
        self.p7 = nn.Conv2d(256, 256, 3, stride=2, padding=1)

    def forward(
        self, x: Tensor, x1: Tensor, x2: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        x = self.lateral2(x)
        y = self.output2(x)
        x1 = self.lateral1(x1)
        x1 = x1 + F.interpolate(x, size=x1.shape[-2:], mode="nearest")
        z = self.output1(x1)
        x2 = self.lateral0(x2)
        x2 = x2 + F.interpolate(x1, size=x2.shape[-2:], mode="nearest")
        x2 = self.output0(x2)
        u = self.p6(y)
        v = self.p6_act(u)
        return y, z, x2, u, self.p7(v)


class FCOS(nn.Module):
    """Two towers of 3x3 convolutions over all levels of a neck; each place predicts
    classes, its distances to the four sides of its box, and how central it lies
    in it (arXiv:1904.01355).
    """

    def __init__(self) -> None:
        super().__init__()
        self.cls = ClsHead()
        self.box = BoxHead()

    def forward(
        self, x: Tensor, x1: Tensor, x2: Tensor, x3: Tensor, x4: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        y = self.cls(x)
        x, z = self.box(x)
        u = self.cls(x1)
        x1, v = self.box(x1)
        w = self.cls(x2)
        x2, s = self.box(x2)
        t = self.cls(x3)
        x3, a = self.box(x3)
        b = self.cls(x4)
        x4, c = self.box(x4)
        y = y.unflatten(1, (-1, 91)).permute(0, 3, 4, 1, 2).flatten(1, 3)
        u = u.unflatten(1, (-1, 91)).permute(0, 3, 4, 1, 2).flatten(1, 3)
        w = w.unflatten(1, (-1, 91)).permute(0, 3, 4, 1, 2).flatten(1, 3)
        t = t.unflatten(1, (-1, 91)).permute(0, 3, 4, 1, 2).flatten(1, 3)
        b = b.unflatten(1, (-1, 91)).permute(0, 3, 4, 1, 2).flatten(1, 3)
        y = torch.cat((y, u, w, t, b), 1)
        x = x.unflatten(1, (-1, 4)).permute(0, 3, 4, 1, 2).flatten(1, 3)
        x1 = x1.unflatten(1, (-1, 4)).permute(0, 3, 4, 1, 2).flatten(1, 3)
        x2 = x2.unflatten(1, (-1, 4)).permute(0, 3, 4, 1, 2).flatten(1, 3)
        x3 = x3.unflatten(1, (-1, 4)).permute(0, 3, 4, 1, 2).flatten(1, 3)
        x4 = x4.unflatten(1, (-1, 4)).permute(0, 3, 4, 1, 2).flatten(1, 3)
        x = torch.cat((x, x1, x2, x3, x4), 1)
        z = z.unflatten(1, (-1, 1)).permute(0, 3, 4, 1, 2).flatten(1, 3)
        v = v.unflatten(1, (-1, 1)).permute(0, 3, 4, 1, 2).flatten(1, 3)
        s = s.unflatten(1, (-1, 1)).permute(0, 3, 4, 1, 2).flatten(1, 3)
        a = a.unflatten(1, (-1, 1)).permute(0, 3, 4, 1, 2).flatten(1, 3)
        c = c.unflatten(1, (-1, 1)).permute(0, 3, 4, 1, 2).flatten(1, 3)
        return y, x, torch.cat((z, v, s, a, c), 1)


class FcosResnet50Fpn(nn.Module):
    """fcos_resnet50_fpn: 32,322,720 parameters, 128,207,052,800 multiply-accumulates
    at 3x800x800.
    """

    input_size = (3, 800, 800)
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
        self.neck = FeaturePyramid()
        self.heads = FCOS()

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        x = self.maxpool(self.act1(self.bn1(self.conv1(x))))
        x = self.layer1(x)
        x = self.layer2(x)
        y = self.layer3(x)
        z = self.layer4(y)
        z, y, u, v, w = self.neck(z, y, x)
        u, y, z = self.heads(u, y, z, v, w)
        return {
            "cls_logits": u,
            "bbox_regression": y,
            "bbox_ctrness": z,
        }

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
            elif isinstance(m, nn.GroupNorm):
                nn.init.ones_(m.weight)
                nn.init.zeros_(m.bias)
        for m in self.modules():
            if isinstance(m, ClsHead):
                nn.init.normal_(m.cls_logits.weight, std=0.01, generator=generator)
                if m.cls_logits.bias is not None:
                    nn.init.constant_(m.cls_logits.bias, -4.5951)
            elif isinstance(m, BoxHead):
                nn.init.normal_(m.bbox_reg.weight, std=0.01, generator=generator)
                nn.init.normal_(m.bbox_ctrness.weight, std=0.01, generator=generator)
                if m.bbox_reg.bias is not None:
                    nn.init.constant_(m.bbox_reg.bias, 1.0)

    def set_grad_checkpointing(self, enable: bool = True) -> None:
        """Keep only the input of each block for backward, and recompute the rest."""
        for m in self.modules():
            if isinstance(m, Stage):
                m.checkpointing = enable


def build(
    seed: int | None = None,
    device: torch.device | str = "cpu",
    dtype: torch.dtype | None = None,
) -> FcosResnet50Fpn:
    """The network on a device, every tensor allocated and filled once."""
    with torch.device("meta"):
        model = FcosResnet50Fpn()
    if dtype is not None:
        model.to(dtype)
    model.to_empty(device=device)
    generator = None
    if seed is not None:
        generator = torch.Generator(device).manual_seed(seed)
    model.init_weights(generator)
    return model
