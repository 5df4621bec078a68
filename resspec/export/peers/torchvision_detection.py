"""Feature pyramids, RetinaNet, FCOS and detectors of two steps as torchvision names them."""

from resspec.export.naming import Peer

HEADS = r"^heads\."
FCOS = r"^heads\.box\.bbox_ctrness\."
TOWERS = (("cls", "classification_head"), ("box", "regression_head"))
REGIONS = (("boxes", "box_head"), ("masks", "mask_head"))
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
        *(
            (rf"^heads\.boxes\.fc{j}\.", f"roi_heads.box_head.{i + 2 * j}.", rf"^heads\.boxes\.conv{i}\.")
            for i in reversed(range(DEEPEST))
            for j in range(1, DEEPEST)
        ),
        *((rf"^heads\.boxes\.fc{j}\.", f"roi_heads.box_head.fc{j + 5}.") for j in range(1, DEEPEST)),
        (r"^heads\.masks\.up\.", "roi_heads.mask_predictor.conv5_mask."),
        (r"^heads\.masks\.logits\.", "roi_heads.mask_predictor.mask_fcn_logits."),
        (r"^heads\.keypoints\.heatmaps\.", "roi_heads.keypoint_predictor.kps_score_lowres."),
        (r"^heads\.boxes\.(cls_score|bbox_pred)\.", r"roi_heads.box_predictor.\1."),
        *((rf"^heads\.keypoints\.conv{i}\.", f"roi_heads.keypoint_head.{2 * i}.") for i in range(DEEPEST)),
        *((rf"^heads\.{own}\.conv(\d)\.", rf"roi_heads.{theirs}.\1.0.") for own, theirs in REGIONS),
        *((rf"^heads\.{own}\.bn(\d)\.", rf"roi_heads.{theirs}.\1.1.") for own, theirs in REGIONS),
        *((rf"^heads\.{own}\.", f"head.{theirs}.") for own, theirs in TOWERS),
        *((rf"^(head\.\w+)\.conv{i}\.", rf"\1.conv.{3 * i}.", FCOS) for i in range(DEEPEST)),
        *((rf"^(head\.\w+)\.bn{i}\.", rf"\1.conv.{3 * i + 1}.", FCOS) for i in range(DEEPEST)),
        (r"^(head\.\w+)\.conv(\d)\.", r"\1.conv.\2.0."),
        (r"^(head\.\w+)\.bn(\d)\.", r"\1.conv.\2.1."),
    ),
    scope=r"(backbone\.)?fpn\.",
    ranks=(*(rf"inner_blocks\.{i}\." for i in range(DEEPEST)), *(rf"layer_blocks\.{i}\." for i in range(DEEPEST))),
    all=r"(backbone|body|fpn|head|rpn|roi_heads)\.",
    needs=r"^neck\.",
)
