"""The verb that shows what a trained network says of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import resspec
from resspec.cli.arguments import Allow, AsJson, Quiet, Spec, limits_of
from resspec.cli.trainings import PANEL, Device, Threads
from resspec.cli.verb import Verb, examples, print_json

if TYPE_CHECKING:
    from resspec.training.predicting.folder import Predicted

app = typer.Typer()


@app.command(
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples(
        "resspec predict resnet18 --weights resnet18.pth cat.jpg dog.jpg --names imagenet.txt",
        "resspec predict runs/train/unet_digits-scenes/best.safetensors pictures --out masks",
        "resspec predict fcos_digits --weights best.safetensors scene.png --threshold 0.3 --out boxes --json",
    ),
)
def predict(  # noqa: PLR0913, PLR0917  # options, each of its own
    spec: Spec,
    pictures: Annotated[
        list[str],
        typer.Argument(
            metavar="PICTURE", help="PNG, JPEG, …, or folders of them; and changes of the spec, PATH=VALUE."
        ),
    ],
    allow: Allow = None,
    weights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Trained weights; a file that carries its spec has them.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", metavar="FOLDER", help="Write masks, overlays, boxes and a record of each picture."
        ),
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Classes of a picture, the likeliest.")] = 5,
    threshold: Annotated[float, typer.Option(min=0, max=1, help="The least score of a thing.")] = 0.5,
    names: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What the classes are called, from class 0 on, one a line.")
    ] = None,
    recipe: Annotated[
        str | None, typer.Option(metavar="RECIPE", help="How pictures are framed (`centre`), as for `evaluate`.")
    ] = None,
    skip_damaged: Annotated[
        bool, typer.Option("--skip-damaged", help="Leave out files that are damaged or no pictures, and say so.")
    ] = False,
    device: Device = "cpu",
    threads: Threads = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Show what a trained network says of pictures: the likeliest classes, the class of each pixel, the things on them.

    Places are pixels of the picture, turned as its camera says. With --out: NAME.mask.png and NAME.overlay.png, or
    NAME.boxes.png, and NAME.prediction.json.
    """
    from resspec.carried import carries_weights
    from resspec.training.predicting.doors import predict

    changes = [text for text in pictures if is_change(text)]
    left_out: list[str] = []

    def leave_out(told: str) -> None:
        left_out.append(told)
        typer.echo(f"left out: {told}", err=True)

    net = resspec.load(spec, *changes, limits=limits_of(allow))
    found = predict(
        net,
        weights or (Path(spec) if carries_weights(spec) else None),
        [text for text in pictures if not is_change(text)],
        out=out,
        top=top,
        threshold=threshold,
        names=names,
        recipe=recipe,
        left_out=leave_out if skip_damaged else None,
        device=device,
        threads=threads,
    )
    if as_json:
        told = [one.to_dict() for one in found]
        print_json({"name": net.name, "pictures": told, "left_out": left_out})
        return
    for one in found:
        typer.echo("\n".join(lines_of(one, quiet=quiet)))


def is_change(text: str) -> bool:
    """Whether a text changes the spec: PATH=VALUE, and no file of this name."""
    return "=" in text and not Path(text).exists()


def lines_of(found: Predicted, *, quiet: bool) -> Sequence[str]:
    """A picture's name, what is told of it in columns, and the files that were written."""
    rows = list(found.prediction.rows())
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    cells = ([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])] for row in rows)
    told = ["  " + "  ".join(row) for row in cells] or ["  nothing"]
    written = [] if quiet else [f"  wrote {path}" for path in found.files.values()]
    return [f"{found.picture}:", *told, *written]
