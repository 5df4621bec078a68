"""The primitive operations: one class each, every fact stated beside its op."""

from resspec.ir.ops.activation import GELU, Dropout, DropPath, ReLU, Sigmoid, SiLU
from resspec.ir.ops.arithmetic import Add, Scale
from resspec.ir.ops.conv import Conv2d, Linear
from resspec.ir.ops.norm import BatchNorm2d, GroupNorm
from resspec.ir.ops.pool import AvgPool2d, GlobalAvgPool, MaxPool2d
from resspec.ir.ops.reshape import Flatten, Input, PadChannels, Subsample

__all__ = [
    "GELU",
    "Add",
    "AvgPool2d",
    "BatchNorm2d",
    "Conv2d",
    "DropPath",
    "Dropout",
    "Flatten",
    "GlobalAvgPool",
    "GroupNorm",
    "Input",
    "Linear",
    "MaxPool2d",
    "PadChannels",
    "ReLU",
    "Scale",
    "SiLU",
    "Sigmoid",
    "Subsample",
]
