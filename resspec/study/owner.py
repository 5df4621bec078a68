"""Who runs a trial, as it is written beside it."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

from optuna.trial import FrozenTrial

OWNER = "owner"
BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Owner:
    """A process and how often the trial was started, this time included. Locks of the operating system tell whether a
    process lives where `machine` is the same; `host` and `pid` are for people."""

    id: str = ""
    host: str = ""
    pid: int = 0
    attempt: int = 0
    machine: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The owner that `to_dict` wrote, by this version or another."""
        known = {key: data[key] for key in ("id", "host", "pid", "attempt", "machine") if key in data}
        return cls(**known)


def owner_of(trial: FrozenTrial) -> Owner:
    """The process that runs a trial or ran it last."""
    return Owner.from_dict(trial.user_attrs.get(OWNER, {}))


def myself() -> Owner:
    """A new name for this process."""
    return Owner(uuid.uuid4().hex[:12], socket.gethostname(), os.getpid(), 0, machine())


@cache
def machine() -> str:
    """This machine since it was started: containers on it share the name, a restart changes it."""
    try:
        return BOOT.read_text(encoding="ascii").strip()
    except OSError:  # not Linux
        return f"{socket.gethostname()}-{uuid.getnode():x}"
