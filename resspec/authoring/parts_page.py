"""The reference as Markdown: a page of every part, and the tables of keys within docs/spec.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from resspec.authoring.reference import SPECS, FamilyEntry, FieldEntry, KindEntry, key_of
from resspec.parts import FAMILIES
from resspec.spec.loading import list_specs, load_spec
from resspec.spec.net import NetSpec, StageSpec
from resspec.spec.rules import RULES
from resspec.spec.scaling import Scale

INTRODUCTION = """\
# Parts

Everything that a spec may name, generated from the classes themselves; `pytest --accept` writes it anew. In the
terminal `resspec parts`, `resspec parts shortcut` and `resspec parts bottleneck` tell the same, with the kinds of
installed plug-ins. [spec.md](spec.md) says how a spec is written.

A part is named by its kind alone, or with fields: `block: bottleneck`, `block: {kind: bottleneck, ratio: 0.5}`.
"""
SHOWN = 3
"""Networks that are named as examples of a kind."""

Uses = dict[tuple[str, str], list[str]]
"""The networks that name a kind of a family."""


def parts_page() -> str:
    """The page of all parts."""
    families = SPECS.reference(plugins=False)
    uses = shipped_uses()
    return f"{INTRODUCTION}\n{links(families)}\n" + "".join(section(entry, uses) for entry in families)


def links(families: Sequence[FamilyEntry]) -> str:
    """A line of links to each family."""
    return " · ".join(f"[{entry.family}](#{key_of(entry.family)})" for entry in families)


def section(family: FamilyEntry, uses: Uses) -> str:
    """A family and its kinds."""
    default = f" Where a net names none: `{family.default}`." if family.default else ""
    kinds = "".join(entry(kind, uses.get((family.family, kind.kind), [])) for kind in family.kinds)
    return f"\n## {family.family}\n\n{family.about}{default}\n{kinds}"


def entry(kind: KindEntry, users: Sequence[str]) -> str:
    """A kind, its fields, and networks that name it."""
    told = f"\n### {kind.family}: {kind.kind}\n\n{kind.about}\n"
    if users:
        more = f" and {len(users) - SHOWN} more" if len(users) > SHOWN else ""
        told += f"\nNamed by {', '.join(f'`{name}`' for name in users[:SHOWN])}{more}.\n"
    return told + (f"\n{fields_table(kind.fields)}" if kind.fields else "")


def fields_table(fields: Sequence[FieldEntry], title: str = "field") -> str:
    """Fields as a table."""
    rows = [f"| {title} | what it may be | default | |", "|---|---|---|---|"]
    rows += [f"| `{field.name}` | {cell(field.type)} | {default_of(field)} | {cell(field.about)} |" for field in fields]
    return "\n".join(rows) + "\n"


def default_of(field: FieldEntry) -> str:
    """A field's default as a cell."""
    if field.default is None:
        return "required"
    return f"`{cell(field.default)}`" if field.default else ""


def cell(text: str) -> str:
    """Text that does not end a cell."""
    return text.replace("|", "\\|")


def keys_tables() -> dict[str, str]:
    """The tables within docs/spec.md by their names there."""
    net = [field for field in SPECS.fields(NetSpec) if field.name not in FAMILIES]
    stage = [field for field in SPECS.fields(StageSpec) if field.name not in FAMILIES]
    families = ["| key | stands at | what it is |", "|---|---|---|"]
    families += [f"| [`{f.family}`](parts.md#{f.family}) | {places(f.family)} | {f.about} |" for f in SPECS.reference()]
    return {
        "keys": fields_table(net, "key"),
        "stage keys": fields_table(stage, "key"),
        "families": "\n".join(families) + "\n",
        "scale": fields_table(SPECS.fields(Scale)),
        **{f"rule {name}": fields_table(SPECS.fields(rule)) for name, rule in RULES.items()},
    }


def places(family: str) -> str:
    """Where a spec may name a part of a family."""
    blocks = family in StageSpec.model_fields and family != "stage"
    levels = ("net", "stage", "block") if blocks else ("net", "stage") if family == "stage" else ("net",)
    inner = {"pool": "in a stem", "region": "in `heads: rcnn`, as `regions`"}
    return inner.get(family, ", ".join(levels))


@cache
def shipped_uses() -> Uses:
    """The shipped networks that name each kind, by family and kind; the shortest names first."""
    found: Uses = {}
    for name in sorted(list_specs(), key=lambda name: (len(name), name)):
        for used in dict.fromkeys(kinds_in(load_spec(name).to_dict())):
            found.setdefault(used, []).append(name)
    return found


def kinds_in(data: Any) -> Iterator[tuple[str, str]]:
    """The family and kind of each part in a spec's data."""
    if isinstance(data, list):
        for item in data:
            yield from kinds_in(item)
    if not isinstance(data, dict):
        return
    for key, value in data.items():
        family = "region" if key == "regions" else key
        for part in value if isinstance(value, list) else [value]:
            kind = part.get("kind") if isinstance(part, dict) else part
            if family in FAMILIES and isinstance(kind, str):
                yield family, kind
        yield from kinds_in(value)
