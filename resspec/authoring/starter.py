"""A first file to change: from scratch, or from a spec that there is. Comments say what may stand where."""

from __future__ import annotations

import textwrap
from typing import Any

from resspec.parts import FAMILIES
from resspec.record import describe
from resspec.spec.cascade import DEFAULTS
from resspec.spec.merging import is_rule
from resspec.spec.net import NetSpec
from resspec.spec.tree import entry_of
from resspec.spec.versions import KEY, VERSION
from resspec.spec.writing import shorthand, yaml_text

WIDTH = 100

SCRATCH: dict[str, Any] = {
    "input": "3x224x224",
    "stem": {"kind": "conv7x7", "width": 64, "pool": "max"},
    "block": "basic",
    "stages": [
        {"depth": 2, "width": 64},
        {"depth": 2, "width": 128, "stride": 2},
        {"depth": 2, "width": 256, "stride": 2},
        {"depth": 2, "width": 512, "stride": 2},
    ],
    "head": {"kind": "linear", "classes": 1000},
}
"""The network that a file from scratch begins with: a ResNet-18."""

OFTEN_CHANGED = ("shortcut", "norm", "act", "gate")
"""Families that a file from scratch names at their defaults."""

STAGES = """The runs of blocks, counted from 1: how many blocks, their output channels, the stride of the first."""
CHANGES = """The stages, counted from 1. A number changes one, `+:` puts one at the end, `+2:` one before the second,
`~4:` takes the fourth away."""


def starter(name: str) -> str:
    """A file from scratch, as YAML with comments."""
    text = f"# {name}: a residual network. `resspec report {name}` says what it costs.\n{KEY}: {VERSION}\n"
    data = SCRATCH | {family: DEFAULTS[family]["kind"] for family in OFTEN_CHANGED}
    for key in ("input", "stem", "block", "shortcut", "norm", "act", "gate", "stages", "head"):
        text += "\n" + remark(STAGES if key == "stages" else about(key)) + yaml_text({key: data[key]}, WIDTH)
    ideas = {"drop_path": 0.1, "budgets": {"params": "<= 12M", "macs": "<= 60% of resnet50"}}
    for key, value in ideas.items():
        text += "\n" + remark(about(key)) + remark(yaml_text({key: value}, WIDTH))
    return text


def starter_from(name: str, base: str, spec: NetSpec) -> str:
    """A file that extends a base, with every value of the base in a comment."""
    text = remark(
        f"{name}: begins as {base}. What is written here changes it; take a `#` away and change the value behind it. "
        f"`resspec diff {base} {name}` says what it makes of it."
    )
    text += f"{KEY}: {VERSION}\n{yaml_text({'extends': base})}"
    said = shorthand(spec.origin.written.plain() or spec.to_dict())
    for key, value in said.items():
        if key in NetSpec.model_fields and key not in (KEY, "name", "source"):
            text += "\n" + remark(CHANGES if key == "stages" else about(key))
            text += remark(yaml_text({key: changeable(value) if key == "stages" else value}, WIDTH))
    return text


def changeable(stages: Any) -> Any:
    """A list of stages as changes by position; a rule stays what it is."""
    if is_rule(entry_of(stages)):
        return stages
    return {str(place): stage for place, stage in enumerate(stages, start=1)}


def about(key: str) -> str:
    """What a key of the net says, and the kinds it may name."""
    describe(NetSpec)
    text = " ".join((NetSpec.model_fields[key].description or "").split())
    return f"{text} Kinds: {', '.join(FAMILIES[key].kinds())}." if key in FAMILIES else text


def remark(text: str) -> str:
    """Text as comment lines; lines that are YAML keep their shape."""
    lines = text.splitlines()
    if not text.endswith("\n"):
        lines = textwrap.wrap(" ".join(text.split()), WIDTH - 2, break_on_hyphens=False)
    return "".join(f"# {line}\n" for line in lines)
