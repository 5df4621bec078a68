"""The mask head of torchvision's Mask R-CNN."""

from resspec.export.naming import Peer

PEER = Peer(
    "torchvision_mask_head",
    (
        (r"^layer1\.(\d+)\.conv1\.", r"mask_head.\1.0."),
        (r"^layer1\.(\d+)\.bn1\.", r"mask_head.\1.1."),
        (r"^decoder\.0\.up\.", "mask_predictor.conv5_mask."),
        (r"^heads\.heatmaps\.", "mask_predictor.mask_fcn_logits."),
    ),
    all=r"mask_(head|predictor)\.",
    needs=r"^heads\.heatmaps\.",
)
