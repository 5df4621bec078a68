"""maskrcnn_resnet50_fpn_v2: 46,359,409 parameters, 812,437,033,472 multiply-
accumulates at 3x800x800.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint


class RoIAlign(nn.Module):
    """The maps that boxes (N, R, 4) cut out of a pyramid's levels (N, C, H, W), each out
    of the level that suits its size: (N R, C, size, size). A level's number is log2 of
    its stride, `first` the largest's.
    """

    def __init__(self, first: int, size: int, samples: int) -> None:
        super().__init__()
        self.first = first
        self.size = size
        self.samples = samples

    def forward(self, *given: Tensor) -> Tensor:
        *levels, boxes = given
        edges = boxes.float()
        sides = (edges[..., 2:] - edges[..., :2]).clamp(min=0)
        octave = torch.floor(4 + torch.log2(sides.prod(-1).sqrt() / 224) + 1e-6)
        level = (octave - self.first).clamp(0, len(levels) - 1)
        edges = edges * torch.exp2(-self.first - level)[..., None]
        heights, widths = [x.shape[2] for x in levels], [x.shape[3] for x in levels]
        sizes = [height * width for height, width in zip(heights, widths, strict=True)]
        starts = [sum(sizes[:place]) for place in range(len(sizes))]
        width = chosen(widths, level)
        down, down_share = self.along(edges[..., 1::2], chosen(heights, level))
        across, across_share = self.along(edges[..., ::2], width)
        start = torch.arange(boxes.shape[0], device=boxes.device)[:, None] * sum(sizes)
        start = start + chosen(starts, level)
        down = start[..., None, None] + down * width[..., None, None]
        index = down[..., :, None, :, None] + across[..., None, :, None, :]
        share = down_share[..., :, None, :, None] * across_share[..., None, :, None, :]
        pixels = torch.cat([x.flatten(2).mT for x in levels], 1).flatten(0, 1)
        pixels = pixels.to(torch.promote_types(pixels.dtype, boxes.dtype))
        share = share.flatten(0, 3).flatten(1).to(pixels.dtype)
        index = index.flatten(0, 3).flatten(1)
        x = blended(pixels, index, share)
        x = x.unflatten(0, (-1, self.size, self.size))
        return x.permute(0, 3, 1, 2).contiguous()

    def along(self, ends: Tensor, length: Tensor) -> tuple[Tensor, Tensor]:
        """The two pixels next to each sample of each cell along an axis (N, R, size,
        2 samples), and their shares; samples further out than a pixel have none.
        """
        count = self.size * self.samples
        step = (ends[..., 1] - ends[..., 0]).clamp(min=1) / count
        steps = torch.arange(count, device=ends.device) + 0.5
        at = ends[..., :1] + steps * step[..., None]
        length = length[..., None]
        inside = (at >= -1) & (at <= length)
        at = at.clamp(min=0).minimum(length - 1)
        low = at.floor()
        share = at - low
        pixels = torch.stack([low, (low + 1).minimum(length - 1)], -1).long()
        shares = torch.stack([1 - share, share], -1) * inside[..., None] / self.samples
        cells = (self.size, 2 * self.samples)
        return (
            pixels.flatten(-2).unflatten(-1, cells),
            shares.flatten(-2).unflatten(-1, cells),
        )

    def extra_repr(self) -> str:
        return f"first={self.first}, size={self.size}, samples={self.samples}"


def chosen(numbers: list[int], level: Tensor) -> Tensor:
    """For each box the number of its level."""
    places = [number * (level == place) for place, number in enumerate(numbers)]
    return torch.stack(places).sum(0)


def blended(pixels: Tensor, index: Tensor, share: Tensor) -> Tensor:
    """Sums of pixels (P, C) by their shares: of the places (cells, k), (cells, C)."""
    if torch.onnx.is_in_onnx_export():  # it would write a loop over the cells
        parts = zip(index.unbind(1), share.unbind(1), strict=True)
        first, *others = [pixels[at] * part[:, None] for at, part in parts]
        return sum(others, first)
    return F.embedding_bag(index, pixels, mode="sum", per_sample_weights=share)


class FlattenWhole(nn.Module):
    """All values of a map of one size as a vector."""

    def __init__(self, channels: int, height: int, width: int) -> None:
        super().__init__()
        self.shape = (channels, height, width)

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[1:] != self.shape:
            made, got = self.shape, tuple(x.shape[1:])
            raise ValueError(f"the head is made for maps of {made}, got {got}")
        return torch.flatten(x, 1)

    def extra_repr(self) -> str:
        return str(self.shape)


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


class RpnHead(nn.Module):
    """3x3 convolutions in a row, each with norm and activation, and predictions
    behind them, over all levels.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv0 = nn.Conv2d(256, 256, 3, padding=1)
        self.act0 = nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(256, 256, 3, padding=1)
        self.act1 = nn.ReLU(inplace=True)
        self.cls_logits = nn.Conv2d(256, 3, 1)
        self.bbox_pred = nn.Conv2d(256, 12, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.act0(self.conv0(x))
        x = self.act1(self.conv1(x))
        y = self.cls_logits(x)
        return y, self.bbox_pred(x)


class RegionBoxes(nn.Module):
    """Linear layers on all values of a region's map, behind convolutions where there
    are any, then its class and a box for each class (Faster R-CNN,
    arXiv:1506.01497; with convolutions arXiv:2111.11429).
    """

    def __init__(self) -> None:
        super().__init__()
        self.pool = RoIAlign(2, 7, 2)
        self.conv0 = nn.Conv2d(256, 256, 3, padding=1, bias=False)
        self.bn0 = nn.BatchNorm2d(256)
        self.conv0_act = nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(256, 256, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(256)
        self.conv1_act = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(256, 256, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(256)
        self.conv2_act = nn.ReLU(inplace=True)
        self.conv3 = nn.Conv2d(256, 256, 3, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(256)
        self.conv3_act = nn.ReLU(inplace=True)
        self.flatten = FlattenWhole(256, 7, 7)
        self.fc1 = nn.Linear(12544, 1024)
        self.act1 = nn.ReLU(inplace=True)
        self.cls_score = nn.Linear(1024, 91)
        self.bbox_pred = nn.Linear(1024, 364)

    def forward(
        self, x: Tensor, x1: Tensor, x2: Tensor, x3: Tensor, x4: Tensor
    ) -> tuple[Tensor, Tensor]:
        x = self.pool(x, x1, x2, x3, x4)
        x = self.conv0_act(self.bn0(self.conv0(x)))
        x = self.conv1_act(self.bn1(self.conv1(x)))
        x = self.conv2_act(self.bn2(self.conv2(x)))
        x = self.flatten(self.conv3_act(self.bn3(self.conv3(x))))
        x = self.act1(self.fc1(x))
        y = self.cls_score(x)
        x = self.bbox_pred(x)
        y = y.unflatten(0, x4.shape[:2])
        return y, x.unflatten(0, x4.shape[:2])


class RegionMasks(nn.Module):
    """Convolutions on a region's map, a transposed one that doubles it, and a mask
    for each class (Mask R-CNN, arXiv:1703.06870).
    """

    def __init__(self) -> None:
        super().__init__()
        self.pool = RoIAlign(2, 14, 2)
        self.conv0 = nn.Conv2d(256, 256, 3, padding=1, bias=False)
        self.bn0 = nn.BatchNorm2d(256)
        self.conv0_act = nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(256, 256, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(256)
        self.conv1_act = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(256, 256, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(256)
        self.conv2_act = nn.ReLU(inplace=True)
        self.conv3 = nn.Conv2d(256, 256, 3, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(256)
        self.conv3_act = nn.ReLU(inplace=True)
        self.up = nn.ConvTranspose2d(256, 256, 2, stride=2)
        self.act = nn.ReLU(inplace=True)
        self.logits = nn.Conv2d(256, 91, 1)

    def forward(
        self, x: Tensor, x1: Tensor, x2: Tensor, x3: Tensor, x4: Tensor
    ) -> Tensor:
        x = self.pool(x, x1, x2, x3, x4)
        x = self.conv0_act(self.bn0(self.conv0(x)))
        x = self.conv1_act(self.bn1(self.conv1(x)))
        x = self.conv2_act(self.bn2(self.conv2(x)))
        x = self.conv3_act(self.bn3(self.conv3(x)))
        x = self.act(self.up(x))
        return self.logits(x).unflatten(0, x4.shape[:2])


class FeaturePyramid(nn.Module):
    """A feature pyramid (arXiv:1612.03144): a 1x1 convolution on each map, the map
    from above enlarged and added, a 3x3 convolution on each sum, without
    activation. A level's number is log2 of its stride in a body that halves its
    map five times.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lateral3 = nn.Conv2d(2048, 256, 1, bias=False)
        self.lateral3_bn = nn.BatchNorm2d(256)
        self.output3 = nn.Conv2d(256, 256, 3, padding=1, bias=False)
        self.output3_bn = nn.BatchNorm2d(256)
        self.lateral2 = nn.Conv2d(1024, 256, 1, bias=False)
        self.lateral2_bn = nn.BatchNorm2d(256)
        self.output2 = nn.Conv2d(256, 256, 3, padding=1, bias=False)
        self.output2_bn = nn.BatchNorm2d(256)
        self.lateral1 = nn.Conv2d(512, 256, 1, bias=False)
        self.lateral1_bn = nn.BatchNorm2d(256)
        self.output1 = nn.Conv2d(256, 256, 3, padding=1, bias=False)
        self.output1_bn = nn.BatchNorm2d(256)
        self.lateral0 = nn.Conv2d(256, 256, 1, bias=False)
        self.lateral0_bn = nn.BatchNorm2d(256)
        self.output0 = nn.Conv2d(256, 256, 3, padding=1, bias=False)
        self.output0_bn = nn.BatchNorm2d(256)
        self.p6 = nn.MaxPool2d(1, stride=2)

    def forward(
        self, x: Tensor, x1: Tensor, x2: Tensor, x3: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        x = self.lateral3_bn(self.lateral3(x))
        y = self.output3_bn(self.output3(x))
        x1 = self.lateral2_bn(self.lateral2(x1))
        x1 = x1 + F.interpolate(x, size=x1.shape[-2:], mode="nearest")
        z = self.output2_bn(self.output2(x1))
        x2 = self.lateral1_bn(self.lateral1(x2))
        x2 = x2 + F.interpolate(x1, size=x2.shape[-2:], mode="nearest")
        u = self.output1_bn(self.output1(x2))
        x3 = self.lateral0_bn(self.lateral0(x3))
        x3 = x3 + F.interpolate(x2, size=x3.shape[-2:], mode="nearest")
        x3 = self.output0_bn(self.output0(x3))
        return y, z, u, x3, self.p6(y)


class RegionDetector(nn.Module):
    """A region proposal network over all levels of a neck, and layers on the maps
    that given boxes cut out of its largest levels: Faster R-CNN
    (arXiv:1506.01497), Mask R-CNN (arXiv:1703.06870). The net has a second input,
    `boxes` (R, 4): left, upper, right and lower edge in pixels. Which they are,
    is chosen outside of it, from what the proposal network says; any number will
    do when it runs, and costs are those of `proposals`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rpn = RpnHead()
        self.boxes = RegionBoxes()
        self.masks = RegionMasks()

    def forward(
        self, x: Tensor, x1: Tensor, x2: Tensor, x3: Tensor, x4: Tensor, x5: Tensor
    ) -> tuple[
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
    ]:
        y, z = self.rpn(x)
        u, v = self.rpn(x1)
        w, s = self.rpn(x2)
        t, a = self.rpn(x3)
        x4, b = self.rpn(x4)
        c, y1 = self.boxes(x, x1, x2, x3, x5)
        return y, z, u, v, w, s, t, a, x4, b, c, y1, self.masks(x, x1, x2, x3, x5)


class MaskrcnnResnet50FpnV2(nn.Module):
    """maskrcnn_resnet50_fpn_v2: 46,359,409 parameters, 812,437,033,472 multiply-
    accumulates at 3x800x800.
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
        self.heads = RegionDetector()

    def forward(self, x: Tensor, boxes: Tensor) -> dict[str, Tensor]:
        x = self.maxpool(self.act1(self.bn1(self.conv1(x))))
        x = self.layer1(x)
        y = self.layer2(x)
        z = self.layer3(y)
        u = self.layer4(z)
        u, y, z, v, w = self.neck(u, z, y, x)
        v, y, z, u, w, s, t, a, b, c, y1, y2, y3 = self.heads(v, z, y, u, w, boxes)
        return {
            "objectness.p2": v,
            "objectness.p3": z,
            "objectness.p4": w,
            "objectness.p5": t,
            "objectness.p6": b,
            "deltas.p2": y,
            "deltas.p3": u,
            "deltas.p4": s,
            "deltas.p5": a,
            "deltas.p6": c,
            "cls_score": y1,
            "bbox_pred": y2,
            "masks": y3,
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
            elif isinstance(m, nn.ConvTranspose2d):
                nn.init.kaiming_normal_(
                    m.weight, mode="fan_out", nonlinearity="relu", generator=generator
                )
                if m.bias is not None:
                    nn.init.zeros_(m.bias)
        for m in self.modules():
            if isinstance(m, RpnHead):
                nn.init.normal_(m.cls_logits.weight, std=0.01, generator=generator)
                nn.init.normal_(m.bbox_pred.weight, std=0.01, generator=generator)

    def set_grad_checkpointing(self, enable: bool = True) -> None:
        """Keep only the input of each block for backward, and recompute the rest."""
        for m in self.modules():
            if isinstance(m, Stage):
                m.checkpointing = enable


def build(
    seed: int | None = None,
    device: torch.device | str = "cpu",
    dtype: torch.dtype | None = None,
) -> MaskrcnnResnet50FpnV2:
    """The network on a device, every tensor allocated and filled once."""
    with torch.device("meta"):
        model = MaskrcnnResnet50FpnV2()
    if dtype is not None:
        model.to(dtype)
    model.to_empty(device=device)
    generator = None
    if seed is not None:
        generator = torch.Generator(device).manual_seed(seed)
    model.init_weights(generator)
    return model
