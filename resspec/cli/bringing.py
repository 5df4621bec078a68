"""Verbs that bring networks in and across: import, convert."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import resspec
from resspec.cli.arguments import AsJson, Overrides, Quiet, complete_spec
from resspec.cli.verb import Verb, examples, print_json

PANEL = "In and out"

app = typer.Typer()


@app.command(
    "import",
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples(
        "resspec import checkpoint.pth > mine.yaml",
        "resspec import checkpoint.pth act=silu stages.2.stride=1 --like resnet50d",
        "resspec import timm:resnet50d",
        "resspec import model.py:make_net -o mine.yaml",
    ),
)
def import_(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A checkpoint, hf:FOLDER, FILE.onnx, timm:NAME, torchvision:NAME, or FILE.py:FUNCTION, which is run.",
        ),
    ],
    overrides: Overrides = None,
    like: Annotated[
        str,
        typer.Option(
            metavar="SPEC",
            help="The shipped spec that lends what shapes do not tell; by default the nearest.",
            autocompletion=complete_spec,
        ),
    ] = "",
    name: Annotated[str, typer.Option(metavar="NAME", help="The spec's name; by default the source's.")] = "",
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file.")] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Write the shortest spec of a network that exists: from names and shapes, and a module's answers."""
    from resspec.authoring.minimal import minimal
    from resspec.training.writing import check_place, write_whole

    if output is not None:
        check_place(output)
    found = resspec.import_spec(source, *overrides or (), like=like, name=name)
    if as_json:
        print_json(found.to_dict())
        return
    text = "".join(f"# {note}\n" for note in found.notes) + minimal(found.spec)
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
        "resspec convert resnet20.th resnet20.safetensors",
        "resspec convert resnet50.pth model.safetensors --to huggingface --dtype fp16",
        "resspec convert regnet.pth regnet.bin --to timm_regnet --spec regnetx_002",
        "resspec convert hf:my-model resnet50.pth",
    ),
)
def convert(  # noqa: PLR0913, PLR0917  # options, each of its own
    source: Annotated[
        str, typer.Argument(metavar="IN", help="A checkpoint in any naming that is known, or hf:FOLDER.")
    ],
    output: Annotated[Path, typer.Argument(metavar="OUT", help="A .safetensors, .pth, .pt, .th or .bin file.")],
    to: Annotated[
        str,
        typer.Option(metavar="NAMING", help="resspec (torchvision's and timm's ResNets), huggingface, pycls, …"),
    ] = "resspec",
    spec: Annotated[
        str, typer.Option(metavar="SPEC", help="The network; by default inferred.", autocompletion=complete_spec)
    ] = "",
    dtype: Annotated[str, typer.Option(metavar="TYPE", help="fp32, fp16 or bf16; by default as in the file.")] = "",
    nest: Annotated[str, typer.Option(metavar="KEY", help="Where the file holds several state_dicts: this one.")] = "",
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Write a checkpoint's weights under another naming: every tensor, or an error that lists what has no place."""
    from resspec.formats.conversion import check_target, save
    from resspec.formats.conversion import convert as converted

    check_target(output)
    made = converted(source, to, resspec.load(spec) if spec else None, dtype, nest)
    save(made, output)
    told = {
        "output": str(output),
        "tensors": len(made.tensors),
        "from": made.source,
        "to": made.target,
        "spec": made.spec.name,
        "notes": list(made.notes),
    }
    if as_json:
        print_json(told)
    elif not quiet:
        typer.echo(f"wrote {output}: {len(made.tensors)} tensors, {made.source} to {made.target} names")
        for note in made.notes:
            typer.echo(f"  {note}")
