"""TResNets as timm's tresnet.py names them."""

from resspec.export.naming import Peer

PEER = Peer(
    "timm_tresnet",
    (
        (r"^fc\.", "head.fc."),
        (r"^(layer1\.0\.downsample)\.2\.", r"\1.0.bn."),  # at stride 1 there is no pool before it
        (r"^(layer1\.0\.downsample)\.1\.(weight|bias)$", r"\1.0.conv.\2"),
        (r"\.downsample\.2\.", ".downsample.1.bn."),
        (r"\.downsample\.1\.(weight|bias)$", r".downsample.1.conv.\1"),
        (r"(^|\.)(conv|bn)(\d)\.", r"\1conv\3.\2."),
        (r"^(conv1|layer)", r"body.\1"),
    ),
    scope=r"body\.layer\d+\.\d+\.",
    ranks=(r"downsample\.", r"conv1\.", r"conv2\.", r"se\."),
    reads=(
        (r"^body\.", ""),
        (r"^head\.fc\.", "fc."),
        (r"\.downsample\.[01]\.conv\.", ".downsample.1."),
        (r"\.downsample\.[01]\.bn\.", ".downsample.2."),
        (r"(^|\.)conv(\d)\.(conv|bn)\.", r"\1\3\2."),
    ),
    all=r"(body|head)\.",
)
