"""Plain data as YAML that reads back as the same data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from resspec.parts import FAMILIES
from resspec.spec.reading import scalar

ONE_LINE = 100
"""Mappings of about so many characters stand on one line, in braces; lists of mappings never do."""

_SIGNED = re.compile(r"[+~]?[0-9A-Za-z_-]*\Z")


class _Dumper(yaml.SafeDumper):
    """Quotes the words that our reader would take for something else, and leaves positions such as `3` bare."""

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        """A mapping; keys are always read as text, so that none needs quotes for looking like a number."""
        node = super().represent_mapping(tag, mapping, flow_style)
        for key, _ in node.value:
            if key.value not in ("", "~") and _SIGNED.match(key.value):
                key.style = None
                key.tag = self.resolve(yaml.ScalarNode, key.value, (True, False))  # type: ignore[no-untyped-call]
        parts = [part for pair in node.value for part in pair]
        node.flow_style = all(isinstance(part, yaml.ScalarNode) or part.flow_style for part in parts)
        node.flow_style &= sum(len(part.value) + 2 for part in leaves(node)) <= ONE_LINE
        return node

    def ignore_aliases(self, data: Any) -> bool:
        """Nothing is written as an alias of something else."""
        return True

    def serialize(self, node: yaml.Node) -> None:
        """The outermost mapping has a line for each key."""
        if isinstance(node, yaml.CollectionNode):
            node.flow_style = False
        super().serialize(node)

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists stand indented below their key."""
        super().increase_indent(flow, indentless=False)


def leaves(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """Every word of a node, keys included."""
    if isinstance(node, yaml.ScalarNode):
        yield node
    for part in node.value if isinstance(node, yaml.CollectionNode) else ():
        for inner in part if isinstance(part, tuple) else (part,):
            yield from leaves(inner)


def _word(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    """Text; quoted where it would be read as a number, a truth or nothing."""
    try:
        bare = isinstance(scalar(value), str)
    except ValueError:  # a number of thousands of digits
        bare = False
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if bare else "'")


_Dumper.add_representer(str, _word)


def yaml_text(data: object, width: int = 120) -> str:
    """Data as YAML: lists of words and short mappings on one line."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, default_flow_style=None, width=width, allow_unicode=True)


def shorthand(data: Any) -> Any:
    """Plain data with `projection` for `{kind: projection}` wherever a part may stand so."""
    if isinstance(data, list):
        return [shorthand(item) for item in data]
    if not isinstance(data, dict):
        return data
    return {key: _short(shorthand(value)) if key in FAMILIES else shorthand(value) for key, value in data.items()}


def _short(part: Any) -> Any:
    return part["kind"] if isinstance(part, dict) and part.keys() == {"kind"} else part
