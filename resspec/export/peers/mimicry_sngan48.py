"""The critic of torch_mimicry for images of 48 pixels, whose last layer is numbered as its last block."""

from resspec.export.naming import Peer
from resspec.export.peers.mimicry import ALL, RANKS, RENAMES, SCOPE

PEER = Peer("mimicry_sngan48", ((r"^fc\.", "l5."), *RENAMES), SCOPE, RANKS, all=ALL)
