"""Measurements that are kept: by network, device and setting, so that the same is not measured twice."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from resspec.analysis.latency import Table
from resspec.analysis.tables import cache_folder, tables_folder
from resspec.ir import Graph
from resspec.timing.bench import Bench
from resspec.timing.device import device_name
from resspec.timing.setting import Setting
from resspec.training.writing import write_whole


def place(graph: Graph, setting: Setting, forms: Sequence[str], rounds: int, *, training: bool) -> Path:
    """The file of a measurement: what it is of, where and how it was made."""
    made = {
        "fingerprint": graph.fingerprint,
        "device": device_name(torch.device(setting.device)),
        "torch": torch.__version__,
        "setting": setting.to_dict(),
        "forms": list(forms),
        "rounds": rounds,
        "training": training,
    }
    digest = hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()[:16]
    return cache_folder() / "bench" / f"{graph.fingerprint}-{digest}.json"


def remembered(file: Path) -> Bench | None:
    """The measurement in a file; None where there is none, or none that can be read."""
    try:
        return Bench.of(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(file: Path, data: dict[str, Any]) -> None:
    """Write plain data whole, in a folder that is made where it is missing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, (json.dumps(data, indent=1) + "\n").encode())


def table_place(table: Table) -> Path:
    """The file of a table: device, type, threads and batch."""
    device = re.sub(r"[^A-Za-z0-9]+", "-", table.device).strip("-").lower() or "device"
    return tables_folder() / f"{device}-{table.dtype}-{table.threads}t-b{table.images}.json"
