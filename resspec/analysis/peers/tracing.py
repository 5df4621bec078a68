"""Counters that trace a module and look each operator up by name: what has no entry counts 0."""

from __future__ import annotations

from resspec.analysis.peers.dispatching import CONVOLVED
from resspec.analysis.peers.kinds import CONVOLUTIONS, FILTERS, INTERPOLATIONS, PRODUCTS, TRANSPOSED, others
from resspec.analysis.peers.peer import Peer, Place, Rule, interpolated, macs, on_output_grid, per_read, per_write
from resspec.ir.ops import BlockProduct


def _standardised(rate: int) -> Rule:
    """The convolution, and `rate` per kernel element for the batch norm that standardises it."""
    return lambda place: place.macs + rate * place.kernel


def _product(place: Place) -> int:
    """Elements of the left operand x columns of the right one: p x is counted once for all channels that share p."""
    assert isinstance(place.op, BlockProduct)
    if place.op.columns:
        return place.macs
    _, height, width = place.out
    return place.ins[1][0] * height * height * width


_FVCORE: dict[str, Rule] = {
    **dict.fromkeys((*CONVOLUTIONS, *TRANSPOSED, *FILTERS, "linear", "spatial_sum", "repeated_product"), macs),
    **dict.fromkeys(INTERPOLATIONS, interpolated(bilinear=4, nearest=1)),
    "block_product": _product,
    "std_conv2d": _standardised(4),
    "scaled_std_conv2d": _standardised(5),
    "batch_norm": per_read(2),
    "group_norm": per_read(5),
    **dict.fromkeys(("global_avg_pool", "adaptive_avg_pool2d"), per_read()),
}
_ACTIVATING = (*CONVOLVED, "linear", "spatial_sum", *PRODUCTS)

FVCORE = Peer(
    "fvcore",
    "FlopCountAnalysis(model, x).total()",
    "FLOPs",
    _FVCORE,
    others(_FVCORE),
    "macs + 2 per batch norm element + adaptive pool inputs; skips add_, max_pool2d, mean and attention",
    "facebookresearch/fvcore#148",
)
FVCORE_ACTIVATIONS = Peer(
    "fvcore activations",
    "ActivationCountAnalysis(model, x).total()",
    "elements",
    dict.fromkeys(_ACTIVATING, per_write()),
    others(_ACTIVATING),
    "outputs of convolutions and matrix products",
)


def _unless_inplace(place: Place) -> int:
    """One per output element; it does not know operators whose names end in an underscore."""
    return 0 if place.inplace else place.writes


def _per_channel(place: Place) -> int:
    """One per channel."""
    return place.ins[0][0]


def _gated_products(place: Place) -> int:
    """Multiplications of EvoNorm: gamma, and twice more for the gate."""
    return (3 if len(place.op.weights()) == 3 else 1) * place.writes


def _response_products(place: Place) -> int:
    """Multiplications of FRN, and its mean: 2 per element, 1 per channel."""
    return 2 * place.writes + _per_channel(place)


def _frozen(place: Place) -> int:
    """The product per element, and two per channel."""
    return place.writes + 2 * _per_channel(place)


def _scaling(place: Place) -> int:
    """The convolution, a norm with gains over its kernel, and the product that makes the gains."""
    return place.macs + place.kernel + place.out[0]


def _spreading(place: Place) -> int:
    """The product, and that which spreads the matrices."""
    return place.macs + place.op.work(place.ins, place.out).extra


_TORCHPROFILE: dict[str, Rule] = {
    **dict.fromkeys((*CONVOLUTIONS, *FILTERS, "linear", "spatial_sum", "attention", "std_conv2d"), macs),
    **dict.fromkeys(TRANSPOSED, on_output_grid),
    **dict.fromkeys(INTERPOLATIONS, interpolated(bilinear=4, nearest=0)),
    **dict.fromkeys(("batch_norm", "group_norm"), per_write()),
    **dict.fromkeys(("global_avg_pool", "adaptive_avg_pool2d", "avg_pool2d", "mean"), per_write()),
    "frozen_batch_norm": _frozen,
    "scale": per_write(),
    "leaky_relu": _unless_inplace,
    "scaled_std_conv2d": _scaling,
    "tokens": _per_channel,
    "evonorm_s0": _gated_products,
    "filter_response_norm": _response_products,
    **dict.fromkeys(PRODUCTS, _spreading),
}

TORCHPROFILE = Peer(
    "torchprofile",
    "profile_macs(model, x)",
    "MACs",
    _TORCHPROFILE,
    others(_TORCHPROFILE),
    "macs + 1 per norm element, multiplication and pool output; no bias, ReLU, max pool or add",
    "zhijian-liu/torchprofile#11",
)
