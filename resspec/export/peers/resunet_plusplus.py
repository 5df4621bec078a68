"""ResUNet++ as rishikksh20/ResUnet names it."""

from resspec.export.naming import Peer
from resspec.export.peers.resunet import FIRST, members

ASPP = (("bridge", "aspp_bridge"), ("end", "aspp_out"))
ATTENTION = (("skip", "encoder"), ("map", "decoder"), ("factor", "attn"))

PEER = Peer(
    "resunet_plusplus",
    (
        *((rf"^layer1\.blocks\.0\.{own}\.", f"{theirs}.") for own, theirs in FIRST.items()),
        (r"^layer\d+\.se\.fc1\.", "squeeze_excite{s}.fc.0."),
        (r"^layer\d+\.se\.fc2\.", "squeeze_excite{s}.fc.2."),
        *members(r"layer\d+\.blocks\.0", "residual_conv{s}"),
        *((rf"^decoder\.{own}\.conv{i}\.", f"{theirs}.aspp_block{i + 1}.0.") for own, theirs in ASPP for i in range(3)),
        *((rf"^decoder\.{own}\.bn{i}\.", f"{theirs}.aspp_block{i + 1}.2.") for own, theirs in ASPP for i in range(3)),
        *((rf"^decoder\.{own}\.project\.", f"{theirs}.output.") for own, theirs in ASPP),
        *((rf"^decoder\.step{i}\.attention\.", f"attn{i + 1}.") for i in range(3)),
        *((rf"^(attn\d)\.{own}_bn\.", rf"\1.conv_{theirs}.0.") for own, theirs in ATTENTION),
        *((rf"^(attn\d)\.{own}_conv\.", rf"\1.conv_{theirs}.2.") for own, theirs in ATTENTION),
        *(rule for i in range(3) for rule in members(rf"decoder\.step{i}\.block0", f"up_residual_conv{i + 1}")),
        (r"^heads\.classifier\.", "output_layer.0."),
    ),
    all=r"(input_(layer|skip)|squeeze_excite\d|(up_)?residual_conv\d|aspp_(bridge|out)|attn\d|output_layer)\.",
    needs=r"^decoder\.bridge\.",
)
