"""Faults as SARIF 2.1.0, the format that code-review tools read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import resspec
from resspec.codes import CODES
from resspec.errors import Fault, Mark

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(faults: Sequence[Fault]) -> dict[str, Any]:
    """One run of resspec with a result for each fault, and the rules of the codes that occur."""
    codes = sorted({fault.code for fault in faults})
    driver = {"name": "resspec", "version": resspec.__version__, "rules": [rule(code) for code in codes]}
    results = [result(fault, codes.index(fault.code)) for fault in faults]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def rule(code: str) -> dict[str, Any]:
    """What a code means."""
    about = CODES[code]
    return {
        "id": code,
        "shortDescription": {"text": about.title},
        "fullDescription": {"text": about.cause},
        "help": {"text": about.remedy},
        "defaultConfiguration": {"level": "error"},
    }


def result(fault: Fault, index: int) -> dict[str, Any]:
    """A fault; the places of `extends` that led to it are related locations."""
    text = fault.message + (f" ({fault.node})" if fault.node else "") + (f"; {fault.remedy}" if fault.remedy else "")
    found: dict[str, Any] = {"ruleId": fault.code, "ruleIndex": index, "level": "error", "message": {"text": text}}
    if fault.mark:
        found["locations"] = [location(fault.mark)]
        if fault.mark.via:
            steps = reversed(fault.mark.via)
            found["relatedLocations"] = [{**location(step), "message": {"text": "extended here"}} for step in steps]
    return found


def location(mark: Mark) -> dict[str, Any]:
    """A place; `endColumn` is the column behind it."""
    path = Path(mark.file)
    uri = path.resolve().as_uri() if path.is_absolute() else path.as_posix()
    region = {"startLine": mark.line, "startColumn": mark.column, "endLine": mark.line, "endColumn": mark.stop}
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}
