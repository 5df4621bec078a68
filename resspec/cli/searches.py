"""Verbs of searches: profile, run, work, serve; what they found is told by `findings`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import resspec
from resspec.cli import findings
from resspec.cli.arguments import AsJson, Quiet
from resspec.cli.studies import Search
from resspec.cli.verb import Verb, examples, print_json
from resspec.errors import ResspecError

app = typer.Typer(
    no_args_is_help=True,
    help="Search depth and width under hard budgets.",
    epilog=examples(
        "resspec search profile digits", "resspec search run digits", "resspec search best digits > best.yaml"
    ),
)
app.add_typer(findings.app)

Folder = Annotated[
    Path | None, typer.Option("--path", metavar="FOLDER", help="Where the study lives; by default runs/NAME.")
]
Storage = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        envvar="RESSPEC_STORAGE",
        help="Where the study is kept: journal, or postgresql://USER:PASSWORD@HOST/DATABASE.",
    ),
]


class Trust(StrEnum):
    """What a search may be trusted with."""

    CODE = "code"


AllowCode = Annotated[
    list[Trust] | None, typer.Option("--allow", help="Trust the search: let it name Python code to run.")
]


@app.command(cls=Verb, epilog=examples("resspec search profile digits", "resspec search profile mine.yaml --json"))
def profile(search: Search, as_json: AsJson = False) -> None:
    """Tell what a search can reach before its first trial: sizes, extremes of each cost, share inside the budgets."""
    from resspec.study.run import profile

    found = profile(search)
    if as_json:
        print_json(found.to_dict())
    else:
        typer.echo(str(found))


@app.command(
    cls=Verb,
    epilog=examples(
        "resspec search run digits",
        "resspec search run mine.yaml --trials 100 --seed 1 --path runs/mine-1",
        "resspec search run digits --workers 4",
        "resspec search run digits --quiet --json > result.json",
    ),
)
def run(  # noqa: PLR0913, PLR0917  # the arguments of the command line
    search: Search,
    trials: Annotated[int | None, typer.Option(min=1, help="Trials in all, earlier runs included.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Where the search's randomness comes from.")] = None,
    workers: Annotated[int, typer.Option(min=1, metavar="N", help="Processes on this machine.")] = 1,
    storage: Storage = None,
    path: Folder = None,
    allow: AllowCode = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Run a search to its end, or go on with one that was interrupted."""
    from rich.console import Console

    from resspec.study.tables import print_result
    from resspec.study.view import view_on

    observer = None if quiet else view_on(Console(stderr=True))
    with told_how_to_go_on():
        result = resspec.search(
            search,
            trials=trials,
            seed=seed,
            path=path,
            observer=observer,
            storage=storage,
            workers=workers,
            allow=allow or (),
        )
    if as_json:
        print_json(result.to_dict())
        return
    print_result(Console(), result)


@app.command(
    cls=Verb,
    epilog=examples(
        "resspec search work runs/digits",
        "resspec search work postgresql://resspec:secret@host/postgres#digits",
    ),
)
def work(
    study: Annotated[
        str,
        typer.Argument(
            metavar="STUDY", help="A study that was begun here, its folder, or URL#NAME of one in a database."
        ),
    ],
    path: Folder = None,
    allow: AllowCode = None,
    quiet: Quiet = False,
) -> None:
    """Work on a study that `run` began, from any machine that reaches it, until its trials are done."""
    from rich.console import Console

    from resspec.study.run import join_search
    from resspec.study.tables import print_result
    from resspec.study.view import view_on

    observer = None if quiet else view_on(Console(stderr=True))
    with told_how_to_go_on():
        result = join_search(study, path=path, observer=observer, allow=allow or ())
    if result is None:
        typer.echo("the trials are done; another worker makes the last comparison", err=True)
    elif not quiet:
        print_result(Console(), result)


@app.command(
    cls=Verb,
    epilog=examples("resspec search proxies digits", "resspec search proxies nas_bench_macro --images 16 --json"),
)
def proxies(
    search: Search,
    sample: Annotated[int, typer.Option(min=3, help="Networks at most.")] = 100,
    images: Annotated[int, typer.Option(min=2, help="Images of a batch.")] = 32,
    repeats: Annotated[int, typer.Option(min=1, help="Draws of weights and images.")] = 1,
    side: Annotated[int | None, typer.Option(min=1, help="Side of the images; by default the network's own.")] = None,
    path: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Tell how far scores of untrained networks rank them as training did, beside params and macs."""
    from resspec.study.evaluators.proxy import Batch
    from resspec.study.ranking import rank_proxies

    batch = Batch(images=images, repeats=repeats, side=side)
    found = rank_proxies(search, sample=sample, batch=batch, path=path)
    if as_json:
        print_json(found.to_dict())
    else:
        typer.echo(str(found))


@app.command(cls=Verb, epilog=examples("resspec search serve", "resspec search serve --host 0.0.0.0 --port 5432"))
def serve(
    path: Annotated[Path, typer.Option("--path", metavar="FOLDER", help="Where the database lives.")] = Path(
        "runs/postgres"
    ),
    host: Annotated[
        str, typer.Option(help="Who may come: 127.0.0.1 is this machine, 0.0.0.0 everybody.")
    ] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="By default that of last time, or a free one.")
    ] = None,
) -> None:
    """Run a PostgreSQL server for studies, until ctrl-C; it prints its address and what workers say."""
    from resspec.study.server import serving

    with serving(path, host, port) as server:
        typer.echo(server.url)
        typer.echo(f"resspec search run digits --storage '{server.url}'", err=True)
        typer.echo(f"resspec search work '{server.url}#digits'", err=True)
        server.wait()


@contextmanager
def told_how_to_go_on() -> Iterator[None]:
    """Say, when the search is stopped or the disk is full, that nothing is lost."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        typer.echo("interrupted; the same command goes on from here", err=True)
        raise
    except OSError as error:
        from resspec.study.crew import NO_ROOM

        if error.errno not in NO_ROOM:
            raise
        place = f"{error.filename}: " if error.filename else ""
        remedy = "what was finished is kept; make room, and the same command goes on"
        raise ResspecError.of("RS511", f"{place}{error.strerror}", remedy=remedy) from None
