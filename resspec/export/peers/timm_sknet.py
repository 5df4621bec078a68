"""timm's SKNets: each plain convolution of a block holds its norm."""

from resspec.export.naming import Peer

PEER = Peer(
    "timm_sknet",
    ((r"^(layer\d+\.\d+\.conv\d)\.weight", r"\1.conv.weight"), (r"^(layer\d+\.\d+)\.bn(\d)\.", r"\1.conv\2.bn.")),
    reads=(
        (r"^(layer\d+\.\d+\.conv\d)\.conv\.", r"\1."),
        (r"^(layer\d+\.\d+)\.conv(\d)\.bn\.", r"\1.bn\2."),
    ),
)
