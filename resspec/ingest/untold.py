"""What shapes do not tell of a network."""

from __future__ import annotations

from typing import Any

from resspec.plan import resolve
from resspec.spec.net import NetSpec


def untold(spec: NetSpec) -> tuple[str, ...]:
    """The values of a spec that no name or shape shows, as texts."""
    plan = resolve(spec)
    site, block = plan.stages[0].blocks[0].site, plan.stages[0].blocks[0].block
    stem: Any = plan.stem.stem
    found = [f"input {'x'.join(str(side) for side in spec.input)}"]
    found += [f"stem stride {stem.stride}"] if hasattr(stem, "stride") else []
    found += [f"stem pool {stem.pool.kind}"] if hasattr(stem, "pool") and stem.pool.kind != "conv" else []
    found.append("strides " + " ".join(str(stage.stride) for stage in spec.stages))
    found.append(f"act {site.act.kind}")
    found.append(f"down {site.down.kind}")
    found += [f"stride_on {stride_on}"] if (stride_on := getattr(block, "stride_on", "")) else []
    found += [f"shortcut {site.shortcut.kind}"] if site.shortcut.kind in ("pad", "none", "identity") else []
    found += [f"norm {key} {value}" for key, value in site.norm.to_data().items() if key in ("eps", "groups")]
    return tuple(found)
