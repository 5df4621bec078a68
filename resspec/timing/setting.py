"""What a measurement depends on beside the network."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Setting:
    """The device as torch names it, the type of elements, images in a batch, and torch's threads."""

    device: str = "cpu"
    dtype: str = "fp32"
    images: int = 1
    threads: int = 1

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)
