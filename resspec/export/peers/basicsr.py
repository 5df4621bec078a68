"""Super-resolution networks as BasicSR names them."""

from resspec.export.naming import Peer

PEER = Peer(
    "basicsr",
    (
        (r"^conv1\.", "conv_first."),
        (r"^layer1\.", "body."),
        (r"^decoder\.step0\.conv1\.", "upconv1."),
        (r"^decoder\.step1\.conv1\.", "upconv2."),
        (r"^decoder\.conv2\.", "conv_hr."),
        (r"^heads\.to_image\.", "conv_last."),
    ),
    all=r"(conv_first|body|upconv\d|conv_hr|conv_last)\.",
)
