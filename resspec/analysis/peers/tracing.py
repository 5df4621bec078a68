"""Counters that trace a module and look each operator up by name: what has no entry counts 0."""

from __future__ import annotations

import math

from resspec.analysis.peers.dispatching import CONVOLVED, MULTIPLIED
from resspec.analysis.peers.kinds import (
    CONVOLUTIONS,
    DERIVED,
    FILTERS,
    FUSED,
    INTERPOLATIONS,
    MATRICES,
    PAIRINGS,
    PRODUCTS,
    TRANSPOSED,
    others,
)
from resspec.analysis.peers.peer import (
    Peer,
    Place,
    Rule,
    interpolated,
    macs,
    on_output_grid,
    per_read,
    per_write,
    scaled,
)
from resspec.ir.ops import BlockProduct, RoIAlign, SinusoidLinear


def _standardised(rate: int) -> Rule:
    """The convolution, and `rate` per kernel element for the batch norm that standardises it."""
    return lambda place: place.macs + rate * place.kernel


def _product(place: Place) -> int:
    """Elements of the left operand x columns of the right one: p x is counted once for all channels that share p."""
    assert isinstance(place.op, BlockProduct)
    if place.op.columns:
        return place.macs
    _, height, width = place.out
    return place.regions * place.ins[1][0] * height * height * width


_PLAIN = (*CONVOLUTIONS, *DERIVED, *FILTERS, "linear", *MATRICES, "spatial_sum", *PAIRINGS)

_FVCORE: dict[str, Rule] = {
    **dict.fromkeys((*_PLAIN, *TRANSPOSED, "repeated_product"), macs),
    **dict.fromkeys(INTERPOLATIONS, interpolated(bilinear=4, nearest=1)),
    "block_product": _product,
    "std_conv2d": _standardised(4),
    "scaled_std_conv2d": _standardised(5),
    **dict.fromkeys(("batch_norm", "bare_batch_norm", "uncounted_batch_norm"), scaled(1)),
    "instance_norm": scaled(4),
    **dict.fromkeys(("group_norm", "layer_norm"), per_read(5)),
    **dict.fromkeys(("global_avg_pool", "adaptive_avg_pool2d"), per_read()),
}
_ACTIVATING: dict[str, Rule] = {
    **dict.fromkeys((*CONVOLVED, *MULTIPLIED), per_write()),
    **dict.fromkeys(PAIRINGS, lambda place: place.products),
}

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
    _ACTIVATING,
    others(_ACTIVATING),
    "outputs of convolutions and matrix products",
)


def _unless_inplace(place: Place) -> int:
    """One per output element; it does not know operators whose names end in an underscore."""
    return 0 if place.inplace else place.writes


def _per_channel(place: Place) -> int:
    """One per channel."""
    return place.channels


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
    return place.macs + place.regions * place.work.extra


def _waving(place: Place) -> int:
    """The product, and the multiplications that make angles of a number: two per angle."""
    assert isinstance(place.op, SinusoidLinear)
    return place.macs + place.regions * place.op.in_features


def _inner(place: Place) -> int:
    """One per element of the vectors."""
    return place.regions * math.prod(place.ins[1])


def _sampled(place: Place) -> int:
    """Multiplications that find the pixels of each cell of each box and their shares; the sums of pixels by shares it
    does not know. The sizes of the levels and the starts of the images are multiplied once."""
    assert isinstance(place.op, RoIAlign)
    side, levels = place.op.size * place.op.samples, place.op.levels
    return place.out[0] * (8 * side + 4 * side**2 + 3 * levels + 4) + levels + 1


_TORCHPROFILE: dict[str, Rule] = {
    **dict.fromkeys((*_PLAIN, *FUSED, "std_conv2d"), macs),
    "sinusoid_linear": _waving,
    **dict.fromkeys(TRANSPOSED, on_output_grid),
    **dict.fromkeys(INTERPOLATIONS, interpolated(bilinear=4, nearest=0)),
    **dict.fromkeys(("batch_norm", "group_norm", "layer_norm"), per_write()),
    **dict.fromkeys(("instance_norm", "bare_batch_norm", "uncounted_batch_norm"), scaled(0)),
    **dict.fromkeys(("global_avg_pool", "adaptive_avg_pool2d", "avg_pool2d", "mean"), per_write()),
    "frozen_batch_norm": _frozen,
    **dict.fromkeys(("scale", "times", "gain", "modulate"), per_write()),
    "leaky_relu": _unless_inplace,
    "add_inner": _inner,
    "roi_align": _sampled,
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
