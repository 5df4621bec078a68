"""ESRGAN's network as BasicSR names it."""

from resspec.export.naming import Peer

PEER = Peer(
    "basicsr_rrdbnet",
    (
        (r"^conv1\.", "conv_first."),
        (r"^layer1\.(\d+)\.dense(\d)\.", r"body.\1.rdb\2."),
        (r"^decoder\.conv\.", "conv_body."),
        (r"^decoder\.step0\.conv1\.", "conv_up1."),
        (r"^decoder\.step1\.conv1\.", "conv_up2."),
        (r"^decoder\.conv2\.", "conv_hr."),
        (r"^heads\.to_image\.", "conv_last."),
    ),
    all=r"(conv_first|body|conv_body|conv_up\d|conv_hr|conv_last)\.",
    needs=r"^layer1\.0\.dense1\.",
)
