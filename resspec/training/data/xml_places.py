"""XML whose elements know where they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from resspec.errors import Mark
from resspec.training.data.malformed import MalformedError

DEEPEST = 20
"""Elements within one another; annotations have four."""


@dataclass(slots=True)
class Element:
    """An element: its tag, place, text and inner elements."""

    tag: str
    mark: Mark
    text: str = ""
    inner: list[Element] = field(default_factory=list)

    def find(self, tag: str) -> Element | None:
        """The first inner element of a tag."""
        return next((element for element in self.inner if element.tag == tag), None)

    def said(self, tag: str) -> str:
        """The text of the first inner element of a tag; empty where there is none."""
        found = self.find(tag)
        return found.text.strip() if found is not None else ""


def read_xml(path: Path) -> Element:
    """The root element of a file; MalformedError where it is no XML, or declares entities, which could grow without
    bound."""
    data = path.read_bytes()
    lines = data.decode(errors="replace").splitlines()

    def mark(line: int, column: int) -> Mark:
        return Mark(str(path), line, column + 1, lines[line - 1] if 0 < line <= len(lines) else "")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    root = Element("", mark(1, 0))
    open_ones = [root]

    def here() -> Mark:
        return mark(parser.CurrentLineNumber, parser.CurrentColumnNumber)

    def started(tag: str, _: dict[str, str]) -> None:
        if len(open_ones) > DEEPEST:
            raise MalformedError(f"elements lie more than {DEEPEST} deep in one another", here())
        element = Element(tag, here())
        open_ones[-1].inner.append(element)
        open_ones.append(element)

    def ended(_: str) -> None:
        open_ones.pop()

    def said(text: str) -> None:
        open_ones[-1].text += text

    def declared(*_: object) -> None:
        raise MalformedError("entities are not read", here())

    parser.StartElementHandler, parser.EndElementHandler = started, ended
    parser.CharacterDataHandler, parser.EntityDeclHandler = said, declared
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise MalformedError(expat.ErrorString(error.code), mark(error.lineno, error.offset)) from None
    return root.inner[0]
