"""Generators and critics as BigGAN's authors name them in their PyTorch code."""

from resspec.export.naming import Peer

PEER = Peer(
    "biggan",
    (
        (r"^condition\.classes\.", "shared."),
        (r"^(project|fc)\.", "linear."),
        (r"^told\.", "embed."),
        (r"^layer\d+\.\d+\.attn\.gain\.weight", "blocks.{n}.1.gamma"),
        (r"^layer\d+\.\d+\.attn\.", "blocks.{n}.1."),
        (r"^layer\d+\.\d+\.", "blocks.{n}.0."),
        (r"^norm\.weight", "output_layer.0.gain"),
        (r"^norm\.", "output_layer.0."),
        (r"^to_image\.", "output_layer.2."),
        (r"\.(bn\.)?running_(mean|var)$", r".stored_\2"),
    ),
    scope=r"blocks\.\d+\.\d+\.",
    ranks=("gamma", "conv1", "conv2", "conv_sc", "bn1", "bn2"),
    all=r"(shared|linear|blocks|output_layer|embed)\.",
)
