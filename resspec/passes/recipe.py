"""How the tensors of a rewritten graph follow from those it had: plain data, carried out by any array library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Branch:
    """A convolution (the identity where `conv` is empty), then an eval-mode batch norm (none where `norm` is empty)."""

    conv: str
    kernel: int = 1
    bias: bool = False
    norm: str = ""
    eps: float = 0.0


@dataclass(frozen=True, slots=True)
class Fusion:
    """One convolution with bias that computes the sum of branches; `shape` is its weight's."""

    conv: str
    shape: tuple[int, int, int, int]
    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Recipe:
    """The tensors of the new graph in order: each made by a fusion, or kept."""

    names: tuple[str, ...]
    fusions: tuple[Fusion, ...]

    def tensors(self, state: Mapping[str, Any], lib: Any) -> dict[str, Any]:
        """The new graph's tensors from the old one's. `lib` is the library of the arrays: torch or numpy."""
        made: dict[str, Any] = {}
        for fusion in self.fusions:
            parts = [_branch(branch, fusion.shape, state, lib) for branch in fusion.branches]
            made[f"{fusion.conv}.weight"] = sum(weight for weight, _ in parts)
            made[f"{fusion.conv}.bias"] = sum(bias for _, bias in parts)
        return {name: made[name] if name in made else state[name] for name in self.names}


def _branch(branch: Branch, shape: tuple[int, int, int, int], state: Mapping[str, Any], lib: Any) -> tuple[Any, Any]:
    """The weight and bias of a branch, its kernel in the middle of one of the given shape."""
    out, fan_in, side, _ = shape
    like = state[f"{branch.norm}.weight" if branch.norm else f"{branch.conv}.weight"]
    scale, shift = lib.ones(out, dtype=like.dtype), lib.zeros(out, dtype=like.dtype)
    if branch.norm:
        gamma, beta, mean, var = (
            state[f"{branch.norm}.{name}"] for name in ("weight", "bias", "running_mean", "running_var")
        )
        scale = gamma / lib.sqrt(var + branch.eps)
        shift = beta - mean * scale
    weight = lib.zeros(shape, dtype=like.dtype)
    if branch.conv:
        start = (side - branch.kernel) // 2
        inside = slice(start, start + branch.kernel)
        weight[:, :, inside, inside] = state[f"{branch.conv}.weight"] * scale.reshape(-1, 1, 1, 1)
    else:
        channels = lib.arange(out)
        weight[channels, channels % fan_in, side // 2, side // 2] = scale
    return weight, state[f"{branch.conv}.bias"] * scale + shift if branch.bias else shift
