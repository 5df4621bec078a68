"""The shipped specs beside what was measured on their sources, by family; the README's table is made here."""

from __future__ import annotations

from functools import cache

import peers
import resspec
from resspec.parts import FAMILIES, Part
from resspec.plan import resolve
from resspec.spec.loading import shipped_specs

START, END = "<!-- families -->\n", "<!-- /families -->"
USUAL = {
    *("plain", "none", "strided", "batch", "relu", "projection", "identity", "linear", "max", "norm-act"),
    *("conv7x7", "conv3x3", "basic", "bottleneck"),
}
"""Kinds too common to tell families apart."""
DENSE = ("segmentation", "detection", "generation")
"""Folders of specs that are no classifiers."""


@cache
def sources() -> dict[str, str]:
    """The source that each shipped spec names."""
    return {name: resspec.load(name).source or "" for name in shipped_specs()}


@cache
def dense_specs() -> tuple[str, ...]:
    """The shipped specs that predict for places or make images; they have a table of their own."""
    return tuple(name for name, path in shipped_specs().items() if path.parent.name in DENSE)


@cache
def by_long_source() -> dict[str, str]:
    """Specs by a source that names the network within it, as pycls' files do."""
    return {source.replace("/", "__"): name for name, source in sources().items() if "/" in source}


def spec_of(row: peers.Row) -> str:
    """The shipped spec of a peer's network, or nothing. timm's ResNets are torchvision's where both have one of a
    name."""
    name: str = row["name"]
    if sources().get(name) == row["source"] or (row["source"] == "timm" and name in sources()):
        return name
    return by_long_source().get(f"{row['source']}__{name}", "")


def families() -> dict[str, list[str]]:
    """The shipped specs by folder."""
    found: dict[str, list[str]] = {}
    for name, path in sorted(shipped_specs().items()):
        if name in dense_specs():
            continue
        found.setdefault(path.parent.name, []).append(name)
    return dict(sorted(found.items()))


def features(names: list[str]) -> list[str]:
    """The kinds of parts that the specs use, the usual ones left out."""
    kinds: dict[str, None] = {}
    for name in names:
        plan = resolve(resspec.load(name))
        parts: list[Part | None] = [plan.stem.stem, plan.final.final, plan.head]
        for stage in plan.stages:
            parts.append(stage.stage)
            for block in stage.blocks:
                site = block.site
                parts += [
                    block.block,
                    site.conv,
                    site.down,
                    site.shortcut,
                    site.norm,
                    site.act,
                    site.gate,
                    site.attention,
                ]
        parts += [getattr(part, "pool", None) for part in parts]
        kinds |= dict.fromkeys(part.kind for part in parts if part is not None)
    known = {kind for family in FAMILIES.values() for kind in family.kinds()}
    return sorted(kind for kind in kinds if kind in known - USUAL)


def table() -> str:
    """Family, networks, how many of them a peer or a paper gives figures for and how many of these are equal, parts."""
    rows = ["| family | networks | with figures | equal | parts beyond the usual |", "|---|---:|---:|---:|---|"]
    measured = {spec_of(row): row for row in peers.rows() if spec_of(row)}
    measured |= {row["name"]: row for row in peers.published()}
    for family, names in families().items():
        known = [name for name in names if name in measured]
        equal = sum(is_equal(name, measured[name]) for name in known)
        rows.append(f"| {family} | {len(names)} | {len(known)} | {equal} | {', '.join(features(names))} |")
    total = sum(len(names) for names in families().values())
    return "\n".join([*rows, f"| **all** | **{total}** | **{len(measured)}** | **{len(measured)}** | |"]) + "\n"


def is_equal(name: str, row: peers.Row) -> bool:
    """Whether params and macs are those that were measured."""
    spec = resspec.load(name, input=row["input_size"]) if "input_size" in row else resspec.load(name)
    report = resspec.report(spec)
    return (report.params, report.macs) == (row["params"], row["macs"])
