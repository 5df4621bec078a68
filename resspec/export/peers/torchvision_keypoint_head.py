"""The key point head of torchvision's Keypoint R-CNN."""

from resspec.export.naming import Peer

PEER = Peer(
    "torchvision_keypoint_head",
    (
        (r"^layer1\.\d+\.conv1\.", "keypoint_head.{2*n}."),
        (r"^heads\.heatmaps\.", "keypoint_predictor.kps_score_lowres."),
    ),
    all=r"keypoint_(head|predictor)\.",
    needs=r"^heads\.heatmaps\.",
)
