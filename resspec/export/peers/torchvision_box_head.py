"""The box head of torchvision's detectors of two steps: linear layers alone, or convolutions before one."""

from resspec.export.naming import Peer

CONVOLUTIONS = r"^layer1\.0\.conv1\."

PEER = Peer(
    "torchvision_box_head",
    (
        (r"^layer1\.(\d+)\.conv1\.", r"box_head.\1.0."),
        (r"^layer1\.(\d+)\.bn1\.", r"box_head.\1.1."),
        (r"^heads\.fc1\.", "box_head.{N+1}.", CONVOLUTIONS),
        (r"^heads\.fc1\.", "box_head.fc6."),
        (r"^heads\.fc2\.", "box_head.fc7."),
        (r"^heads\.(cls_score|bbox_pred)\.", r"box_predictor.\1."),
    ),
    all=r"box_(head|predictor)\.",
    needs=r"^heads\.cls_score\.",
)
