"""Words that people meant: misspelt ones, names of other libraries, letters of other alphabets that look the same."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Sequence

LOOK_ALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТХУаеѕіјорсхуԁһԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧονιρ‐‑‒–—−",  # noqa: RUF001  # what they look like is the point
    "ABESIJKMHOPCTXYaesijopcxydhqwABEZHIKMNOPTYXovip------",
)
"""Cyrillic and Greek letters and dashes as the Latin ones they are taken for."""

SYNONYMS = {
    "activation": "act",
    "activation_fn": "act",
    "act_layer": "act",
    "base": "extends",
    "block_type": "block",
    "cardinality": "groups",
    "channels": "width",
    "class_count": "classes",
    "num_classes": "classes",
    "defaults": "extends",
    "depths": "depth",
    "num_blocks": "depth",
    "layers": "stages",
    "downsample": "shortcut",
    "drop_path_rate": "drop_path",
    "drop_rate": "dropout",
    "filters": "width",
    "group_w": "group_size",
    "group_width": "group_size",
    "image_size": "input",
    "img_size": "input",
    "in_chans": "input",
    "include": "extends",
    "inherits": "extends",
    "norm_layer": "norm",
    "normalization": "norm",
    "out_channels": "width",
    "planes": "width",
    "reduction": "ratio",
    "residual": "shortcut",
    "resolution": "input",
    "se_ratio": "ratio",
    "skip": "shortcut",
    "strides": "stride",
    "type": "kind",
    "version": "resspec",
    "width_per_group": "base_width",
    "bn": "batch",
    "batchnorm": "batch",
    "gn": "group",
    "groupnorm": "group",
    "swish": "silu",
    "bottleneck_block": "bottleneck",
    "basic_block": "basic",
    "basicblock": "basic",
    "conv": "projection",
}
"""What other libraries call our keys and kinds."""

DIGITS = str.maketrans("oil", "011")
"""Letters that are taken for digits."""

NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
"""Whole numbers as words."""


def nearest(name: str, names: Sequence[str]) -> list[str]:
    """The known names that a name most likely means, best first; empty where none is near."""
    plain = folded(name).lower()
    if plain in names:
        return [plain]
    twins = [other for other in names if other.translate(DIGITS) == plain.translate(DIGITS)]
    if twins:
        return twins[:1]
    meant = SYNONYMS.get(plain.replace("-", "_"), "")
    if meant in names:
        return [meant]
    return difflib.get_close_matches(plain[:100], names, n=3, cutoff=0.6)


def folded(text: str) -> str:
    """The text with look-alikes replaced by the letters they are taken for, and invisible characters left out."""
    plain = unicodedata.normalize("NFKC", text).translate(LOOK_ALIKES)
    return "".join(c for c in plain if unicodedata.category(c) not in ("Cf", "Cc", "Mn")).strip()


def strangers(text: str) -> str:
    """The characters of a word that are not ASCII, by number and name; empty where there are none."""
    found = dict.fromkeys(c for c in text if not c.isascii())
    named = [f"U+{ord(c):04X} {unicodedata.name(c, 'without a name')}" for c in list(found)[:3]]
    return "it holds " + ", ".join(named) if named else ""


def readable(line: str) -> str:
    """A line of a file for a terminal: every character one column wide, none that moves the cursor or hides."""
    return "".join(" " if c == "\t" else c if c.isprintable() else "�" for c in line)
