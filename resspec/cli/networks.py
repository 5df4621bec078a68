"""Verbs that make something of a network: source, build."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import resspec
from resspec.cli.arguments import Allow, Overrides, Quiet, Spec, limits_of
from resspec.cli.exports import is_inference
from resspec.cli.verb import Verb, examples
from resspec.errors import ResspecError

PANEL = "Make networks"
SAFETENSORS = ".safetensors"
COMPILED = "aoti"
"""The format of compiled networks."""

app = typer.Typer()


@app.command(
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples("resspec source resnet50 | less", "resspec source resnet50 classes=10 -o resnet50.py"),
)
def source(
    spec: Spec,
    overrides: Overrides = None,
    allow: Allow = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file.")] = None,
    quiet: Quiet = False,
) -> None:
    """Print the network as a Python file that stands alone: torch is all it imports."""
    from resspec.training.writing import write_whole

    text = resspec.source(resspec.load(spec, *overrides or (), limits=limits_of(allow)))
    if output is None:
        typer.echo(text, nl=False)
        return
    write_whole(output, text.encode())
    if not quiet:
        typer.echo(f"wrote {output}")


@app.command(
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples(
        "resspec build resnet50 classes=10 --seed 1 -o resnet50.safetensors",
        "resspec build resnet20 --weights checkpoint.th -o resnet20.safetensors",
        "resspec build repvgg_a0 --for inference -o repvgg_a0.pt2",
    ),
)
def build(  # noqa: PLR0913, PLR0917  # options, each of its own
    spec: Spec,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The .safetensors file to write.")],
    overrides: Overrides = None,
    allow: Allow = None,
    seed: Annotated[int, typer.Option(min=0, help="Where the initial weights come from.")] = 0,
    weights: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Take the weights from this checkpoint: our names or a known peer's."),
    ] = None,
    purpose: Annotated[
        str,
        typer.Option(
            "--for",
            metavar="FORM",
            help="training, or inference: norms folded, branches fused, written as .pt2, .onnx or .py.",
        ),
    ] = "training",
    compiled: Annotated[
        bool, typer.Option("--compile", help="Compile the inference form for this kind of machine: a .pt2 package.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Build the network and write its weights, with the spec in the file's header: `resspec.build(FILE)` reads both.
    With `--for inference` write the network in its inference form."""
    net = resspec.load(spec, *overrides or (), limits=limits_of(allow))
    if is_inference(purpose):
        from functools import partial

        from resspec.formats.exporting import export

        made = export(
            net,
            output,
            partial(resspec.build, seed=seed, weights=weights),
            COMPILED if compiled else "",
            inference=True,
        )
        if not quiet:
            typer.echo("\n  ".join((f"wrote {output}", *made.written.verified)))
        return
    if compiled:
        raise ResspecError.of("RS709", "only the inference form is compiled", remedy="add --for inference")
    if output.suffix != SAFETENSORS:
        raise ResspecError.of("RS701", f"weights are written as {SAFETENSORS}, not as {output.name}")
    report = resspec.report(net)
    from resspec.formats.conversion import notes_of
    from resspec.training.checkpoint import save_weights

    model = resspec.build(net, seed=seed, weights=weights)
    save_weights(model, output, notes_of(net))
    if not quiet:
        typer.echo(f"wrote {output} ({report.params:,} params, {report.buffers:,} buffer elements)")
