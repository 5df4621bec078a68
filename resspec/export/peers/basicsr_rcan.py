"""RCAN as BasicSR names it."""

from resspec.export.naming import Peer

PEER = Peer(
    "basicsr_rcan",
    (
        (r"^conv1\.", "conv_first."),
        (r"^layer\d+\.blocks\.(\d+)\.conv1\.", r"body.{s}.residual_group.\1.rcab.0."),
        (r"^layer\d+\.blocks\.(\d+)\.conv2\.", r"body.{s}.residual_group.\1.rcab.2."),
        (r"^layer\d+\.blocks\.(\d+)\.se\.fc1\.", r"body.{s}.residual_group.\1.rcab.3.attention.1."),
        (r"^layer\d+\.blocks\.(\d+)\.se\.fc2\.", r"body.{s}.residual_group.\1.rcab.3.attention.3."),
        (r"^layer\d+\.conv\.", "body.{s}.conv."),
        (r"^decoder\.conv\.", "conv_after_body."),
        (r"^decoder\.step0\.conv1\.", "upsample.0."),
        (r"^decoder\.step1\.conv1\.", "upsample.2."),
        (r"^decoder\.step2\.conv1\.", "upsample.4."),
        (r"^heads\.to_image\.", "conv_last."),
    ),
    all=r"(conv_first|body|conv_after_body|upsample|conv_last)\.",
    needs=r"^layer1\.blocks\.0\.conv1\.",
)
