"""Decoders of segmentation_models.pytorch over its own ResNets."""

from resspec.export.naming import Peer, Rule

LINK = r"^decoder\.0\.up\."
BRANCH = r"^decoder\.branch0\."
PSP = r"^decoder\.grid0\."
ASPP = r"^decoder\.aspp\."
PLUS = r"^decoder\.depth1\."
MANET = r"^decoder\.center\."
PAN = r"^decoder\.pyramid\."
UPERNET = r"^decoder\.cells0\."
ROWS = range(6)
"""Rows of a U-Net++ that an order is kept for."""

ENDS: tuple[Rule, ...] = (
    (r"^(?!decoder\.|heads\.)", "encoder."),
    (r"^heads\.classifier\.", "segmentation_head.0."),
    (r"^heads\.labels\.fc\.", "classification_head.3."),
)
"""Body and heads."""
GATES: tuple[Rule, ...] = (
    (r"^decoder\.(\d+)\.gate(\d)\.se\.fc1\.", r"decoder.blocks.\1.attention\2.attention.cSE.1."),
    (r"^decoder\.(\d+)\.gate(\d)\.se\.fc2\.", r"decoder.blocks.\1.attention\2.attention.cSE.3."),
    (r"^decoder\.(\d+)\.gate(\d)\.se\.spatial\.", r"decoder.blocks.\1.attention\2.attention.sSE.0."),
)
"""Attention in the steps of a U-Net."""
ATTENTIVE: tuple[Rule, ...] = (
    (r"^decoder\.center\.top\.", "decoder.center.top_conv."),
    (r"^decoder\.center\.middle\.", "decoder.center.center_conv."),
    (r"^decoder\.center\.bottom\.", "decoder.center.bottom_conv."),
    (r"^decoder\.center\.conv\.", "decoder.center.out_conv."),
    *((rf"^decoder\.step(\d+)\.conv{i + 1}\.", rf"decoder.blocks.\1.hl_conv.{i}.0.", MANET) for i in range(2)),
    *((rf"^decoder\.step(\d+)\.bn{i + 1}\.", rf"decoder.blocks.\1.hl_conv.{i}.1.", MANET) for i in range(2)),
    *((rf"^decoder\.step(\d+)\.conv{i + 2}\.", rf"decoder.blocks.\1.conv{i}.0.", MANET) for i in (1, 2)),
    *((rf"^decoder\.step(\d+)\.bn{i + 2}\.", rf"decoder.blocks.\1.conv{i}.1.", MANET) for i in (1, 2)),
    (r"^decoder\.step(\d+)\.low\.fc1\.", r"decoder.blocks.\1.SE_ll.1."),
    (r"^decoder\.step(\d+)\.low\.fc2\.", r"decoder.blocks.\1.SE_ll.3."),
    (r"^decoder\.step(\d+)\.high\.fc1\.", r"decoder.blocks.\1.SE_hl.1."),
    (r"^decoder\.step(\d+)\.high\.fc2\.", r"decoder.blocks.\1.SE_hl.3."),
)
"""MA-Net."""
PLACES = {"mean": "branch1.1", "middle": "mid.0", "down0": "down1.1", "down1": "down2.1", "down2": "down3.1"}
PLACES |= {"up2": "down3.2", "up1": "conv2", "up0": "conv1"}
GATED: tuple[Rule, ...] = (
    *((rf"^decoder\.pyramid\.(conv|bn)_{own}\.", rf"decoder.fpa.{theirs}.\1.") for own, theirs in PLACES.items()),
    *((rf"^decoder\.step{i}\.(conv|bn)1\.", rf"decoder.gau{3 - i}.conv1.1.\1.", PAN) for i in range(3)),
    *((rf"^decoder\.step{i}\.(conv|bn)2\.", rf"decoder.gau{3 - i}.conv2.\1.", PAN) for i in range(3)),
)
"""The pyramid attention network."""
LEVELS: tuple[Rule, ...] = (
    (r"^decoder\.norm(\d)\.", r"decoder.feature_norms.\1."),
    (r"^decoder\.cells(\d)\.conv1\.", r"decoder.psp.blocks.\1.1.0."),
    (r"^decoder\.cells(\d)\.bn1\.", r"decoder.psp.blocks.\1.1.1."),
    (r"^decoder\.bottom\.", "decoder.psp.out_conv.0."),
    (r"^decoder\.bottom_bn\.", "decoder.psp.out_conv.1."),
    (r"^decoder\.lateral(\d)\.", r"decoder.fpn_lateral_blocks.\1.conv_norm_relu.0.", UPERNET),
    (r"^decoder\.lateral(\d)_bn\.", r"decoder.fpn_lateral_blocks.\1.conv_norm_relu.1.", UPERNET),
    (r"^decoder\.output(\d)\.", r"decoder.fpn_conv_blocks.\1.0."),
    (r"^decoder\.output(\d)_bn\.", r"decoder.fpn_conv_blocks.\1.1."),
    (r"^decoder\.fuse\.", "decoder.fusion_block.0."),
    (r"^decoder\.fuse_bn\.", "decoder.fusion_block.1."),
)
"""UPerNet."""
STEPS: tuple[Rule, ...] = (
    (r"^decoder\.(\d+)\.conv1\.", r"decoder.blocks.\1.block.0.0.", LINK),
    (r"^decoder\.(\d+)\.bn1\.", r"decoder.blocks.\1.block.0.1.", LINK),
    (r"^decoder\.(\d+)\.up\.", r"decoder.blocks.\1.block.1.0.", LINK),
    (r"^decoder\.(\d+)\.bn2\.", r"decoder.blocks.\1.block.1.1.", LINK),
    (r"^decoder\.(\d+)\.conv3\.", r"decoder.blocks.\1.block.2.0.", LINK),
    (r"^decoder\.(\d+)\.bn3\.", r"decoder.blocks.\1.block.2.1.", LINK),
    (r"^decoder\.(\d+|x_\d_\d)\.conv(\d)\.", r"decoder.blocks.\1.conv\2.0."),
    (r"^decoder\.(\d+|x_\d_\d)\.bn(\d)\.", r"decoder.blocks.\1.conv\2.1."),
)
"""LinkNet, and the U-Nets."""
PYRAMIDS: tuple[Rule, ...] = (
    (r"^decoder\.lateral3\.", "decoder.p5.", BRANCH),
    *((rf"^decoder\.lateral{place}\.", f"decoder.p{place + 2}.skip_conv.", BRANCH) for place in range(3)),
    *((rf"^decoder\.branch(\d)\.conv{i + 1}\.", rf"decoder.seg_blocks.\1.block.{i}.block.0.") for i in range(4)),
    *((rf"^decoder\.branch(\d)\.bn{i + 1}\.", rf"decoder.seg_blocks.\1.block.{i}.block.1.") for i in range(4)),
    (r"^decoder\.grid(\d)\.conv1\.", r"decoder.psp.blocks.\1.pool.1.0."),
    (r"^decoder\.grid(\d)\.bn1\.", r"decoder.psp.blocks.\1.pool.1.1."),
    (r"^decoder\.conv1\.", "decoder.conv.0.", PSP),
    (r"^decoder\.bn1\.", "decoder.conv.1.", PSP),
)
"""The feature pyramid, and PSPNet."""
ATROUS: tuple[Rule, ...] = (
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
"""DeepLabV3 and V3+."""

RENAMES = (*ENDS, *GATES, *ATTENTIVE, *GATED, *LEVELS, *STEPS, *PYRAMIDS, *ATROUS)
ALL = r"(encoder|decoder|segmentation_head|classification_head)\."
NEEDS = r"^decoder\."
SCOPE = r"decoder\.blocks\.(\d+\.)?"
RANKS = (
    *("hl_conv", "SE_ll", "SE_hl", "conv1", "attention1", "conv2", "attention2"),
    *(rf"x_{depth}_{row}\." for row in ROWS for depth in range(row + 1)),
)
"""What comes first in a step, and the steps of U-Net++ row by row from its outermost."""

PEER = Peer("smp", RENAMES, SCOPE, RANKS, all=ALL, needs=NEEDS)
