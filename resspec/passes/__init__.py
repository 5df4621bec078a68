"""Graph -> Graph: networks rewritten into others that compute the same, with recipes for their tensors."""

from resspec.passes.cut import behind
from resspec.passes.fuse import Fused, fuse
from resspec.passes.recipe import Branch, Fusion, Recipe

__all__ = ["Branch", "Fused", "Fusion", "Recipe", "behind", "fuse"]
