"""Generators and critics as torch_mimicry names them."""

from resspec.export.naming import Peer

RENAMES = (
    (r"^project\.", "l1."),
    (r"^fc\.", "l{N+1}."),
    (r"^norm\.", "b{N+2}."),
    (r"^(layer\d+\.\d+)\.conv_sc\.", r"\1.c_sc."),
    (r"^(layer\d+\.\d+)\.conv(\d)\.", r"\1.c\2."),
    (r"^(layer\d+\.\d+)\.bn(\d)\.", r"\1.b\2."),
    (r"^layer\d+\.\d+\.", "block{n+2}.", r"^to_image\."),
    (r"^layer\d+\.\d+\.", "block{n+1}."),
    (r"^to_image\.", "c{N+2}."),
)
SCOPE = r"block\d+\."
RANKS = (r"c\d", r"b\d")
ALL = r"(l|block|b|c)\d+\."

PEER = Peer("mimicry", RENAMES, SCOPE, RANKS, all=ALL)
