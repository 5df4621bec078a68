"""Pre-activation and wide CIFAR nets: blocks numbered through the net."""

from resspec.export.naming import Peer

PEER = Peer(
    "reimpl",
    (
        (r"^conv1\.", "stem."),
        (r"^norm\.", "bn."),
        (r"^layer\d+\.\d+\.", "blocks.{n}."),
        (r"\.downsample\.0\.", ".proj."),
    ),
    reads=(
        (r"^stem\.", "conv1."),
        (r"^bn\.", "norm."),
        (r"^blocks\.", "layer0."),
        (r"\.proj\.", ".downsample.0."),
    ),
    all=r"(stem|blocks|bn|fc)\.",
)
