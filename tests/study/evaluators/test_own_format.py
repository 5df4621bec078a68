"""A table of the user's own, by the format that the documentation shows."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

from resspec.study.run import run_search
from resspec.training.plugin import Plugin

DOCS = Path(__file__).parents[3] / "docs" / "evaluators.md"


def documented() -> type[Plugin]:
    """The class in the documentation, as a reader would define it."""
    code = DOCS.read_text(encoding="utf-8").partition("```python\n# my_tables.py\n")[2].partition("```")[0]
    names: dict[str, type[Plugin]] = {"__name__": "my_tables"}  # type: ignore[dict-item]  # a module's own
    exec(code, names)
    return names["Depths"]


def test_the_documented_format_finds_the_best_network_of_a_table_of_ones_own(tmp_path: Path):
    made = documented()
    try:
        with (tmp_path / "table.csv").open("w", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(("depths", "accuracy"))
            for depths in itertools.product((1, 2, 3), repeat=3):
                lines.writerow(("-".join(map(str, depths)), 0.9 - abs(depths[0] - 2) / 100 - abs(sum(depths) - 5) / 50))
        found = run_search(
            {
                "base": "resnet20_quarter",
                "space": {"stages.*.depth": {"low": 1, "high": 3}},
                "evaluator": {"kind": "table", "file": str(tmp_path / "table.csv"), "format": "depths"},
                "trials": 27,
                "pruner": "none",
            },
            path=tmp_path / "run",
        )
    finally:
        made._kinds.pop("depths")
    assert found.best is not None
    assert found.best.spec.stages[0].depth == 2
    assert found.best.score == 0.9
    assert len(found.trials) == 27
    assert all(trial.is_complete for trial in found.trials)
