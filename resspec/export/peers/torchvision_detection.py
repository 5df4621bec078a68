"""Feature pyramids, RetinaNet and FCOS as torchvision names them."""

from resspec.export.naming import Peer

HEADS = r"^heads\."
FCOS = r"^heads\.box\.bbox_ctrness\."
TOWERS = (("cls", "classification_head"), ("box", "regression_head"))
DEEPEST = 8
"""Convolutions of a tower that names are kept for."""

PEER = Peer(
    "torchvision_detection",
    (
        (r"^(?!neck\.|heads\.)", "body."),
        (r"^neck\.lateral(\d)\.", r"fpn.inner_blocks.\1.0."),
        (r"^neck\.output(\d)\.", r"fpn.layer_blocks.\1.0."),
        (r"^neck\.lateral(\d)_bn\.", r"fpn.inner_blocks.\1.1."),
        (r"^neck\.output(\d)_bn\.", r"fpn.layer_blocks.\1.1."),
        (r"^neck\.", "fpn.extra_blocks."),
        (r"^(body|fpn)\.", r"backbone.\1.", HEADS),
        (r"^heads\.rpn\.conv(\d)\.", r"rpn.head.conv.\1.0."),
        (r"^heads\.rpn\.", "rpn.head."),
        *((rf"^heads\.{own}\.", f"head.{theirs}.") for own, theirs in TOWERS),
        *((rf"^(head\.\w+)\.conv{i}\.", rf"\1.conv.{3 * i}.", FCOS) for i in range(DEEPEST)),
        *((rf"^(head\.\w+)\.bn{i}\.", rf"\1.conv.{3 * i + 1}.", FCOS) for i in range(DEEPEST)),
        (r"^(head\.\w+)\.conv(\d)\.", r"\1.conv.\2.0."),
        (r"^(head\.\w+)\.bn(\d)\.", r"\1.conv.\2.1."),
    ),
    scope=r"(backbone\.)?fpn\.",
    ranks=(*(rf"inner_blocks\.{i}\." for i in range(DEEPEST)), *(rf"layer_blocks\.{i}\." for i in range(DEEPEST))),
    all=r"(backbone|body|fpn|head|rpn)\.",
    needs=r"^neck\.",
)
