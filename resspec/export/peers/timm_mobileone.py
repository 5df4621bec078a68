"""MobileOne as timm's byobnet.py names it: each convolution of ours is a block of its own."""

from resspec.export.naming import Peer

PEER = Peer(
    "timm_mobileone",
    (
        (r"^fc\.", "head.fc."),
        (r"^conv1\.", "stem."),
        (r"\.gate(\d)\.se\.", r".conv\1.attn."),
        (r"^layer\d+\.\d+\.conv1\.", "stages.{s}.{2*i-2}."),
        (r"^layer\d+\.\d+\.conv2\.", "stages.{s}.{2*i-1}."),
        (r"\.(conv|bn)_1x1\.", r".conv_scale.\1."),
        (r"\.(conv|bn)(\d)\.", r".conv_kxk.\2.\1."),
    ),
)
