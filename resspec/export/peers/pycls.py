"""Nets as pycls names them; projections come before the branch `f`, which plain nets lack."""

from resspec.export.naming import Peer

RESIDUAL = r"\.downsample\."

PEER = Peer(
    "pycls",
    (
        (r"^conv1\.", "stem.conv."),
        (r"^bn1\.", "stem.bn."),
        (r"^fc\.", "head.fc."),
        (r"\.se\.fc1\.", ".se.f_ex.0."),
        (r"\.se\.fc2\.", ".se.f_ex.2."),
        (r"\.conv1\.", ".a."),
        (r"\.bn1\.", ".a_bn."),
        (r"\.conv2\.", ".b."),
        (r"\.bn2\.", ".b_bn."),
        (r"\.conv3\.", ".c."),
        (r"\.bn3\.", ".c_bn."),
        (r"\.(a|a_bn|b|b_bn|se|c|c_bn)\.", r".f.\1.", RESIDUAL),
        (r"\.downsample\.0\.", ".proj."),
        (r"\.downsample\.1\.", ".bn."),
        (r"^layer(\d+)\.\d+\.", r"s\1.b{i}."),
    ),
    scope=r"s\d+\.b\d+\.",
    ranks=(r"proj\.", r"bn\."),
    reads=(
        (r"^stem\.conv\.", "conv1."),
        (r"^stem\.bn\.", "bn1."),
        (r"^head\.fc\.", "fc."),
        (r"^s(\d+)\.b(\d+)\.(?:f\.)?", r"layer\1.{2-1}."),
        (r"\.se\.f_ex\.0\.", ".se.fc1."),
        (r"\.se\.f_ex\.2\.", ".se.fc2."),
        (r"\.proj\.", ".downsample.0."),
        (r"^(layer\d+\.\d+)\.bn\.", r"\1.downsample.1."),
        (r"\.a\.", ".conv1."),
        (r"\.a_bn\.", ".bn1."),
        (r"\.b\.", ".conv2."),
        (r"\.b_bn\.", ".bn2."),
        (r"\.c\.", ".conv3."),
        (r"\.c_bn\.", ".bn3."),
    ),
    all=r"(stem|s\d+|head)\.",
)
