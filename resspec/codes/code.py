"""What stands behind a code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """A broken law: its title, what causes it, an example (a faulty spec, or a command after `$`), and the remedy."""

    title: str
    cause: str
    example: str
    remedy: str
