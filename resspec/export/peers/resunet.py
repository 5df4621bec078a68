"""The deep residual U-Net as rishikksh20/ResUnet names it."""

from collections.abc import Iterator

from resspec.export.naming import Peer, Rule

MEMBERS = {"bn1": "conv_block.0", "conv1": "conv_block.2", "bn2": "conv_block.3", "conv2": "conv_block.5"}
MEMBERS |= {"downsample.0": "conv_skip.0", "downsample.1": "conv_skip.1"}
"""What the members of a block are called."""
FIRST = {"conv1": "input_layer.0", "bn2": "input_layer.1", "conv2": "input_layer.3", "downsample.0": "input_skip.0"}
"""The same of the block that reads the image."""


def members(own: str, theirs: str) -> Iterator[Rule]:
    """A block's members."""
    for name, place in MEMBERS.items():
        yield rf"^{own}\.{name}\.", f"{theirs}.{place}."


PEER = Peer(
    "resunet",
    (
        *((rf"^layer1\.0\.{own}\.", f"{theirs}.") for own, theirs in FIRST.items()),
        *members(r"layer[23]\.0", "residual_conv_{s}"),
        *members(r"layer4\.0", "bridge"),
        *((rf"^decoder\.step{i}\.up\.", f"upsample_{i + 1}.upsample.") for i in range(3)),
        *(rule for i in range(3) for rule in members(rf"decoder\.step{i}\.block0", f"up_residual_conv{i + 1}")),
        (r"^heads\.classifier\.", "output_layer.0."),
    ),
    all=r"(input_layer|input_skip|residual_conv_\d|bridge|upsample_\d|up_residual_conv\d|output_layer)\.",
    needs=r"^decoder\.step0\.block0\.",
)
