"""timm's legacy SENets, after Cadene's collection."""

from resspec.export.naming import Peer

DEEP = r"^conv1\.6\."

PEER = Peer(
    "timm_senet",
    (
        (r"^bn1\.", "layer0.bn3.", DEEP),
        (r"^conv1\.0\.", "layer0.conv1."),
        (r"^conv1\.1\.", "layer0.bn1."),
        (r"^conv1\.3\.", "layer0.conv2."),
        (r"^conv1\.4\.", "layer0.bn2."),
        (r"^conv1\.6\.", "layer0.conv3."),
        (r"^(conv1|bn1)\.", r"layer0.\1."),
        (r"\.se\.", ".se_module."),
        (r"^fc\.", "last_linear."),
    ),
    reads=(
        (r"^layer0\.bn3\.", "bn1."),
        (r"^layer0\.conv1\.", "conv1.0.", r"^layer0\.conv3\."),
        (r"^layer0\.bn1\.", "conv1.1.", r"^layer0\.conv3\."),
        (r"^layer0\.conv2\.", "conv1.3."),
        (r"^layer0\.bn2\.", "conv1.4."),
        (r"^layer0\.conv3\.", "conv1.6."),
        (r"^layer0\.(conv1|bn1)\.", r"\1."),
        (r"\.se_module\.", ".se."),
        (r"^last_linear\.", "fc."),
    ),
)
