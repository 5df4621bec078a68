"""SegResNet as MONAI names it; in a block norms come before convolutions, and the blocks of the way up before what
enlarges."""

from resspec.export.naming import Peer

BLOCKS = range(8)
"""Blocks of a stage, and steps, that names are kept for."""
MEMBERS = ("norm1", "norm2", "conv1", "conv2")

PEER = Peer(
    "monai_segresnet",
    (
        (r"^conv1\.", "convInit.conv."),
        (r"^layer\d+\.conv\.", "down_layers.{s}.0.conv."),
        *((rf"^layer\d+\.blocks\.{i}\.", f"down_layers.{{s}}.{i + 1}.") for i in BLOCKS),
        (r"^decoder\.step(\d+)\.conv\.", r"up_samples.\1.0.conv."),
        (r"^decoder\.step(\d+)\.block(\d+)\.", r"up_layers.\1.\2."),
        (r"^((?:down|up)_layers\.\d+\.\d+)\.bn(\d)\.", r"\1.norm\2."),
        (r"^((?:down|up)_layers\.\d+\.\d+)\.conv(\d)\.", r"\1.conv\2.conv."),
        (r"^decoder\.bn\.", "conv_final.0."),
        (r"^heads\.classifier\.", "conv_final.2.conv."),
    ),
    scope=r"down_layers\.\d+\.\d+\.|up_",
    ranks=(
        *(rf"{member}\." for member in MEMBERS),
        *(rf"layers\.{step}\.{i}\.{member}\." for step in BLOCKS for i in BLOCKS for member in MEMBERS),
    ),
    all=r"(convInit|down_layers|up_layers|up_samples|conv_final)\.",
    needs=r"^decoder\.step0\.block0\.",
)
