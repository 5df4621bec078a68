"""Counters that hook modules by their exact type, or replace functions of torch: other spellings of the same
arithmetic count 0."""

from __future__ import annotations

import math

from resspec.analysis.peers.kinds import (
    CONVOLUTIONS,
    DERIVED,
    FILTERS,
    INTERPOLATIONS,
    MATRICES,
    POOLS,
    RECTIFIERS,
    SMOOTH,
    STANDARDISED,
    TABLES,
    TRANSPOSED,
    others,
)
from resspec.analysis.peers.peer import (
    Peer,
    Place,
    Rule,
    macs,
    macs_and_bias,
    on_output_grid,
    per_pair,
    per_read,
    per_write,
    scaled,
    twice_macs,
    twice_macs_and_bias,
)
from resspec.ir.ops import TransposedConv2d


def _by_parameters(place: Place) -> int:
    """Elements of parameters called weight or bias, per output position in classes with Conv in their name, else once
    for each region; of those whose names only hold such a word, as if they were a recurrent layer's, per channel."""
    own = [weight for weight in place.op.weights() if weight.learned]
    found = sum(weight.elements for weight in own if weight.name in ("weight", "bias"))
    held = sum(weight.elements for weight in own if weight.name == "weight_orig")
    positions = math.prod(place.out[1:]) if "Conv" in place.op.call().target else 1
    return place.regions * (found * positions + held * place.out[0])


_TORCHINFO = dict.fromkeys(
    (
        *(*CONVOLUTIONS, *TRANSPOSED, *STANDARDISED, *DERIVED, "linear", *MATRICES, *TABLES),
        *("batch_norm", "uncounted_batch_norm", "group_norm", "instance_norm", "layer_norm"),
        *("evonorm_s0", "filter_response_norm", "position_embedding", "prelu", "gain"),
    ),
    _by_parameters,
)
TORCHINFO = Peer(
    "torchinfo",
    "summary(model, input_data=x).total_mult_adds",
    "mult-adds",
    _TORCHINFO,
    others(_TORCHINFO),
    "macs and bias; a bug adds the number of norm parameters; a linear layer on tokens counts one token",
    "TylerYep/torchinfo#77",
)

_PTFLOPS: dict[str, Rule] = {
    **dict.fromkeys((*CONVOLUTIONS, *TRANSPOSED, "linear"), macs_and_bias),
    **dict.fromkeys(INTERPOLATIONS, per_write()),
    **dict.fromkeys((*POOLS, "relu", "prelu", "gelu", "group_norm"), per_read(2)),
    **dict.fromkeys(("batch_norm", "bare_batch_norm", "instance_norm"), scaled(1)),
    **dict.fromkeys(("leaky_relu", "silu", "spatial_softmax"), per_read()),
    "map_attention": per_pair,
}
PTFLOPS_PYTORCH = Peer(
    "ptflops pytorch",
    "get_model_complexity_info(backend='pytorch')[0]",
    "MACs",
    _PTFLOPS,
    others(_PTFLOPS),
    "macs and bias + 2 per norm element; ReLU, GELU and pools twice, a bug; subclasses of layers count 0",
    "sovrasov/flops-counter.pytorch#139",
)


def _mean_and_division(place: Place) -> int:
    """The elements averaged, and one division per output element."""
    return place.reads + place.writes


_THOP: dict[str, Rule] = {
    **dict.fromkeys((*CONVOLUTIONS, "linear"), macs),
    **dict.fromkeys(TRANSPOSED, on_output_grid),
    **dict.fromkeys(("batch_norm", "bare_batch_norm", "instance_norm"), scaled(2, 2)),
    "prelu": per_read(),
    "avg_pool2d": per_write(),
    **dict.fromkeys(("global_avg_pool", "adaptive_avg_pool2d"), _mean_and_division),
}
THOP = Peer(
    "thop",
    "profile(model, (x,))[0]",
    "MACs",
    _THOP,
    others(_THOP),
    "macs + 4 per batch norm element, a bug: 2 would do; no bias, ReLU, max pool or add; subclasses of layers count 0",
    "Lyken17/pytorch-OpCounter#226",
)


def _transposed_and_bias(place: Place) -> int:
    """Two per multiply-accumulate, and the bias on the grid that an ordinary convolution would give."""
    op = place.op
    assert isinstance(op, TransposedConv2d)
    sides = [(side + 2 * op.padding - op.kernel) // op.stride + 1 for side in place.ins[0][1:]]
    return twice_macs(place) + (place.regions * op.out_channels * math.prod(sides) if op.bias else 0)


def _places(place: Place) -> int:
    """One per place of the output, its channels forgotten."""
    return place.regions * math.prod(place.out[1:])


_CALFLOPS: dict[str, Rule] = {
    **dict.fromkeys((*CONVOLUTIONS, *DERIVED, *FILTERS), twice_macs_and_bias),
    **dict.fromkeys(TRANSPOSED, _transposed_and_bias),
    "resize_like": _places,
    "upsample": per_read(),
    **dict.fromkeys(("linear", *MATRICES), twice_macs),
    **dict.fromkeys(("batch_norm", "bare_batch_norm", "uncounted_batch_norm"), scaled(1)),
    "instance_norm": scaled(4),
    **dict.fromkeys(("group_norm", "layer_norm"), per_read(5)),
    "map_attention": per_pair,
    "std_conv2d": lambda place: twice_macs_and_bias(place) + 4 * place.kernel,
    "scaled_std_conv2d": lambda place: twice_macs_and_bias(place) + 5 * place.kernel,
    **dict.fromkeys((*RECTIFIERS, "prelu", *SMOOTH, *POOLS, "spatial_softmax"), per_read()),
}
CALFLOPS = Peer(
    "calflops",
    "calculate_flops(model, input_shape)[0]",
    "FLOPs",
    _CALFLOPS,
    others(_CALFLOPS),
    "2 x macs + convolution bias + norms, activations and pool inputs; no add, no linear bias, no product by @",
)

_LAYERS = (*CONVOLUTIONS, *TRANSPOSED, *STANDARDISED, *DERIVED, *FILTERS, "linear", *MATRICES)
_PYCLS = dict.fromkeys(_LAYERS, macs_and_bias)
PYCLS = Peer(
    "pycls",
    "model.complexity(cx)['flops']",
    "flops",
    _PYCLS,
    others(_PYCLS),
    "a closed form beside the model: macs and bias of convolutions and linear layers, called flops",
    "facebookresearch/pycls#97",
)
