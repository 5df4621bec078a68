"""Counters that hook modules by their exact type, or replace functions of torch: other spellings of the same
arithmetic count 0."""

from __future__ import annotations

import math

from resspec.analysis.peers.kinds import (
    CONVOLUTIONS,
    FILTERS,
    INTERPOLATIONS,
    POOLS,
    RECTIFIERS,
    SMOOTH,
    STANDARDISED,
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
    per_read,
    per_write,
    twice_macs,
    twice_macs_and_bias,
)
from resspec.ir.ops import TransposedConv2d


def _by_parameters(place: Place) -> int:
    """Elements of tensors called weight or bias, per output position in classes with Conv in their name, else once."""
    found = sum(weight.elements for weight in place.op.weights() if weight.name in ("weight", "bias"))
    positions = place.writes // place.out[0] if "Conv" in place.op.call().target else 1
    return found * positions


_TORCHINFO = dict.fromkeys(
    (
        *(*CONVOLUTIONS, *TRANSPOSED, *STANDARDISED, "linear"),
        *("batch_norm", "group_norm", "evonorm_s0", "filter_response_norm", "position_embedding"),
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
    **dict.fromkeys((*POOLS, "relu", "gelu", "batch_norm", "group_norm"), per_read(2)),
    **dict.fromkeys(("leaky_relu", "silu", "spatial_softmax"), per_read()),
}
PTFLOPS_PYTORCH = Peer(
    "ptflops pytorch",
    "get_model_complexity_info(backend='pytorch')[0]",
    "MACs",
    _PTFLOPS,
    others(_PTFLOPS),
    "macs and bias + 2 per norm element; a bug counts ReLU, GELU and pools twice, as module and as function",
    "sovrasov/flops-counter.pytorch#139",
)


def _mean_and_division(place: Place) -> int:
    """The elements averaged, and one division per output element."""
    return place.reads + place.writes


_THOP: dict[str, Rule] = {
    **dict.fromkeys((*CONVOLUTIONS, "linear"), macs),
    **dict.fromkeys(TRANSPOSED, on_output_grid),
    "batch_norm": per_read(4),
    "avg_pool2d": per_write(),
    **dict.fromkeys(("global_avg_pool", "adaptive_avg_pool2d"), _mean_and_division),
}
THOP = Peer(
    "thop",
    "profile(model, (x,))[0]",
    "MACs",
    _THOP,
    others(_THOP),
    "macs + 4 per batch norm element, a bug: 2 would do; no bias, group norm, ReLU, max pool or add",
    "Lyken17/pytorch-OpCounter#226",
)


def _transposed_and_bias(place: Place) -> int:
    """Two per multiply-accumulate, and the bias on the grid that an ordinary convolution would give."""
    op = place.op
    assert isinstance(op, TransposedConv2d)
    sides = [(side + 2 * op.padding - op.kernel) // op.stride + 1 for side in place.ins[0][1:]]
    return twice_macs(place) + (op.out_channels * math.prod(sides) if op.bias else 0)


def _places(place: Place) -> int:
    """One per place of the output, its channels forgotten."""
    return math.prod(place.out[1:])


_CALFLOPS: dict[str, Rule] = {
    **dict.fromkeys((*CONVOLUTIONS, *FILTERS), twice_macs_and_bias),
    **dict.fromkeys(TRANSPOSED, _transposed_and_bias),
    "resize_like": _places,
    "upsample": per_read(),
    "linear": twice_macs,
    "batch_norm": per_read(2),
    "group_norm": per_read(5),
    "std_conv2d": lambda place: twice_macs_and_bias(place) + 4 * place.kernel,
    "scaled_std_conv2d": lambda place: twice_macs_and_bias(place) + 5 * place.kernel,
    **dict.fromkeys((*RECTIFIERS, *SMOOTH, *POOLS, "spatial_softmax"), per_read()),
}
CALFLOPS = Peer(
    "calflops",
    "calculate_flops(model, input_shape)[0]",
    "FLOPs",
    _CALFLOPS,
    others(_CALFLOPS),
    "2 x macs + convolution bias + norms, activations and pool inputs; no add, no linear bias, no product by @",
)

_PYCLS = dict.fromkeys((*CONVOLUTIONS, *TRANSPOSED, *STANDARDISED, *FILTERS, "linear"), macs_and_bias)
PYCLS = Peer(
    "pycls",
    "model.complexity(cx)['flops']",
    "flops",
    _PYCLS,
    others(_PYCLS),
    "a closed form beside the model: macs and bias of convolutions and linear layers, called flops",
    "facebookresearch/pycls#97",
)
