"""Rules that stand for a list of stages: `stages: {kind: regnet, w0: 24, …}`; beside it stages are changed, put in and
taken away as `merging` says, by their positions among those that the rule gives."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from resspec.errors import Fault, SpecError, did_you_mean, quoted
from resspec.spec.faults import faults_of
from resspec.spec.merging import STAGES, is_change, merge
from resspec.spec.regnet import RegNetStages
from resspec.spec.tree import Entry, entry_of

RULES: dict[str, type[RegNetStages]] = {"regnet": RegNetStages}
"""The rules by the name a spec uses."""


def expanded(root: Entry) -> Entry:
    """The tree with a rule for stages written out, and the changes beside the rule laid over what it says. Each stage
    is placed where the rule was written."""
    found = root.find(STAGES)
    if found is None or not isinstance(found.value, dict):
        return root
    if "kind" not in found.value:
        message = "`stages` changes stages that there are not: nothing that is extended has any"
        raise SpecError(Fault("RS204", message, found.mark, "write a list of stages, or name a base in `extends`"))
    changes = {key: entry for key, entry in found.value.items() if is_change(key)}
    fields = {key: entry.plain() for key, entry in found.value.items() if key not in changes and key != "kind"}
    listed = entry_of(_read(found, fields).stages(), found.mark)
    stages = merge(listed, Entry(changes, found.mark, found.key), STAGES)
    return Entry({**root.value, "stages": Entry(stages.value, found.mark, found.key)}, root.mark, root.key)


def _read(found: Entry, fields: dict[str, Any]) -> RegNetStages:
    """The rule that an entry names; SpecError with every fault of its fields."""
    kind = found.value["kind"]
    if not isinstance(kind.value, str) or kind.value not in RULES:
        message = f"there is no rule for stages called {quoted(kind.plain())}"
        raise SpecError(Fault("RS203", message, kind.mark, did_you_mean(str(kind.value), RULES)))
    try:
        return RULES[kind.value].model_validate(fields)
    except ValidationError as error:
        root = Entry({"stages": found}, found.mark)
        raise SpecError(*faults_of(error, root, lambda path: STAGES + path)) from None
