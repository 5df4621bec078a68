"""Faulty files, each with the codes and places that must be told of it, and the exact message.

A file marks what is expected in comments, `# <- CODE LINE:COLUMN …`, with a file's name before the line where the
fault is told in a base; a file that cannot hold comments has them beside it in NAME.expected. The messages are
goldens. `(schema)` behind the first mark says that the JSON Schema must catch the file too; without it only resspec
can (arithmetic, inheritance, limits)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from resspec.authoring.schema import spec_schema
from resspec.checking import lawful
from resspec.codes import CODES
from resspec.errors import ResspecError
from resspec.spec.reading import read_document

HERE = Path(__file__).parent
FILES = sorted(p.relative_to(HERE).as_posix() for p in HERE.glob("*/*") if p.suffix in (".yaml", ".json"))
EXPECTED = re.compile(r"^# <- (RS[0-9]{3}) ([^()\n]+)", re.MULTILINE)


def expected(file: Path) -> list[tuple[str, str]]:
    """Code and place of each fault, as the file or its sidecar marks them."""
    return [(code, place) for code, places in EXPECTED.findall(marks(file)) for place in places.split()]


@pytest.mark.parametrize("name", FILES)
def test_a_faulty_file_is_told_at_its_place(
    name: str, monkeypatch: pytest.MonkeyPatch, golden: Callable[[str, str], None]
):
    file = HERE / name
    monkeypatch.chdir(file.parent)
    with pytest.raises(ResspecError) as caught:
        lawful(file.name)
    faults = caught.value.faults
    assert all(fault.mark and fault.message and fault.code in CODES for fault in faults)
    assert all(fault.remedy for fault in faults[:20])
    told = [
        (
            f.code,
            f"{f.mark.line}:{f.mark.column}"
            if f.mark.file == file.name
            else str(f.mark).removeprefix(f"{Path.cwd()}/"),
        )
        for f in faults
        if f.mark
    ]
    assert told == expected(file)
    golden(f"errors/{name}.txt", str(caught.value).replace(str(Path.cwd()), "") + "\n")


def marks(file: Path) -> str:
    """The text that holds a file's marks."""
    sidecar = file.with_name(file.name + ".expected")
    return (sidecar if sidecar.exists() else file).read_text(encoding="utf-8")


def readable() -> Iterator[str]:
    """The files that can be read at all, of which a schema can speak."""
    for name in FILES:
        with suppress(ResspecError):
            read_document(HERE / name)
            yield name


SCHEMA = Draft202012Validator(spec_schema())


@pytest.mark.parametrize("name", list(readable()))
def test_the_schema_catches_what_is_marked_for_it_and_no_more(name: str):
    is_caught = not SCHEMA.is_valid(read_document(HERE / name).data)
    assert is_caught == ("(schema)" in marks(HERE / name))


def test_the_corpus_is_as_large_as_was_promised():
    assert len(FILES) >= 120
