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
)
