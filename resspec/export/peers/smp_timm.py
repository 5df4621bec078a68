"""Decoders of segmentation_models.pytorch over timm's networks (`tu-…`)."""

from resspec.export.naming import Peer
from resspec.export.peers.smp import ALL, NEEDS, RANKS, RENAMES, SCOPE

PEER = Peer("smp_timm", (*RENAMES, (r"^encoder\.", "encoder.model.")), SCOPE, RANKS, all=ALL, needs=NEEDS)
