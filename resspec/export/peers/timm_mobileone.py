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
    reads=(
        (r"^head\.fc\.", "fc."),
        (r"^stem\.", "conv1."),
        (r"\.conv_scale\.(conv|bn)\.", r".\1_1x1."),
        (r"\.conv_kxk\.(\d+)\.(conv|bn)\.", r".\2\1."),
        (r"^stages\.(\d+)\.(\d*[02468])\.attn\.", "layer{1+1}.{2/2}.gate1.se."),
        (r"^stages\.(\d+)\.(\d*[13579])\.attn\.", "layer{1+1}.{2/2}.gate2.se."),
        (r"^stages\.(\d+)\.(\d*[02468])\.", "layer{1+1}.{2/2}.conv1."),
        (r"^stages\.(\d+)\.(\d*[13579])\.", "layer{1+1}.{2/2}.conv2."),
    ),
    all=r"(stem|stages|head)\.",
)
