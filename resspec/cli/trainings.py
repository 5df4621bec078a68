"""Verbs of trainings: train, evaluate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import resspec
from resspec.cli.arguments import Allow, AsJson, Overrides, Quiet, Spec, limits_of
from resspec.cli.exits import resumable
from resspec.cli.verb import Verb, examples, print_json
from resspec.errors import SpecError
from resspec.record import known_keys
from resspec.spec.net import NetSpec

if TYPE_CHECKING:
    from resspec.training.run import Trained

PANEL = "Train and judge networks"
PREFIX, DATA_PREFIX = "recipe.", "data."
DATA = (
    "digits, digit-scenes, photographs, cifar10:FOLDER, cifar100:FOLDER, imagefolder:FOLDER, masks:FOLDER, voc:FOLDER,"
    " coco:FOLDER, images:FOLDER, dataset:NAME"
)

app = typer.Typer()


def complete_recipe(incomplete: str) -> Iterator[str]:
    """Shipped recipes that begin so."""
    from resspec.training.recipe_file import shipped_recipes

    yield from (name for name in shipped_recipes() if name.startswith(incomplete))


Data = Annotated[str, typer.Option("--data", metavar="DATA", help=f"The images: {DATA}.")]
Device = Annotated[str, typer.Option(metavar="DEVICE", help="Where: cpu, cuda, cuda:1.")]
Threads = Annotated[int | None, typer.Option(min=1, help="CPU threads; small networks are fastest on 1.")]
Precision = Annotated[str, typer.Option(metavar="FORMAT", help="fp32, bf16 or fp16, by autocast.")]
Workers = Annotated[int, typer.Option(min=0, help="Processes that decode image files.")]


@app.command(
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples(
        "resspec train resnet20_quarter --data digits --recipe digits --threads 1",
        "resspec train resnet20 recipe.lr=0.05 --data cifar10:data --recipe cifar-paper --device cuda",
        "torchrun --nproc-per-node 2 -m resspec train resnet50 --data imagefolder:imagenet --recipe imagenet-a3",
    ),
)
def train(  # noqa: PLR0913, PLR0917  # options, each of its own
    spec: Spec,
    data: Data,
    overrides: Overrides = None,
    allow: Allow = None,
    recipe: Annotated[
        str,
        typer.Option(metavar="RECIPE", help="A shipped recipe or a file.", autocompletion=complete_recipe),
    ] = "digits",
    seed: Annotated[int, typer.Option(min=0, help="Where weights, order and augmentation come from.")] = 0,
    path: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where the training lives; by default runs/train/SPEC-RECIPE.")
    ] = None,
    device: Device = "cpu",
    threads: Threads = None,
    precision: Precision = "fp32",
    compile_: Annotated[
        str | None,
        typer.Option(
            "--compile", metavar="MODE", help="Compile: default, reduce-overhead (CUDA graphs), max-autotune."
        ),
    ] = None,
    accumulate: Annotated[int, typer.Option(min=1, help="Parts that a batch is computed in, to need less memory.")] = 1,
    sync_bn: Annotated[bool, typer.Option("--sync-bn", help="Batch norm over all processes.")] = False,
    shard: Annotated[bool, typer.Option("--shard", help="Share the weights out among the processes (FSDP2).")] = False,
    workers: Workers = 4,
    keep: Annotated[int, typer.Option(min=1, help="States that are kept.")] = 3,
    save_every: Annotated[int | None, typer.Option(min=1, help="Keep a state every so many steps, too.")] = None,
    tensorboard: Annotated[bool, typer.Option("--tensorboard", help="Also write TensorBoard's log.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Train a network, or go on with a training that was interrupted.

    PATH=VALUE changes the spec, recipe.PATH=VALUE the recipe, data.PATH=VALUE the data set. SIGTERM keeps the state
    and exits with 143, ctrl-C with 130; the same command goes on from there.
    """
    from resspec.training.doors import data_of

    of_spec, of_recipe, of_data = told_apart(overrides or ())
    net = resspec.load(spec, *of_spec, limits=limits_of(allow))
    engine = {"precision": precision, "compile": compile_, "accumulate": accumulate, "workers": workers}
    with resumable():
        trained = resspec.train(
            net,
            data=data_of(data, *of_data),
            recipe=recipe,
            changes=of_recipe,
            seed=seed,
            path=path,
            device=device,
            threads=threads,
            engine=engine | {"sync_bn": sync_bn, "shard": shard},
            keep=keep,
            save_every=save_every,
            tensorboard=tensorboard,
            progress=not quiet,
        )
    if is_first():
        print_trained(trained, as_json=as_json)


