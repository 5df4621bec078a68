"""Decoders of segmentation_models.pytorch over its own ResNets."""

from resspec.export.naming import Peer

LINK = r"^decoder\.0\.up\."
BRANCH = r"^decoder\.branch0\."
PSP = r"^decoder\.grid0\."
ASPP = r"^decoder\.aspp\."
PLUS = r"^decoder\.depth1\."

RENAMES: tuple[tuple[str, str] | tuple[str, str, str], ...] = (
    (r"^(?!decoder\.|heads\.)", "encoder."),
    (r"^heads\.classifier\.", "segmentation_head.0."),
    (r"^decoder\.(\d+)\.conv1\.", r"decoder.blocks.\1.block.0.0.", LINK),
    (r"^decoder\.(\d+)\.bn1\.", r"decoder.blocks.\1.block.0.1.", LINK),
    (r"^decoder\.(\d+)\.up\.", r"decoder.blocks.\1.block.1.0.", LINK),
    (r"^decoder\.(\d+)\.bn2\.", r"decoder.blocks.\1.block.1.1.", LINK),
    (r"^decoder\.(\d+)\.conv3\.", r"decoder.blocks.\1.block.2.0.", LINK),
    (r"^decoder\.(\d+)\.bn3\.", r"decoder.blocks.\1.block.2.1.", LINK),
    (r"^decoder\.(\d+)\.conv(\d)\.", r"decoder.blocks.\1.conv\2.0."),
    (r"^decoder\.(\d+)\.bn(\d)\.", r"decoder.blocks.\1.conv\2.1."),
    (r"^decoder\.lateral3\.", "decoder.p5.", BRANCH),
    *((rf"^decoder\.lateral{place}\.", f"decoder.p{place + 2}.skip_conv.", BRANCH) for place in range(3)),
    *((rf"^decoder\.branch(\d)\.conv{i + 1}\.", rf"decoder.seg_blocks.\1.block.{i}.block.0.") for i in range(4)),
    *((rf"^decoder\.branch(\d)\.bn{i + 1}\.", rf"decoder.seg_blocks.\1.block.{i}.block.1.") for i in range(4)),
    (r"^decoder\.grid(\d)\.conv1\.", r"decoder.psp.blocks.\1.pool.1.0."),
    (r"^decoder\.grid(\d)\.bn1\.", r"decoder.psp.blocks.\1.pool.1.1."),
    (r"^decoder\.conv1\.", "decoder.conv.0.", PSP),
    (r"^decoder\.bn1\.", "decoder.conv.1.", PSP),
    (r"^decoder\.depth1\.", "decoder.aspp.1.0.", PLUS),
    (r"^decoder\.conv1\.", "decoder.aspp.1.1.", PLUS),
    (r"^decoder\.bn1\.", "decoder.aspp.2.", PLUS),
    (r"^decoder\.conv2\.", "decoder.block1.0.", PLUS),
    (r"^decoder\.bn2\.", "decoder.block1.1.", PLUS),
    (r"^decoder\.depth3\.", "decoder.block2.0.0.", PLUS),
    (r"^decoder\.conv3\.", "decoder.block2.0.1.", PLUS),
    (r"^decoder\.bn3\.", "decoder.block2.1.", PLUS),
    (r"^decoder\.conv1\.", "decoder.conv.", ASPP),
    (r"^decoder\.bn1\.", "decoder.bn.", ASPP),
    (r"^decoder\.aspp\.conv4\.", "decoder.aspp.convs.4.1."),
    (r"^decoder\.aspp\.bn4\.", "decoder.aspp.convs.4.2."),
    (r"^decoder\.aspp\.depth(\d)\.", r"decoder.aspp.convs.\1.0.0."),
    (r"^decoder\.aspp\.conv([123])\.", r"decoder.aspp.convs.\1.0.1.", PLUS),
    (r"^decoder\.aspp\.conv(\d)\.", r"decoder.aspp.convs.\1.0."),
    (r"^decoder\.aspp\.bn(\d)\.", r"decoder.aspp.convs.\1.1."),
    (r"^decoder\.aspp\.project\.", "decoder.aspp.project.0."),
    (r"^decoder\.aspp\.project_bn\.", "decoder.aspp.project.1."),
    (r"^decoder\.aspp\.(convs|project)\.", r"decoder.aspp.0.\1.", PLUS),
)

ALL = r"(encoder|decoder|segmentation_head)\."
NEEDS = r"^decoder\."

PEER = Peer("smp", RENAMES, all=ALL, needs=NEEDS)
