"""The graph as a stand-alone Python file: ordinary nested nn.Modules that load the weights they are named for."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from resspec.export.filling import filling
from resspec.export.forward import body
from resspec.export.layout import INDENT, call
from resspec.export.made import IDENTITY, Made, in_row, made
from resspec.export.outline import Item, camel, outline
from resspec.export.params import Param
from resspec.export.shapes import Shape, Shapes, shapes_of
from resspec.export.top import Head, attributes, head_of, methods
from resspec.ir import Graph
from resspec.ir.text import WIDTH

STAGE = '''
class Stage(nn.Sequential):
    """Blocks in a row; with `checkpointing`, backward recomputes each block."""

    checkpointing = False

    def forward(self, x: Tensor) -> Tensor:
        if not (self.checkpointing and torch.is_grad_enabled()):
            return super().forward(x)
        for block in self:
            x = checkpoint(block, x, use_reentrant=False)
        return x
'''

CHECKPOINTING = '''
    def set_grad_checkpointing(self, enable: bool = True) -> None:
        """Keep only the input of each block for backward, and recompute the rest."""
        for m in self.modules():
            if isinstance(m, Stage):
                m.checkpointing = enable
'''

BUILD = '''
def build(
    seed: int | None = None,
    device: torch.device | str = "cpu",
    dtype: torch.dtype | None = None,
) -> {name}:
    """The network on a device, every tensor allocated and filled once."""
    with torch.device("meta"):
        model = {name}()
    if dtype is not None:
        model.to(dtype)
    model.to_empty(device=device)
    generator = None
    if seed is not None:
        generator = torch.Generator(device).manual_seed(seed)
    model.init_weights(generator)
    return model
'''


def source_of(graph: Graph) -> str:
    """A Python file that defines the network and `build(seed, device, dtype)`; it needs torch alone."""
    frame = outline(graph)
    shapes = shapes_of(frame)
    shapes.add([frame])
    root, _ = shapes.of_frame[""]
    writer = _Writer(graph, shapes, root)
    classes = [text for shape in shapes.listed if shape is not root for text in ("", "", *writer.block(shape))]
    net = ["", "", *writer.net()]
    text = "\n".join([*classes, *net])
    calls = [item.call for item in _ops(shapes) if item.call]
    support = dict.fromkeys(text for call in calls for text in (call.ground, call.support) if text)
    helpers = "".join(f"\n{part}" for part in (*support, *([STAGE] if writer.has_stages else [])))
    return f"{writer.header(helpers + text)}{helpers}{text}\n\n{BUILD.format(name=root.name)}"


def _ops(shapes: Shapes) -> Iterator[Item]:
    """Every op of every class once."""
    todo = [step.item for shape in shapes.listed for step in shape.steps if not step.item.again]
    while todo:
        item = todo.pop()
        yield item
        if item.frame and item.frame.is_chain:
            todo += item.frame.items


class _Writer:
    """Writes the classes of one net."""

    def __init__(self, graph: Graph, shapes: Shapes, root: Shape) -> None:
        self.graph, self.shapes, self.root = graph, shapes, root
        self.has_stages = any(
            item.frame and item.frame.is_chain and item.frame.title == "Stage" for item in _ops(shapes)
        )

    def header(self, text: str) -> str:
        """The docstring and the imports that the text needs."""
        doc = docstring(self.graph.facts.doc or f"{self.graph.facts.name}.", 0)
        imports = ["import math", "", "import torch"] if "math." in text else ["import torch"]
        if "F." in text:
            imports.append("import torch.nn.functional as F")
        imports.append("from torch import Tensor, nn")
        if self.has_stages:
            imports.append("from torch.utils.checkpoint import checkpoint")
        return "\n".join([*doc, "", *imports, ""])

    def block(self, shape: Shape) -> list[str]:
        """A class that instances share."""
        sample = shape.frames[0]
        lines = [f"class {shape.name}({'nn.ModuleList' if sample.is_row else 'nn.Module'}):"]
        if sample.doc:
            lines += [*docstring(sample.doc, 1), ""]
        args = [
            f"{p.name}: {p.annotation}{'' if p.default is ... else f' = {p.default!r}'}" for p in shape.params.listed
        ]
        lines += call("def __init__", ["self", *args], " -> None:", 1)
        lines += self.row(shape) if sample.is_row else [f"{INDENT * 2}super().__init__()"]
        for step in shape.steps:
            if not (step.item.again or (sample.is_row and step.item.is_module)):
                lines += [
                    line for line in self.assignment(shape, step.item) if step.item.is_module or line not in lines
                ]
        inputs = {name: "x" if place == 0 else f"x{place}" for place, name in enumerate(sample.reads)}
        statements, results = body(self.items(shape), inputs, sample_gives(shape), self.constants(shape))
        kind = "Tensor" if len(results) == 1 else f"tuple[{', '.join(['Tensor'] * len(results))}]"
        takes = ["self", *(f"{name}: Tensor" for name in inputs.values())]
        return [
            *lines,
            "",
            *call("def forward", takes, f" -> {kind}:", 1),
            *statements,
            f"{INDENT * 2}return {', '.join(results)}",
        ]

    def row(self, shape: Shape) -> list[str]:
        """The start of a list of modules."""
        modules = [step.item for step in shape.steps if step.item.is_owned]
        made_by_place = [
            (int(item.name), made(item, lambda slot, name=item.name: shape.params.given[name, slot], self.shapes))  # type: ignore[misc]
            for item in modules
        ]
        texts = [arg.text(3) for arg in in_row(made_by_place)]
        listed = [INDENT * 3 + line for text in texts for line in f"{text},".split("\n")]
        return [f"{INDENT * 2}blocks = [", *listed, f"{INDENT * 2}]", f"{INDENT * 2}super().__init__(blocks)"]

    def items(self, shape: Shape) -> list[Item]:
        """The items of the fullest instance, whose names the forward method is written with."""
        return [step.item for step in shape.steps]

    def constants(self, shape: Shape) -> Any:
        """What an expression of the class writes for an argument; parameters are kept as attributes."""

        def text(step: str, slot: str) -> str:
            value = shape.params.given[step, slot]
            return f"self.{value.name}" if isinstance(value, Param) else repr(value)

        return text

    def assignment(self, shape: Shape, item: Item, annotation: str = "") -> list[str]:
        """`self.conv1 = nn.Conv2d(…)`, or the attributes that an expression needs."""
        if not item.is_module:
            given = [shape.params.given[item.name, arg.name] for arg in item.call.args] if item.call else []
            names = dict.fromkeys(value.name for value in given if isinstance(value, Param))
            return [f"{INDENT * 2}self.{name} = {name}" for name in names]
        expression = made(item, lambda slot: shape.params.given[item.name, slot], self.shapes)
        start = f"self.{item.name}{annotation} = "
        if item.name not in shape.params.flags:
            whole = Made(start + expression.head, expression.args)
            return [INDENT * 2 + line for line in whole.text(2).split("\n")]
        choice = f"{expression.text(0)} if {item.name} else {IDENTITY.text(0)}"
        if len(f"{INDENT * 2}{start}{choice}") <= WIDTH and "\n" not in choice:
            return [f"{INDENT * 2}{start}{choice}"]
        lines = [f"{INDENT * 2}{start}("]
        if len(f"{INDENT * 3}{choice}") <= WIDTH and "\n" not in choice:
            return [*lines, f"{INDENT * 3}{choice}", f"{INDENT * 2})"]
        lines += [INDENT * 3 + line for line in expression.text(3).split("\n")]
        return [*lines, f"{INDENT * 3}if {item.name}", f"{INDENT * 3}else {IDENTITY.text(3)}", f"{INDENT * 2})"]

    def net(self) -> list[str]:
        """The class of the whole net."""
        items = self.items(self.root)
        head = head_of(self.graph, items)
        lines = [
            f"class {self.root.name}(nn.Module):",
            *docstring(self.graph.facts.doc or f"{self.graph.facts.name}.", 1),
            "",
        ]
        lines += [
            *attributes(self.graph),
            "",
            f"{INDENT}def __init__(self) -> None:",
            f"{INDENT * 2}super().__init__()",
        ]
        for item in items:
            typed = ": nn.Module" if head and item is head.classifier else ""
            if not item.again:
                lines += self.assignment(self.root, item, typed)
        lines += self.classifier(head)
        lines += ["", *methods(self.graph, items, self.constants(self.root), head)]
        lines += ["", *filling(self.shapes.listed, self.root)]
        if self.has_stages:
            lines += CHECKPOINTING.rstrip("\n").split("\n")
        return lines

    def classifier(self, head: Head | None) -> list[str]:
        """The number of classes, and a place for a classifier where the net has none."""
        if head is None:
            return []
        classes = self.graph[next(iter(self.graph.outputs.values()))].shape[0] if head.classifier else 0
        lines = [
            f"{INDENT * 2}self.num_classes = {classes}",
            f"{INDENT * 2}self.num_features = {head.width(self.graph)}",
        ]
        return lines if head.classifier else [f"{INDENT * 2}self.{head.name}: nn.Module = nn.Identity()", *lines]


def sample_gives(shape: Shape) -> list[str]:
    """The results of a class by the names of the items it is written with."""
    gives = {("", index): name for index, name in enumerate(shape.frames[0].reads)}
    for step in shape.steps:
        gives |= {(step.name, index): name for index, name in enumerate(step.item.gives)}
    return [gives[ref] for ref in shape.structure[2]]


def docstring(text: str, level: int) -> list[str]:
    """A docstring at an indentation level; long ones are wrapped."""
    pad = INDENT * level
    safe = text.replace("\\", "\\\\").replace('"""', "'''")
    paragraphs = [textwrap.wrap(part, WIDTH - len(pad) - 6) or [""] for part in safe.split("\n")]
    lines = [line for part in paragraphs for line in part]
    if len(lines) == 1:
        return [f'{pad}"""{lines[0]}"""']
    return [f'{pad}"""{lines[0]}', *(pad + line if line else "" for line in lines[1:]), f'{pad}"""']


__all__ = ["camel", "source_of"]
