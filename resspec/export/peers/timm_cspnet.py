"""Cross-stage-partial nets as timm's cspnet.py names them."""

from resspec.export.naming import Peer

PEER = Peer(
    "timm_cspnet",
    (
        (r"^conv1\.(weight|bias)$", r"stem.conv1.conv.\1"),
        (r"^bn1\.", "stem.conv3.bn.", r"^conv1\.0\."),
        (r"^bn1\.", "stem.conv1.bn."),
        (r"^conv1\.0\.", "stem.conv1.conv."),
        (r"^conv1\.1\.", "stem.conv1.bn."),
        (r"^conv1\.3\.", "stem.conv2.conv."),
        (r"^conv1\.4\.", "stem.conv2.bn."),
        (r"^conv1\.6\.", "stem.conv3.conv."),
        (r"^fc\.", "head.fc."),
        (r"\.(conv|bn)_(down|exp|transition_b|transition)\.", r".conv_\2.\1."),
        (r"(\.\d+)\.(conv|bn)(\d)\.", r"\1.conv\3.\2."),
        (r"^layer\d+\.", "stages.{s}."),
    ),
    reads=(
        (r"^stem\.conv1\.conv\.", "conv1.0.", r"^stem\.conv3\."),
        (r"^stem\.conv1\.bn\.", "conv1.1.", r"^stem\.conv3\."),
        (r"^stem\.conv1\.conv\.", "conv1."),
        (r"^stem\.conv1\.bn\.", "bn1."),
        (r"^stem\.conv2\.conv\.", "conv1.3."),
        (r"^stem\.conv2\.bn\.", "conv1.4."),
        (r"^stem\.conv3\.conv\.", "conv1.6."),
        (r"^stem\.conv3\.bn\.", "bn1."),
        (r"^head\.fc\.", "fc."),
        (r"\.conv_(down|exp|transition_b|transition)\.(conv|bn)\.", r".\2_\1."),
        (r"\.conv(\d)\.(conv|bn)\.", r".\2\1."),
        (r"^stages\.(\d+)\.", r"layer{1+1}."),
    ),
    all=r"(stem|stages|head)\.",
)
