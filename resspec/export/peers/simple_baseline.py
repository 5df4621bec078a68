"""Key points by transposed convolutions, as the simple baselines' code names them (microsoft/human-pose-estimation)."""

from resspec.export.naming import Peer

PEER = Peer(
    "simple_baseline",
    (
        *((rf"^decoder\.{i}\.up\.", f"deconv_layers.{3 * i}.") for i in range(5)),
        *((rf"^decoder\.{i}\.bn1\.", f"deconv_layers.{3 * i + 1}.") for i in range(5)),
        (r"^heads\.heatmaps\.", "final_layer."),
    ),
    all=r"(?!decoder|heads)",
    needs=r"^heads\.heatmaps\.",
)
