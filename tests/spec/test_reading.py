"""Files are read with places, safely, and mean the same in YAML and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from resspec.errors import SpecError
from resspec.spec.limits import LIMITS
from resspec.spec.reading import read_document, read_text, scalar
from resspec.spec.units import format_count, parse_count


def fault(text: str, is_json: bool = False) -> tuple[str, int, int, str]:
    """The code, line, column and message of the only fault of a text."""
    with pytest.raises(SpecError) as caught:
        read_text(text, "net.yaml", is_json)
    (found,) = caught.value.faults
    assert found.mark
    return found.code, found.mark.line, found.mark.column, found.message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1), ("-3", -3), ("0x1F", 31), ("1e-5", 1e-5), ("2.", 2.0), (".5", 0.5), ("true", True), ("null", None),
        ("~", None), ("no", "no"), ("on", "on"), ("y", "y"), ("25M", "25M"), ("3x3", "3x3"), ("12:30:00", "12:30:00"),
        ("1_000", "1_000"),
    ],
)  # fmt: skip
def test_plain_scalars_follow_the_core_schema(text: str, value: object):
    found = scalar(text)
    assert found == value
    assert type(found) is type(value)


def test_every_key_and_value_has_its_place():
    document = read_text("stem:\n  kind: conv3x3\nstages:\n  - {depth: 2, width: 8}\n", "net.yaml")
    assert document.data == {"stem": {"kind": "conv3x3"}, "stages": [{"depth": 2, "width": 8}]}
    width = document.root.find(("stages", 0, "width"))
    assert width is not None
    assert width.mark is not None
    assert width.key is not None
    assert (width.mark.line, width.mark.column) == (4, 23)
    assert (width.key.line, width.key.column) == (4, 16)


def test_json_means_what_yaml_means(tmp_path: Path):
    data = {"a": [1, 2.5, "x", None, True], "b": {"c": 'é\n"', "d": -1e-7}}
    file = tmp_path / "net.json"
    file.write_text(json.dumps(data, indent="\t"), encoding="utf-8")
    assert read_document(file).data == data


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("", "RS106", 1, 1),
        ("# nothing\n", "RS106", 1, 1),
        ("a: 1\na: 2\n", "RS111", 2, 1),
        ("a: 1\n---\nb: 2\n", "RS107", 2, 1),
        ("a: !!python/object:os.system x\n", "RS109", 1, 4),
        ("a: *b\n", "RS108", 1, 4),
        ("<<: {a: 1}\n", "RS110", 1, 1),
        ("? [a, b]\n: 1\n", "RS110", 1, 3),
        ("a: .nan\n", "RS112", 1, 4),
        ("a: 1e400\n", "RS112", 1, 4),
        ("a: " + "9" * 5000 + "\n", "RS112", 1, 4),
        ("a:\n\tb: 1\n", "RS104", 2, 1),
        ("a: [1, 2\nb: 3\n", "RS104", 2, 2),
        ("[" * (LIMITS.nesting + 2) + "]" * (LIMITS.nesting + 2), "RS105", 1, LIMITS.nesting + 2),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_place(text: str, code: str, line: int, column: int):
    assert fault(text)[:3] == (code, line, column)


def test_tabs_are_explained():
    with pytest.raises(SpecError, match="indent with spaces"):
        read_text("a:\n\tb: 1\n")


def test_faulty_json_is_refused_at_its_place():
    assert fault('{"a": 1,\n "b": }', is_json=True)[:3] == ("RS104", 2, 7)


def test_a_billion_laughs_are_refused():
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    with pytest.raises(SpecError, match="RS113"):
        read_text("\n".join(lines))


@pytest.mark.parametrize(
    ("content", "code"), [(b"\x80\x81\xff", "RS103"), (b"a: \x00", "RS103"), (b"x" * 1_000_001, "RS102")]
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, code: str):
    file = tmp_path / "net.yaml"
    file.write_bytes(content)
    with pytest.raises(SpecError) as caught:
        read_document(file)
    assert caught.value.faults[0].code == code


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path):
    file = tmp_path / "net.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert read_document(file).data == {"a": 1, "b": 2}


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path):
    with pytest.raises(SpecError, match="there is no file"):
        read_document(tmp_path / "none.yaml")
    with pytest.raises(SpecError, match="is a folder"):
        read_document(tmp_path)


@pytest.mark.parametrize(
    ("text", "count"), [("25M", 25_000_000), ("4.1G", 4_100_000_000), (512, 512), ("1.5K", 1500), ("2e3", 2000)]
)
def test_counts_are_read_with_units(text: object, count: int):
    assert parse_count(text) == count


@pytest.mark.parametrize("text", ["25X", "-1", -1, 2.5, "1.0001K", None, True, "M", ""])
def test_what_is_no_count_is_refused(text: object):
    with pytest.raises(SpecError, match="RS210"):
        parse_count(text)


def test_counts_are_written_to_three_digits():
    assert [format_count(n) for n in (512, 25_557_032, 4_089_184_256, 999_960)] == ["512", "25.6M", "4.09G", "1000K"]
