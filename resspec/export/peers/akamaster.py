"""CIFAR ResNets as pytorch_resnet_cifar10 names them."""

from resspec.export.naming import Peer

PEER = Peer(
    "akamaster",
    ((r"^fc\.", "linear."), (r"\.downsample\.", ".shortcut.")),
    reads=(
        (r"^linear\.", "fc."),
        (r"\.shortcut\.", ".downsample."),
    ),
)
