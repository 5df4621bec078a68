"""The kinds of operations, grouped by what counters see of them in the modules that resspec writes."""

from __future__ import annotations

from collections.abc import Iterable

CONVOLUTIONS = ("conv2d", "zeroed_conv2d", "conv1d", "whole_conv2d")
"""Modules of torch: `nn.Conv2d`, `nn.Conv1d`."""
TRANSPOSED = ("transposed_conv2d",)
"""`nn.ConvTranspose2d`."""
STANDARDISED = ("std_conv2d", "scaled_std_conv2d")
"""Subclasses of `nn.Conv2d` that pass their kernel through `F.batch_norm` in train mode, then call `F.conv2d`."""
FILTERS = ("blur_pool",)
"""`F.conv2d` on a buffer."""
PRODUCTS = ("block_product", "repeated_product")
"""Products with matrices that the image gives: broadcast over channels, or repeated as timm spells them."""
RECTIFIERS = ("relu", "leaky_relu")
SMOOTH = ("silu", "gelu")
POOLS = ("max_pool2d", "avg_pool2d", "global_avg_pool", "adaptive_max_pool2d", "adaptive_avg_pool2d")
INTERPOLATIONS = ("resize_like", "upsample")
"""`F.interpolate`."""

FREE = (
    *(
        "input",
        "index",
        "boxes",
        "flatten",
        "flatten_whole",
        "subsample",
        "pad_map",
        "pad_channels",
        "space_to_depth",
        "to_row",
        "from_row",
    ),
    *("concat", "split", "take_token", "dropout", "drop_channels", "drop_path", "pixel_shuffle", "anchor_rows"),
    "by_image",
)
"""Moves elements, or is the identity in eval mode."""
JOINS = ("add", "shift", "sum_splits", "position_embedding")
"""Additions."""
QUIET = ("sigmoid", "split_softmax", "share_matrices")
"""Arithmetic that no counter sees."""

UNTOLD = frozenset(
    (
        *("prelu", "tanh", "times", "instance_norm", "colour_shift", "reflect_pad", "unflatten", "global_sum"),
        *("spectral_conv2d", "spectral_linear", "layer_norm", "pair_attention", "colour_offset"),
        *("bare_batch_norm", "gain", "map_attention", "add_inner", "spectral_embedding"),
        *("power_conv2d", "power_linear", "power_embedding", "uncounted_batch_norm", "chunk"),
        *("roi_align", "sinusoid_linear", "embedding", "add_vector", "modulate"),
        *("places_to_tokens", "tokens_to_places", "places_to_row", "row_to_places", "point_conv1d", "packed_attention"),
    )
)
"""Kinds, most of them of networks that make images, for which was not measured what other tools count: asked for, it is
RS312."""

KINDS = frozenset(
    kind
    for group in (
        *(CONVOLUTIONS, TRANSPOSED, STANDARDISED, FILTERS, PRODUCTS, RECTIFIERS, SMOOTH, POOLS, INTERPOLATIONS),
        *(FREE, JOINS, QUIET),
        (
            "linear",
            "batch_norm",
            "frozen_batch_norm",
            "group_norm",
            "evonorm_s0",
            "filter_response_norm",
            "mean",
            "scale",
        ),
        ("tokens", "attention", "spatial_softmax", "spatial_sum"),
    )
    for kind in group
)
"""Every kind that a profile makes a statement on."""


def others(counted: Iterable[str]) -> frozenset[str]:
    """The kinds that are left when those a counter counts are taken away."""
    return KINDS - frozenset(counted)
