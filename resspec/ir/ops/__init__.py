"""The primitive operations: one class each, every fact stated beside its op."""

from resspec.ir.ops.activation import GELU, DropChannels, Dropout, DropPath, LeakyReLU, PReLU, ReLU, Sigmoid, SiLU, Tanh
from resspec.ir.ops.arithmetic import Add, Scale, Shift, Times
from resspec.ir.ops.attention import Attention, PositionEmbedding, TakeToken, Tokens
from resspec.ir.ops.bilinear import AdaptiveMaxPool2d, BlockProduct, ShareMatrices, WholeConv2d
from resspec.ir.ops.blur import BlurPool
from resspec.ir.ops.condition import AddVector, Embedding, Fill, Index, Modulate, SinusoidLinear
from resspec.ir.ops.context import SpatialSoftmax, SpatialSum
from resspec.ir.ops.conv import Conv2d, Linear, ZeroedConv2d
from resspec.ir.ops.evonorm import EvoNormS0
from resspec.ir.ops.frozen import FrozenBatchNorm2d
from resspec.ir.ops.generated import ColourOffset, ColourShift, ReflectPad, Unflatten
from resspec.ir.ops.layer_norm import LayerNorm2d
from resspec.ir.ops.norm import BatchNorm2d, GroupNorm, InstanceNorm2d
from resspec.ir.ops.pairs import PairAttention
from resspec.ir.ops.pieces import Chunk
from resspec.ir.ops.places import (
    PackedAttention,
    PlacesToRow,
    PlacesToTokens,
    PointConv1d,
    RowToPlaces,
    TokensToPlaces,
)
from resspec.ir.ops.pool import AdaptiveAvgPool2d, AvgPool2d, GlobalAvgPool, GlobalSum, MaxPool2d
from resspec.ir.ops.power import PowerConv2d, PowerEmbedding, PowerLinear
from resspec.ir.ops.projection import AddInner, BareBatchNorm2d, Gain, MapAttention, SpectralEmbedding
from resspec.ir.ops.regions import Boxes, ByImage, RoIAlign
from resspec.ir.ops.reshape import (
    AnchorRows,
    Flatten,
    FlattenWhole,
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
from resspec.ir.ops.spectral import SpectralConv2d, SpectralLinear
from resspec.ir.ops.splits import Concat, Split, SplitSoftmax, SumSplits
from resspec.ir.ops.standardised import ScaledStdConv2d, StdConv2d
from resspec.ir.ops.transposed import TransposedConv2d
from resspec.ir.ops.uncounted import UncountedBatchNorm2d

__all__ = [
    "GELU",
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool2d",
    "Add",
    "AddInner",
    "AddVector",
    "AnchorRows",
    "Attention",
    "AvgPool2d",
    "BareBatchNorm2d",
    "BatchNorm2d",
    "BlockProduct",
    "BlurPool",
    "Boxes",
    "ByImage",
    "Chunk",
    "ColourOffset",
    "ColourShift",
    "Concat",
    "Conv1d",
    "Conv2d",
    "DropChannels",
    "DropPath",
    "Dropout",
    "Embedding",
    "EvoNormS0",
    "Fill",
    "FilterResponseNorm",
    "Flatten",
    "FlattenWhole",
    "FromRow",
    "FrozenBatchNorm2d",
    "Gain",
    "GlobalAvgPool",
    "GlobalSum",
    "GroupNorm",
    "Index",
    "Input",
    "InstanceNorm2d",
    "LayerNorm2d",
    "LeakyReLU",
    "Linear",
    "MapAttention",
    "MaxPool2d",
    "Modulate",
    "PReLU",
    "PackedAttention",
    "PadChannels",
    "PadMap",
    "PairAttention",
    "PixelShuffle",
    "PlacesToRow",
    "PlacesToTokens",
    "PointConv1d",
    "PositionEmbedding",
    "PowerConv2d",
    "PowerEmbedding",
    "PowerLinear",
    "ReLU",
    "ReflectPad",
    "ResizeLike",
    "RoIAlign",
    "RowToPlaces",
    "Scale",
    "ScaledStdConv2d",
    "ShareMatrices",
    "Shift",
    "SiLU",
    "Sigmoid",
    "SinusoidLinear",
    "SpaceToDepth",
    "SpatialSoftmax",
    "SpatialSum",
    "SpectralConv2d",
    "SpectralEmbedding",
    "SpectralLinear",
    "Split",
    "SplitSoftmax",
    "StdConv2d",
    "Subsample",
    "SumSplits",
    "TakeToken",
    "Tanh",
    "Times",
    "ToRow",
    "Tokens",
    "TokensToPlaces",
    "TransposedConv2d",
    "UncountedBatchNorm2d",
    "Unflatten",
    "Upsample",
    "WholeConv2d",
    "ZeroedConv2d",
]
