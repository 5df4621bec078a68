"""Counters that watch torch's dispatcher: they see every convolution and matrix product, however it is spelt."""

from __future__ import annotations

from resspec.analysis.peers.kinds import (
    CONVOLUTIONS,
    DERIVED,
    FILTERS,
    FUSED,
    MATRICES,
    PAIRINGS,
    PRODUCTS,
    STANDARDISED,
    TRANSPOSED,
    others,
)
from resspec.analysis.peers.peer import Peer, macs, macs_and_bias, twice_macs

CONVOLVED = (*CONVOLUTIONS, *TRANSPOSED, *STANDARDISED, *DERIVED, *FILTERS)
MULTIPLIED = ("linear", "spatial_sum", *MATRICES, *PRODUCTS, *PAIRINGS)


FLOP_COUNTER_MODE = Peer(
    "torch",
    "FlopCounterMode().get_total_flops()",
    "FLOPs",
    dict.fromkeys((*CONVOLVED, *MULTIPLIED), twice_macs),
    others((*CONVOLVED, *MULTIPLIED)),
    "2 x macs; no bias, norm, activation, pool or add; attention counts 0 on a CPU",
    "pytorch/pytorch#195460",
)
PTFLOPS_ATEN = Peer(
    "ptflops aten",
    "get_model_complexity_info(backend='aten')[0]",
    "MACs",
    dict.fromkeys((*CONVOLVED, *MULTIPLIED), macs_and_bias),
    others((*CONVOLVED, *MULTIPLIED)),
    "macs and bias; no norm, activation, pool or add; attention counts 0",
)
TORCHVISION = Peer(
    "torchvision",
    "weights.meta['_ops']",
    "GFLOPS",
    dict.fromkeys((*CONVOLVED, *MULTIPLIED, *FUSED), macs),
    others((*CONVOLVED, *MULTIPLIED, *FUSED)),
    "macs in thousand millions, though it says FLOPS; rounded to three digits",
    digits=3,
)
