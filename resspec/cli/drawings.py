"""The verb that draws: draw."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

import resspec
from resspec.cli.arguments import Allow, Overrides, Quiet, Spec, limits_of
from resspec.cli.forms import Output, put
from resspec.cli.verb import Verb, examples

PANEL = "Read specs"

app = typer.Typer()


class Zoom(StrEnum):
    """What a box of a drawing stands for."""

    STAGE = "stage"
    BLOCK = "block"
    OP = "op"


class Form(StrEnum):
    """How a drawing is written."""

    SVG = "svg"
    MERMAID = "mermaid"
    TEXT = "text"


class Cost(StrEnum):
    """What boxes may be coloured by."""

    MACS = "macs"
    PARAMS = "params"
    ACTIVATIONS = "activations"
    MEMORY = "memory"


@app.command(
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples(
        "resspec draw resnet50",
        "resspec draw resnet50 --zoom op --heat macs -o resnet50.svg",
        "resspec draw mine.yaml --zoom stage --format mermaid",
    ),
)
def draw(  # noqa: PLR0913, PLR0917  # the arguments of the command line
    spec: Spec,
    overrides: Overrides = None,
    zoom: Annotated[Zoom, typer.Option("--zoom", help="What a box stands for.")] = Zoom.BLOCK,
    form: Annotated[
        Form | None, typer.Option("--format", help="By default what FILE ends in, or text.", show_default=False)
    ] = None,
    heat: Annotated[Cost | None, typer.Option("--heat", help="Colour boxes by their share of a cost.")] = None,
    output: Output = None,
    allow: Allow = None,
    quiet: Quiet = False,
) -> None:
    """Draw a network: equal blocks once with ×N, shortcuts by their style. SVG, Mermaid, or a tree for the terminal."""
    from resspec.analysis.memory import node_bytes
    from resspec.export.drawing import draw as drawn

    suffixes = {".svg": Form.SVG, ".mmd": Form.MERMAID, ".mermaid": Form.MERMAID}
    form = form or (suffixes.get(output.suffix, Form.TEXT) if output else Form.TEXT)
    network = resspec.graph(resspec.load(spec, *overrides or (), limits=limits_of(allow)))
    memory = node_bytes(network) if heat is Cost.MEMORY else {}
    put(drawn(network, zoom.value, form.value, heat.value if heat else "", memory), output, quiet=quiet)
