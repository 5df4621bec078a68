"""The kinds of operations, grouped by what counters see of them in the modules that resspec writes."""

from __future__ import annotations

from collections.abc import Iterable

CONVOLUTIONS = ("conv2d", "zeroed_conv2d", "conv1d", "whole_conv2d", "point_conv1d")
"""Modules of torch: `nn.Conv2d`, `nn.Conv1d`."""
TRANSPOSED = ("transposed_conv2d",)
"""`nn.ConvTranspose2d`."""
STANDARDISED = ("std_conv2d", "scaled_std_conv2d")
"""Subclasses of `nn.Conv2d` that pass their kernel through `F.batch_norm` in train mode, then call `F.conv2d`."""
DERIVED = ("colour_shift", "spectral_conv2d", "power_conv2d")
"""Other subclasses of `nn.Conv2d`: they end in `F.conv2d` and count as it does, but have a type of their own."""
FILTERS = ("blur_pool",)
"""`F.conv2d` on a buffer."""
MATRICES = ("spectral_linear", "power_linear", "sinusoid_linear")
"""Subclasses of `nn.Linear` that end in `F.linear`."""
TABLES = ("embedding", "spectral_embedding", "power_embedding")
"""`nn.Embedding` and subclasses that end in `F.embedding`."""
PRODUCTS = ("block_product", "repeated_product")
"""Products with matrices that the image gives: broadcast over channels, or repeated as timm spells them."""
PAIRINGS = ("map_attention", "pair_attention")
"""Attention between places as two products by `@`."""
FUSED = ("attention", "packed_attention")
"""`F.scaled_dot_product_attention`."""
RECTIFIERS = ("relu", "leaky_relu")
SMOOTH = ("silu", "gelu")
POOLS = ("max_pool2d", "avg_pool2d", "global_avg_pool", "adaptive_max_pool2d", "adaptive_avg_pool2d")
INTERPOLATIONS = ("resize_like", "upsample")
"""`F.interpolate`."""

FREE = (
    *("input", "index", "boxes", "flatten", "flatten_whole", "subsample", "pad_map", "pad_channels", "space_to_depth"),
    *("to_row", "from_row", "places_to_row", "row_to_places", "places_to_tokens", "tokens_to_places", "unflatten"),
    *("concat", "split", "chunk", "take_token", "pixel_shuffle", "anchor_rows", "by_image", "reflect_pad"),
    *("dropout", "drop_channels", "drop_path"),
)
"""Moves elements, or is the identity in eval mode."""
JOINS = ("add", "shift", "sum_splits", "position_embedding", "add_vector", "colour_offset")
"""Additions."""
QUIET = ("sigmoid", "tanh", "split_softmax", "share_matrices", "global_sum")
"""Arithmetic that no counter sees."""

KINDS = frozenset(
    kind
    for group in (
        *(CONVOLUTIONS, TRANSPOSED, STANDARDISED, DERIVED, FILTERS, MATRICES, TABLES, PRODUCTS, PAIRINGS, FUSED),
        *(RECTIFIERS, SMOOTH, POOLS, INTERPOLATIONS, FREE, JOINS, QUIET),
        ("batch_norm", "frozen_batch_norm", "bare_batch_norm", "uncounted_batch_norm", "group_norm", "instance_norm"),
        ("layer_norm", "evonorm_s0", "filter_response_norm"),
        ("linear", "prelu", "mean", "scale", "times", "gain", "modulate", "add_inner", "roi_align"),
        ("tokens", "spatial_softmax", "spatial_sum"),
    )
    for kind in group
)
"""Every kind that a profile makes a statement on."""


def others(counted: Iterable[str]) -> frozenset[str]:
    """The kinds that are left when those a counter counts are taken away."""
    return KINDS - frozenset(counted)
