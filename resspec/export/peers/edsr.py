"""EDSR as its authors name it."""

from resspec.export.naming import Peer

PEER = Peer(
    "edsr",
    (
        (r"^shift\.", "sub_mean."),
        (r"^heads\.shift\.", "add_mean."),
        (r"^conv1\.", "head.0."),
        (r"^layer1\.(\d+)\.conv1\.", r"body.\1.body.0."),
        (r"^layer1\.(\d+)\.conv2\.", r"body.\1.body.2."),
        (r"^decoder\.conv\.", "body.{N}."),
        (r"^decoder\.step0\.conv1\.", "tail.0.0."),
        (r"^decoder\.step1\.conv1\.", "tail.0.2."),
        (r"^heads\.to_image\.", "tail.1."),
    ),
    scope=r"(?:)",
    ranks=("sub_mean", "add_mean"),
    all=r"(sub_mean|add_mean|head|body|tail)\.",
)