def told_apart(texts: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """The changes of the spec, of the recipe and of the data set."""
    of_spec: list[str] = []
    of_recipe: list[str] = []
    of_data: list[str] = []
    for text in texts:
        path = text.lstrip("+~")
        into = of_recipe if path.startswith(PREFIX) else of_data if path.startswith(DATA_PREFIX) else of_spec
        into.append(text)
    for text in of_spec:
        if is_of_recipe(text):
            raise SpecError.of("RS201", f"{text!r} changes no spec", remedy=f"write {PREFIX}{text.lstrip('+~')}")
    return of_spec, of_recipe, of_data


def is_of_recipe(text: str) -> bool:
    """Whether a change names what a recipe has, and a spec has not."""
    name = re.match(r"[+~]*([A-Za-z_]*)", text)[1]  # type: ignore[index]  # matches any text
    if name in known_keys(NetSpec):
        return False
    from resspec.training.recipe import Recipe  # only then: it takes time

    return name in known_keys(Recipe)


def print_trained(trained: Trained, *, as_json: bool) -> None:
    """What came of a training."""
    result = trained.to_dict()
    if as_json:
        print_json(result)
        return
    typer.echo(f"{result['name']}: {result['epochs']} epochs in {result['seconds']:.1f} s, loss {result['loss']:.4f}")
    if best := result["best"]:
        score = trained.task.score
        last, most = (score.shown(found[score.leading]) for found in (result["validation"], best))
        named = "" if score.leading == "accuracy" else f"{score.title} "
        said = f"validation {named}{last}, best {most} in epoch {best['epoch']}"
        typer.echo(f"{said}; the test images are for `resspec evaluate`")
    if left_out := result.get("skipped"):
        typer.echo(f"{len(left_out)} annotations or images were left out; result.json names them")
    for name in ("weights", "best_weights"):
        typer.echo(result[name])
    typer.echo(str(trained.path / "curve.svg"))


@app.command(
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples(
        "resspec evaluate resnet20 --weights resnet20.th --data cifar10:data",
        "resspec evaluate resnet50 --weights net.safetensors --data imagefolder:imagenet --confusion --json",
    ),
)
def evaluate(  # noqa: PLR0913, PLR0917  # options, each of its own
    spec: Spec,
    weights: Annotated[Path, typer.Option(metavar="FILE", help="Weights: our names or a known peer's.")],
    data: Data,
    overrides: Overrides = None,
    allow: Allow = None,
    part: Annotated[str, typer.Option(metavar="PART", help="test, validation or train.")] = "test",
    device: Device = "cpu",
    threads: Threads = None,
    precision: Precision = "fp32",
    batch: Annotated[int | None, typer.Option(min=1, help="Images at a time.")] = None,
    confusion: Annotated[bool, typer.Option("--confusion", help="Tell each class apart.")] = False,
    recipe: Annotated[str | None, typer.Option(metavar="RECIPE", help="How image files are framed (`centre`).")] = None,
    workers: Workers = 4,
    as_json: AsJson = False,
) -> None:
    """Judge stored weights on images that no training saw, by the figures of the task: error, top-5 accuracy and loss;
    mIoU; mAP; PSNR and SSIM beside those of bicubic interpolation.

    PATH=VALUE changes the spec, data.PATH=VALUE the data set.
    """
    from resspec.training.doors import data_of

    of_spec, of_recipe, of_data = told_apart(overrides or ())
    net = resspec.load(spec, *of_spec, *of_recipe, limits=limits_of(allow))
    found = resspec.evaluate(
        net,
        weights=weights,
        data=data_of(data, *of_data),
        part=part,
        device=device,
        threads=threads,
        batch=batch,
        confusion=confusion,
        recipe=recipe,
        engine={"precision": precision, "workers": workers},
        left_out=lambda told: typer.echo(f"left out: {told}", err=True),
    )
    if not is_first():
        return
    if as_json:
        print_json({"name": net.name, "weights": str(weights), "data": data, "part": part} | found.to_dict())
        return
    typer.echo(f"{net.name} on {found.count:,} {part} images of {data}")
    typer.echo(found.told())
    if (table := getattr(found, "confusion", None)) is not None:
        print_confusion(table)


def print_confusion(confusion: Sequence[Sequence[int]]) -> None:
    """A row for each class: how many images (or pixels) it has, and which answers they were given."""
    from resspec.cli.printing import Table, print_table

    classes = [str(i) for i in range(len(confusion))]
    rows = [
        (name, f"{100 * row[i] / max(1, sum(row)):.1f} %", *(str(count) for count in row))
        for i, (name, row) in enumerate(zip(classes, confusion, strict=True))
    ]
    typer.echo()
    print_table(Table("answers (columns) to images of each class (rows)", ("class", "right", *classes), rows))


def is_first() -> bool:
    """Whether this process prints: the first of those that share a training."""
    from resspec.training.ranks import launched

    return launched().is_first
