"""Whatever happens to a spec, it stays a lawful net or becomes an error with positions: no traceback, no hang, little
memory."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resspec.checking import lawful
from resspec.errors import Fault, ResspecError
from resspec.spec.loading import shipped_specs

SPECS = shipped_specs()
SECONDS = 10.0  # of a machine that others may share; `validate` by itself is held to two of processor time elsewhere
MEBIBYTES = 1024
UNPLACED = {"RS102"}
"""Faults of a file as a whole."""

WORDS = (
    *("stem", "block", "stages", "head", "norm", "act", "gate", "conv", "down", "shortcut", "final", "stage", "blocks"),
    *("kind", "depth", "width", "stride", "groups", "ratio", "group_size", "base_width", "extends", "budgets", "input"),
    *("basic", "bottleneck", "res2net", "projection", "identity", "pad", "avgpool", "none", "batch", "group", "se"),
    *("eca", "bat", "gc", "csp", "regnet", "deep", "conv7x7", "space-to-depth", "split-attention", "selective-kernel"),
    *("multi-branch", "scale", "cardinality", "radix", "reduction", "kernel", "widths", "attention-pool", "drop_path"),
    *("resnet50", "resnet18", "output_stride", "params", "macs", "<= 25M", "50% of resnet18", "224x224", "name"),
)
NUMBERS = (0, 1, 2, 3, 7, 16, 100, 999, 65_537, 10**9, 10**12, -1, -7, 0.5, 1e-9, 1e300, -0.0, 2**70)
SIGNS = (
    "{",
    "}",
    "[",
    "]",
    ":",
    ": ",
    ",",
    "-",
    "- ",
    "&a ",
    "*a",
    "!",
    "\t",
    "\n",
    "  ",
    "'",
    '"',
    "#",
    "|",
    ">",
    "~",
    "+",
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.sampled_from(NUMBERS) | st.sampled_from(WORDS) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from((*WORDS, "1", "2", "+", "~1")), inner, max_size=4)
    ),
    max_leaves=6,
)


@st.composite
def mutated_texts(draw: st.DrawFn) -> str:
    """The text of a shipped spec with pieces cut out, put in, doubled and replaced."""
    text = SPECS[draw(st.sampled_from(sorted(SPECS)))].read_text(encoding="utf-8")
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        pieces = st.sampled_from((*WORDS, *SIGNS, *map(str, NUMBERS))) | st.text(max_size=3)
        piece = draw(pieces | st.just("") | st.just(text[start:end] * 2))
        text = text[:start] + piece + text[end:]
    return text


@st.composite
def mutated_trees(draw: st.DrawFn) -> str:
    """A shipped spec with values of its tree replaced, taken away and added."""
    data = yaml.safe_load(SPECS[draw(st.sampled_from(sorted(SPECS)))].read_text(encoding="utf-8"))
    for _ in range(draw(st.integers(1, 3))):
        inner: Any = data
        while isinstance(inner, (dict, list)) and inner and draw(st.booleans()):
            key = draw(st.sampled_from(sorted(inner, key=str) if isinstance(inner, dict) else range(len(inner))))
            if not isinstance(inner[key], (dict, list)):
                break
            inner = inner[key]
        if isinstance(inner, dict):
            key = draw(st.sampled_from([*sorted(inner, key=str), *WORDS, 1, 2, "~1", "+2"]))
            inner[key] = draw(VALUES)
            if draw(st.booleans()):
                del inner[draw(st.sampled_from(sorted(inner, key=str)))]
        elif inner:
            inner[draw(st.integers(0, len(inner) - 1))] = draw(VALUES)
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


def told(file: Path) -> tuple[Fault, ...]:
    """The faults of a file; none of a lawful net."""
    try:
        lawful(file)
    except ResspecError as error:
        return error.faults
    return ()


def judged(folder: Path, text: str) -> None:
    """The text is a lawful net, or each fault has its place; soon."""
    file = folder / "net.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    start = time.perf_counter()
    faults = told(file)
    assert all(fault.mark or fault.code in UNPLACED for fault in faults), faults
    assert time.perf_counter() - start < SECONDS


def tried(count: int, texts: st.SearchStrategy[str], folder: Path) -> None:
    """So many of the texts are judged."""
    checks = list(HealthCheck)
    property_ = settings(max_examples=count, deadline=None, database=None, suppress_health_check=checks)(
        given(text=texts)(lambda text: judged(folder, text))
    )
    before = most_memory()
    property_()
    assert most_memory() - before < MEBIBYTES


def most_memory() -> float:
    """The most memory that this process ever held, in MiB."""
    unit = 1024 if sys.platform != "darwin" else 1024**2
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


SORTS = {"text": mutated_texts(), "tree": mutated_trees()}


@pytest.mark.parametrize("sort", SORTS)
def test_a_mutated_spec_is_a_net_or_an_error_with_places(sort: str, tmp_path: Path, pytestconfig: pytest.Config):
    tried(pytestconfig.getoption("--mutations"), SORTS[sort], tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("sort", SORTS)
def test_ten_thousand_mutated_specs_are_nets_or_errors_with_places(sort: str, tmp_path: Path):
    tried(5_000, SORTS[sort], tmp_path)
