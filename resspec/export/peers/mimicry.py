"""Generators and critics as torch_mimicry names them."""

from resspec.export.naming import Peer, Rule

RENAMES: tuple[Rule, ...] = (
    (r"^layer\d+\.\d+\.attn\.gain\.weight", "attn_block.gamma"),
    (r"^layer\d+\.\d+\.attn\.", "attn_block."),
    (r"^told\.", "l_y."),
    (r"^project\.", "l1."),
    (r"^fc\.", "l{N+1}."),
    (r"^norm\.", "b{N+2}."),
    (r"^(layer\d+\.\d+)\.conv_sc\.", r"\1.c_sc."),
    (r"^(layer\d+\.\d+)\.conv(\d)\.", r"\1.c\2."),
    (r"^(layer\d+\.\d+)\.bn(\d)\.", r"\1.b\2."),
    (r"^layer\d+\.\d+\.", "block{n+2}.", r"^to_image\."),
    (r"^layer\d+\.\d+\.", "block{n+1}."),
    (r"^to_image\.", "c{N+2}."),
    (r"\.u0$", ".sn_u"),
    (r"\.sv0$", ".sn_sigma"),
)
BLOCKS = range(1, 10)
"""Blocks that are put in order; the peer's nets have up to six."""
SCOPE = r"(?:)"
RANKS = (
    r"l1\.",
    *(rf"block{block}\.{part}" for block in BLOCKS for part in (r"c\d", r"b\d", "c_sc")),
    *(r"b\d+\.", r"c\d+\.", r"l\d+\.", r"l_y\.", r"attn_block\.gamma"),
)
ALL = r"((l|block|b|c)\d+|l_y|attn_block)\."

PEER = Peer("mimicry", RENAMES, SCOPE, RANKS, all=ALL)
