"""The table of codes: complete, true and documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import resspec
from resspec.checking import lawful
from resspec.codes import CODES, GROUPS, error_page
from resspec.errors import ResspecError

PACKAGE = Path(resspec.__file__).parent
TABLE = PACKAGE / "codes"
RAISED = {
    code
    for path in PACKAGE.rglob("*.py")
    if not path.is_relative_to(TABLE)
    for code in re.findall(r'"(RS[0-9]{3})"', path.read_text(encoding="utf-8"))
}
SHOWN = [code for code, about in CODES.items() if not about.example.startswith("$")]


def test_every_code_that_is_raised_is_in_the_table():
    assert CODES.keys() >= RAISED, sorted(RAISED - CODES.keys())


def test_every_code_of_the_table_is_raised():
    assert CODES.keys() <= RAISED, sorted(CODES.keys() - RAISED)


def test_codes_stand_in_their_hundred():
    assert [title[:3] for title in GROUPS] == [next(iter(group))[:3] for group in GROUPS.values()]
    assert all(code[:3] == title[:3] for title, group in GROUPS.items() for code in group)
    assert list(CODES) == sorted(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_code_says_what_why_and_what_to_do(code: str):
    about = CODES[code]
    assert about.title
    assert about.cause.endswith(".")
    assert about.remedy.endswith(".")
    assert about.example.strip("$ \n") or code == "RS106"


@pytest.mark.parametrize("code", SHOWN)
def test_an_example_is_faulty_in_just_that_way(code: str, tmp_path: Path):
    file = tmp_path / "net.yaml"
    file.write_text(CODES[code].example, encoding="utf-8")
    with pytest.raises(ResspecError) as caught:
        lawful(file)
    assert {fault.code for fault in caught.value.faults} == {code}


def test_the_page_of_codes_is_fresh(pytestconfig: pytest.Config):
    page = Path(__file__).parents[2] / "docs" / "errors.md"
    if pytestconfig.getoption("--accept"):
        page.write_text(error_page(GROUPS), encoding="utf-8", newline="\n")
    assert page.read_text(encoding="utf-8") == error_page(GROUPS), "pytest --accept writes it anew"


def test_the_corpus_has_a_file_for_every_code_of_specs():
    corpus = Path(__file__).parents[1] / "errors"
    text = "\n".join(
        path.read_text(encoding="utf-8", errors="replace") for path in corpus.glob("*/*") if path.is_file()
    )
    marked = set(re.findall(r"# <- (RS[0-9]{3})", text))
    assert {code for code in SHOWN if code < "RS300"} <= marked
