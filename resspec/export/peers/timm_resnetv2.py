"""Pre-activation ResNets and Big Transfer as timm's resnetv2.py names them."""

from resspec.export.naming import Peer

PEER = Peer(
    "timm_resnetv2",
    (
        (r"^conv1\.weight$", "stem.conv.weight"),
        (r"^conv1\.0\.", "stem.conv1."),
        (r"^conv1\.1\.", "stem.norm1."),
        (r"^conv1\.3\.", "stem.conv2."),
        (r"^conv1\.4\.", "stem.norm2."),
        (r"^conv1\.6\.", "stem.conv3."),
        (r"^fc\.", "head.fc."),
        (r"\.bn(\d)\.", r".norm\1."),
        (r"\.downsample\.\d\.", ".downsample.conv."),
        (r"^layer\d+\.", "stages.{s}.blocks."),
    ),
    scope=r"stages\.\d+\.blocks\.\d+\.",
    ranks=(r"downsample\.",),
)
