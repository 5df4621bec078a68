"""The primitive operations: one class each, every fact stated beside its op."""

from resspec.ir.ops.activation import GELU, DropChannels, Dropout, DropPath, LeakyReLU, ReLU, Sigmoid, SiLU
from resspec.ir.ops.arithmetic import Add, Scale, Shift
from resspec.ir.ops.attention import Attention, PositionEmbedding, TakeToken, Tokens
from resspec.ir.ops.bilinear import AdaptiveMaxPool2d, BlockProduct, ShareMatrices, WholeConv2d
from resspec.ir.ops.blur import BlurPool
from resspec.ir.ops.context import SpatialSoftmax, SpatialSum
from resspec.ir.ops.conv import Conv2d, Linear
from resspec.ir.ops.evonorm import EvoNormS0
from resspec.ir.ops.frozen import FrozenBatchNorm2d
from resspec.ir.ops.norm import BatchNorm2d, GroupNorm
from resspec.ir.ops.pool import AdaptiveAvgPool2d, AvgPool2d, GlobalAvgPool, MaxPool2d
from resspec.ir.ops.reshape import (
    AnchorRows,
    Flatten,
    Input,
    PadChannels,
    PadMap,
    PixelShuffle,
    SpaceToDepth,
    Subsample,
)
from resspec.ir.ops.resize import ResizeLike, Upsample
from resspec.ir.ops.response_norm import FilterResponseNorm
from resspec.ir.ops.row import Conv1d, FromRow, ToRow
from resspec.ir.ops.splits import Concat, Split, SplitSoftmax, SumSplits
from resspec.ir.ops.standardised import ScaledStdConv2d, StdConv2d
from resspec.ir.ops.transposed import TransposedConv2d

__all__ = [
    "GELU",
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool2d",
    "Add",
    "AnchorRows",
    "Attention",
    "AvgPool2d",
    "BatchNorm2d",
    "BlockProduct",
    "BlurPool",
    "Concat",
    "Conv1d",
    "Conv2d",
    "DropChannels",
    "DropPath",
    "Dropout",
    "EvoNormS0",
    "FilterResponseNorm",
    "Flatten",
    "FromRow",
    "FrozenBatchNorm2d",
    "GlobalAvgPool",
    "GroupNorm",
    "Input",
    "LeakyReLU",
    "Linear",
    "MaxPool2d",
    "PadChannels",
    "PadMap",
    "PixelShuffle",
    "PositionEmbedding",
    "ReLU",
    "ResizeLike",
    "Scale",
    "ScaledStdConv2d",
    "ShareMatrices",
    "Shift",
    "SiLU",
    "Sigmoid",
    "SpaceToDepth",
    "SpatialSoftmax",
    "SpatialSum",
    "Split",
    "SplitSoftmax",
    "StdConv2d",
    "Subsample",
    "SumSplits",
    "TakeToken",
    "ToRow",
    "Tokens",
    "TransposedConv2d",
    "Upsample",
    "WholeConv2d",
]
