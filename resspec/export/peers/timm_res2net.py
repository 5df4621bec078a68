"""timm's Res2Nets: the 3x3 convolutions of a block in one list, their norms in another."""

from resspec.export.naming import Peer

PEER = Peer(
    "timm_res2net",
    ((r"\.conv2_(\d+)\.", r".convs.\1."), (r"\.bn2_(\d+)\.", r".bns.\1.")),
    scope=r"layer\d+\.\d+\.",
    ranks=("conv1", "bn1", "convs", "bns"),
    reads=((r"\.convs\.(\d+)\.", r".conv2_\1."), (r"\.bns\.(\d+)\.", r".bn2_\1.")),
)
