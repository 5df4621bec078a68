"""Verbs of searches: profile, run, work, serve, status, best."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import resspec
from resspec.cli.arguments import AsJson, Quiet
from resspec.cli.exits import NO
from resspec.cli.verb import Verb, examples, print_json
from resspec.shipped import search_folder

if TYPE_CHECKING:
    from resspec.study.result import Result

app = typer.Typer(
    no_args_is_help=True,
    help="Search depth and width under hard budgets.",
    epilog=examples(
        "resspec search profile digits", "resspec search run digits", "resspec search best digits > best.yaml"
    ),
)


def complete_search(incomplete: str) -> Iterator[str]:
    """Shipped searches that begin so."""
    yield from (path.stem for path in sorted(search_folder().glob("*.yaml")) if path.stem.startswith(incomplete))


Search = Annotated[
    str, typer.Argument(metavar="SEARCH", help="A shipped search or a file.", autocompletion=complete_search)
]
Study = Annotated[
    str,
    typer.Argument(
        metavar="SEARCH", help="A search that was run here, or the folder of its study.", autocompletion=complete_search
    ),
]
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
            search, trials=trials, seed=seed, path=path, observer=observer, storage=storage, workers=workers
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
        str, typer.Argument(metavar="STUDY", help="The folder of a study, or URL#NAME of one in a database.")
    ],
    path: Folder = None,
    quiet: Quiet = False,
) -> None:
    """Work on a study that `run` began, from any machine that reaches it, until its trials are done."""
    from rich.console import Console

    from resspec.study.run import join_search
    from resspec.study.tables import print_result
    from resspec.study.view import view_on

    observer = None if quiet else view_on(Console(stderr=True))
    with told_how_to_go_on():
        result = join_search(study, path=path, observer=observer)
    if result is None:
        typer.echo("the trials are done; another worker makes the last comparison", err=True)
    elif not quiet:
        print_result(Console(), result)


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
    """Say, when the search is stopped, that nothing is lost."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        typer.echo("interrupted; the same command goes on from here", err=True)
        raise


@app.command(cls=Verb, epilog=examples("resspec search status digits", "resspec search status runs/mine-1 --json"))
def status(search: Study, as_json: AsJson = False) -> None:
    """Tell how far a search has come; it may be running."""
    result = study_of(search)
    if as_json:
        states = [trial.state.name.lower() for trial in result.trials]
        print_json({"name": result.name, "trials": {state: states.count(state) for state in sorted(set(states))}})
    else:
        from resspec.study.tables import standing

        typer.echo(standing(result))


@app.command(
    cls=Verb, epilog=examples("resspec search best digits > best.yaml", "resspec search best runs/mine-1 --json")
)
def best(search: Study, as_json: AsJson = False) -> None:
    """Print the best network found so far, as a complete spec file."""
    from resspec.study.outcome import best_spec

    result = study_of(search)
    if result.best is None:
        typer.echo("no trial is complete yet", err=True)
        raise typer.Exit(NO)
    if as_json:
        print_json(result.best.to_dict())
    else:
        typer.echo(best_spec(result), nl=False)


def study_of(search: str) -> Result:
    """The study in a folder, or of a search that was run here."""
    from resspec.study.declaration import load_search
    from resspec.study.joining import RUNS
    from resspec.study.result import open_result

    return open_result(search if Path(search).is_dir() else Path(RUNS) / load_search(search).name)
