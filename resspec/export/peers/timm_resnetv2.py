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
    reads=(
        (r"^stem\.conv\.", "conv1."),
        (r"^stem\.conv1\.", "conv1.0."),
        (r"^stem\.norm1\.", "conv1.1."),
        (r"^stem\.conv2\.", "conv1.3."),
        (r"^stem\.norm2\.", "conv1.4."),
        (r"^stem\.conv3\.", "conv1.6."),
        (r"^head\.fc\.", "fc."),
        (r"\.norm(\d)\.", r".bn\1."),
        (r"\.downsample\.conv\.", ".downsample.0."),
        (r"^stages\.(\d+)\.blocks\.", "layer{1+1}."),
    ),
    all=r"(stem|stages|norm|head)\.",
)
