"""RepVGG as timm's byobnet.py names it."""

from resspec.export.naming import Peer

PEER = Peer(
    "timm_repvgg",
    (
        (r"^fc\.", "head.fc."),
        (r"^conv1\.", "stem."),
        (r"^layer\d+\.(\d+)\.conv1\.", r"stages.{s}.\1."),
        (r"^layer\d+\.(\d+)\.se\.", r"stages.{s}.\1.attn."),
        (r"\.(conv|bn)0\.", r".conv_kxk.\1."),
        (r"\.(conv|bn)_1x1\.", r".conv_1x1.\1."),
    ),
    reads=(
        (r"^head\.fc\.", "fc."),
        (r"^stem\.", "conv1."),
        (r"\.conv_kxk\.(conv|bn)\.", r".\g<1>0."),
        (r"\.conv_1x1\.(conv|bn)\.", r".\1_1x1."),
        (r"^stages\.(\d+)\.(\d+)\.attn\.", r"layer{1+1}.\2.se."),
        (r"^stages\.(\d+)\.(\d+)\.", r"layer{1+1}.\2.conv1."),
    ),
    all=r"(stem|stages|head)\.",
)
