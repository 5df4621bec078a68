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
)
