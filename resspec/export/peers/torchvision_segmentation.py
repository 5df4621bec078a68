"""FCN and DeepLabV3 as torchvision names them."""

from resspec.export.naming import Peer

ASPP = r"^decoder\.aspp\."

PEER = Peer(
    "torchvision_segmentation",
    (
        (r"^(?!decoder\.|heads\.)", "backbone."),
        (r"^decoder\.conv1\.", "classifier.1.", ASPP),
        (r"^decoder\.bn1\.", "classifier.2.", ASPP),
        (r"^decoder\.conv1\.", "classifier.0."),
        (r"^decoder\.bn1\.", "classifier.1."),
        (r"^decoder\.aspp\.conv4\.", "classifier.0.convs.4.1."),
        (r"^decoder\.aspp\.bn4\.", "classifier.0.convs.4.2."),
        (r"^decoder\.aspp\.conv(\d)\.", r"classifier.0.convs.\1.0."),
        (r"^decoder\.aspp\.bn(\d)\.", r"classifier.0.convs.\1.1."),
        (r"^decoder\.aspp\.project\.", "classifier.0.project.0."),
        (r"^decoder\.aspp\.project_bn\.", "classifier.0.project.1."),
        (r"^heads\.classifier\.", "classifier.4."),
        (r"^heads\.aux\.conv1\.", "aux_classifier.0."),
        (r"^heads\.aux\.bn1\.", "aux_classifier.1."),
        (r"^heads\.aux\.classifier\.", "aux_classifier.4."),
    ),
    all=r"(backbone|classifier|aux_classifier)\.",
    needs=r"^decoder\.",
)
