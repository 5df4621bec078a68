"""RegNets as torchvision names them; projections come before the branch."""

from resspec.export.naming import Peer

PEER = Peer(
    "torchvision_regnet",
    (
        (r"^conv1\.", "stem.0."),
        (r"^bn1\.", "stem.1."),
        (r"\.downsample\.", ".proj."),
        (r"\.se\.", ".f.se."),
        (r"\.conv1\.", ".f.a.0."),
        (r"\.bn1\.", ".f.a.1."),
        (r"\.conv2\.", ".f.b.0."),
        (r"\.bn2\.", ".f.b.1."),
        (r"\.conv3\.", ".f.c.0."),
        (r"\.bn3\.", ".f.c.1."),
        (r"^layer(\d+)\.(\d+)\.", r"trunk_output.block\1.block\1-\2."),
    ),
    scope=r"trunk_output\.block\d+\.block\d+-\d+\.",
    ranks=(r"proj\.",),
    reads=(
        (r"^stem\.0\.", "conv1."),
        (r"^stem\.1\.", "bn1."),
        (r"^trunk_output\.block(\d+)\.block\d+-(\d+)\.", r"layer\1.\2."),
        (r"\.proj\.", ".downsample."),
        (r"\.f\.se\.", ".se."),
        (r"\.f\.a\.0\.", ".conv1."),
        (r"\.f\.a\.1\.", ".bn1."),
        (r"\.f\.b\.0\.", ".conv2."),
        (r"\.f\.b\.1\.", ".bn2."),
        (r"\.f\.c\.0\.", ".conv3."),
        (r"\.f\.c\.1\.", ".bn3."),
    ),
    all=r"(stem|trunk_output|fc)\.",
)
