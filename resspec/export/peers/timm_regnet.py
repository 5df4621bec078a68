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
    reads=(
        (r"^stem\.conv\.", "conv1."),
        (r"^stem\.bn\.", "bn1."),
        (r"^stem\.(weight|bias)$", r"conv1.\1"),
        (r"^final_conv\.conv\.", "final_conv."),
        (r"^final_conv\.bn\.", "final_bn."),
        (r"^head\.fc\.", "fc."),
        (r"\.downsample\.1\.bn\.", ".downsample.2."),
        (r"\.downsample\.1\.conv\.", ".downsample.1."),
        (r"\.downsample\.conv\.", ".downsample.0."),
        (r"\.downsample\.bn\.", ".downsample.1."),
        (r"\.downsample\.(weight|bias)$", r".downsample.0.\1"),
        (r"\.conv(\d)\.(conv|bn)\.", r".\2\1."),
        (r"\.norm(\d)\.", r".bn\1."),
        (r"^s(\d+)\.b(\d+)\.", r"layer\1.{2-1}."),
    ),
    all=r"(stem|s\d+|final_conv|head|norm)\.",
)
