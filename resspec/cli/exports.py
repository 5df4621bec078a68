"""The verb that writes networks in other formats: export."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

import resspec
from resspec.cli.arguments import Allow, AsJson, Overrides, Quiet, Spec, limits_of
from resspec.cli.bringing import PANEL
from resspec.cli.verb import Verb, examples, print_json
from resspec.errors import ResspecError, did_you_mean

FORMS = ("training", "inference")

app = typer.Typer()


@app.command(
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples(
        "resspec export resnet50 -o resnet50.onnx --weights checkpoint.pth --for inference",
        "resspec export net.safetensors -o net.pt2",
        "resspec export resnet18 classes=10 --to hf -o folder",
        "resspec export net.safetensors --int8 cifar10:data -o net8.onnx",
        "resspec export edsr_x2 --any-size -o edsr.onnx",
    ),
)
def export(  # noqa: PLR0913, PLR0917  # options, each of its own
    spec: Spec,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The file (or folder) to write.")],
    overrides: Overrides = None,
    to: Annotated[
        str,
        typer.Option(
            metavar="FORMAT",
            help="aoti (compiled), hf, onnx, openvino, pt2, safetensors, source; else the file's suffix.",
        ),
    ] = "",
    weights: Annotated[
        str | None, typer.Option(metavar="FILE", help="Take the weights from this checkpoint, in any known naming.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Where initial weights come from.")] = None,
    purpose: Annotated[
        str, typer.Option("--for", metavar="FORM", help="training, or inference: norms folded, branches fused.")
    ] = "training",
    int8: Annotated[
        str,
        typer.Option(
            metavar="DATA",
            help="Quantise to 8 bits (ONNX), calibrated on this data set and judged by it: digits, cifar10:FOLDER.",
        ),
    ] = "",
    any_size: Annotated[
        bool, typer.Option("--any-size", help="Leave height and width free too: onnx, pt2, aoti.")
    ] = False,
    allow: Allow = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Write the network and its weights in another format, and say what was verified of it."""
    from resspec.carried import carries_weights
    from resspec.formats.exporting import export as exported

    net = resspec.load(spec, *overrides or (), limits=limits_of(allow))
    if weights is None and seed is None and carries_weights(spec):
        weights = spec
    build = partial(resspec.build, seed=0 if seed is None and weights is None else seed, weights=weights)
    made = exported(net, output, build, to, inference=is_inference(purpose), int8=int8, any_size=any_size)
    if as_json:
        print_json(made.to_dict())
    elif not quiet:
        typer.echo(f"wrote {', '.join(str(path) for path in made.written.files)}")
        for line in made.written.verified:
            typer.echo(f"  {line}")


def is_inference(purpose: str) -> bool:
    """Whether a network is wanted for inference."""
    if purpose not in FORMS:
        raise ResspecError.of("RS705", f"no form is called {purpose!r}", remedy=did_you_mean(purpose, FORMS))
    return purpose == "inference"
