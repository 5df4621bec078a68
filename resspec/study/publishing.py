"""What a search leaves in its folder, sent through its database to the folders of other machines: the texts, not the
weights."""

from __future__ import annotations

from resspec.study.ledger import Ledger
from resspec.study.result import BEST_SPEC, FILES, PICTURE, RESULT
from resspec.training.writing import write_whole

TEXTS = (BEST_SPEC, PICTURE, RESULT)
"""The one last that says that the search is done."""


def publish(ledger: Ledger) -> None:
    """Put the texts of this folder into the study, where others cannot see the folder."""
    if ledger.shares_folder:
        return
    texts = {name: (ledger.folder / name).read_text(encoding="utf-8") for name in TEXTS}
    ledger.write(FILES, texts)


def fetch(ledger: Ledger) -> None:
    """Write what another machine published into this folder."""
    for name, text in (ledger.fact(FILES) or {}).items():
        if name in TEXTS:
            write_whole(ledger.folder / name, text.encode())
