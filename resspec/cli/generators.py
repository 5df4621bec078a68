"""Verbs of networks that make images: train a generator against a critic, draw what it makes, enlarge a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import resspec
from resspec.cli.arguments import Allow, AsJson, Overrides, Quiet, Spec, complete_spec, limits_of
from resspec.cli.exits import resumable
from resspec.cli.trainings import PANEL, Data, Device, Threads
from resspec.cli.verb import Verb, examples, print_json

app = typer.Typer()
CRITIC, DUEL, NOISE = "critic.", "duel.", "noise."
Seed = Annotated[int, typer.Option(min=0, help="Where weights, latent vectors and images of a step come from.")]


@app.command(
    name="train-generator",
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples(
        "resspec train-generator digits_generator --critic digits_critic --data digits --threads 1",
        "resspec train-generator wgangp32_g --critic sngan32_d --data cifar10:data duel.steps=50000 --device cuda",
        "resspec train-generator wgangp32_g --critic sngan32_d --data images:faces --device cuda",
    ),
)
def train_generator(  # noqa: PLR0913, PLR0917  # options, each of its own
    spec: Spec,
    critic: Annotated[
        str, typer.Option(metavar="SPEC", help="The network that tells images apart.", autocompletion=complete_spec)
    ],
    data: Data,
    overrides: Overrides = None,
    seed: Seed = 0,
    path: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where the training lives; by default runs/train/SPEC-CRITIC.")
    ] = None,
    device: Device = "cpu",
    threads: Threads = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Train a generator of images against a critic, or go on with a training that was interrupted.

    PATH=VALUE changes the generator, critic.PATH=VALUE the critic, duel.NAME=VALUE the training: steps, batch, lr,
    critic_lr, critic_steps, beta1, beta2, ema. SIGTERM keeps the state and exits with 143, ctrl-C with 130.
    """

    changes = list(overrides or ())
    of = {key: [text.removeprefix(key) for text in changes if text.startswith(key)] for key in (CRITIC, DUEL)}
    with resumable():
        _, result = resspec.train_generator(
            resspec.load(spec, *(text for text in changes if not text.startswith((CRITIC, DUEL)))),
            resspec.load(critic, *of[CRITIC]),
            data=data,
            changes=of[DUEL],
            seed=seed,
            path=path,
            device=device,
            threads=threads,
            told=None if quiet else tell,
        )
    if as_json:
        print_json(dict(result))
        return
    typer.echo(f"{result['name']}: {result['steps']:,} steps in {result['seconds']:.1f} s")
    for name in ("weights", "critic", "samples"):
        typer.echo(result[name])
    if left_out := result.get("left_out"):
        typer.echo(f"{len(left_out)} images were left out; result.json says why", err=True)


def tell(step: int, critic_loss: float, loss: float) -> None:
    """A line of progress."""
    typer.echo(f"step {step:,}: loss of the critic {critic_loss:.3f}, of the generator {loss:.3f}", err=True)


@app.command(
    name="train-denoiser",
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples(
        "resspec train-denoiser ddpm_digits --data digits --threads 1",
        "resspec train-denoiser ddpm_cifar10 --data cifar10:data noise.steps=200000 --device cuda",
    ),
)
def train_denoiser(  # noqa: PLR0913, PLR0917  # options, each of its own
    spec: Spec,
    data: Data,
    overrides: Overrides = None,
    seed: Seed = 0,
    path: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Its folder; by default runs/train/SPEC-denoiser."),
    ] = None,
    device: Device = "cpu",
    threads: Threads = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Train a network that is told a time step to find the noise in images, or go on with such a training.

    PATH=VALUE changes the network, noise.NAME=VALUE the training: steps, batch, lr, schedule (linear, cosine), ema.
    SIGTERM keeps the state and exits with 143, ctrl-C with 130. `resspec sample` makes images with what comes of it.
    """

    changes = list(overrides or ())
    with resumable():
        _, result = resspec.train_denoiser(
            resspec.load(spec, *(text for text in changes if not text.startswith(NOISE))),
            data=data,
            changes=[text.removeprefix(NOISE) for text in changes if text.startswith(NOISE)],
            seed=seed,
            path=path,
            device=device,
            threads=threads,
            told=None if quiet else lambda step, loss: typer.echo(f"step {step:,}: loss {loss:.4f}", err=True),
        )
    if as_json:
        print_json(dict(result))
        return
    typer.echo(f"{result['name']}: {result['steps']:,} steps in {result['seconds']:.1f} s, loss {result['loss']:.4f}")
    for name in ("weights", "samples"):
        typer.echo(result[name])


@app.command(
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples(
        "resspec sample runs/train/digits_generator-digits_critic/generator.safetensors -o digits.png",
        "resspec sample runs/train/classes/generator.safetensors --labels 3,7 --count 12 -o threes_and_sevens.png",
    ),
)
def sample(
    weights: Annotated[Path, typer.Argument(metavar="FILE", help="A generator's safetensors file, its spec inside.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The picture, a PNG.")],
    count: Annotated[
        int | None, typer.Option("-n", "--count", min=1, max=4096, help="Images, by default 64; of a class 8.")
    ] = None,
    labels: Annotated[
        str | None, typer.Option(metavar="0,1,…", help="Classes, a row each, where the network is told one.")
    ] = None,
    seed: Seed = 0,
    device: Device = "cpu",
    threads: Threads = None,
) -> None:
    """Draw a grid of images that a trained generator makes of random vectors, or a trained denoiser of noise.

    Of a generator that is told a class the grid has a row for each, and the images of a column share their vector.
    """

    asked = numbers(labels)
    resspec.sample(weights, out, count=count, labels=asked, seed=seed, device=device, threads=threads)
    typer.echo(f"wrote {out}")


def numbers(text: str | None) -> list[int] | None:
    """Whole numbers between commas; None for none."""
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and part.isascii() and len(part) < 10 for part in parts):
        raise typer.BadParameter(f"{text!r} is no list of classes", param_hint="--labels")
    return [int(part) for part in parts]


@app.command(
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples(
        "resspec enlarge runs/train/edsr_small-photographs/best.safetensors small.png -o large.png",
        "resspec enlarge edsr_baseline_x2 small.jpg --weights edsr_baseline_x2.pt -o large.png",
    ),
)
def enlarge(  # noqa: PLR0913, PLR0917  # options, each of its own
    spec: Spec,
    picture: Annotated[Path, typer.Argument(metavar="PICTURE", help="A PNG, JPEG, …")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The larger picture.")],
    overrides: Overrides = None,
    allow: Allow = None,
    weights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Trained weights; a file that carries its spec has them.")
    ] = None,
    device: Device = "cpu",
    threads: Threads = None,
) -> None:
    """Enlarge a picture by a trained network of super-resolution."""
    from resspec.carried import carries_weights

    found = weights or (Path(spec) if carries_weights(spec) else None)
    net = resspec.load(spec, *overrides or (), limits=limits_of(allow))
    width, height = resspec.enlarge(net, picture, out, weights=found, device=device, threads=threads)
    typer.echo(f"wrote {out}: {width}x{height} pixels")
