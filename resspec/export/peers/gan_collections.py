"""Generators and critics as pytorch-gan-collections names them."""

from resspec.export.naming import Peer

PEER = Peer(
    "gan_collections",
    (
        (r"^(fc|project)\.", "linear."),
        (r"^norm\.", "output.0."),
        (r"^layer\d+\.\d+\.conv_sc\.", "blocks.{n}.shortcut.1.", r"^to_image\."),
        (r"^layer\d+\.\d+\.bn1\.", "blocks.{n}.residual.0.", r"^to_image\."),
        (r"^layer\d+\.\d+\.conv1\.", "blocks.{n}.residual.3.", r"^to_image\."),
        (r"^layer\d+\.\d+\.bn2\.", "blocks.{n}.residual.4.", r"^to_image\."),
        (r"^layer\d+\.\d+\.conv2\.", "blocks.{n}.residual.6.", r"^to_image\."),
        (r"^layer1\.0\.conv_sc\.", "model.0.shortcut.1."),
        (r"^layer1\.0\.conv1\.", "model.0.residual.0."),
        (r"^layer1\.0\.conv2\.", "model.0.residual.2."),
        (r"^layer\d+\.\d+\.conv_sc\.", "model.{n}.shortcut.0."),
        (r"^layer\d+\.\d+\.conv1\.", "model.{n}.residual.1."),
        (r"^layer\d+\.\d+\.conv2\.", "model.{n}.residual.3."),
        (r"^to_image\.", "output.2."),
    ),
    scope=r"model\.\d+\.",
    ranks=("shortcut",),
    all=r"(linear|blocks|output|model)\.",
)
