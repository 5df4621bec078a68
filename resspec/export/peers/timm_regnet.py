"""RegNets as timm's regnet.py names them: units of convolution and norm, or (RegNetV) norms of their own before
them."""

from resspec.export.naming import Peer

UNITS = r"^bn1\."
"""A norm in the stem: blocks are made of units."""

PEER = Peer(
    "timm_regnet",
    (
        (r"^final_conv\.", "final_conv.conv."),
        (r"^final_bn\.", "final_conv.bn."),
        (r"^fc\.", "head.fc."),
        (r"\.downsample\.2\.", ".downsample.1.bn."),
        (r"\.downsample\.1\.(?!bn\.)", ".downsample.1.conv.", r"^{block}downsample\.2\."),
        (r"\.downsample\.1\.(?!bn\.|conv\.)", ".downsample.bn.", r"^{block}downsample\.0\."),
        (r"\.downsample\.0\.", ".downsample.conv.", UNITS),
        (r"\.downsample\.0\.", ".downsample."),
        (r"\.conv(\d)\.", r".conv\1.conv.", UNITS),
        (r"\.bn(\d)\.", r".conv\1.bn.", UNITS),
        (r"\.bn(\d)\.", r".norm\1."),
        (r"^conv1\.", "stem.conv.", UNITS),
        (r"^bn1\.", "stem.bn."),
        (r"^conv1\.", "stem."),
        (r"^layer(\d+)\.\d+\.", r"s\1.b{i}."),
    ),
)
