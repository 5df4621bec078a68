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
)
