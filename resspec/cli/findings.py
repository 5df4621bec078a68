"""Verbs of what searches found: status, best, report, dashboard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from resspec.cli.arguments import AsJson
from resspec.cli.exits import NO
from resspec.cli.studies import Study, study_of
from resspec.cli.verb import Verb, examples, print_json
from resspec.errors import ResspecError

if TYPE_CHECKING:
    from resspec.study.result import Result
    from resspec.study.trial import Trial

app = typer.Typer()


@app.command(
    cls=Verb,
    epilog=examples(
        "resspec search status digits",
        "resspec search status runs/mine-1 --json",
        "resspec search status 'postgresql://resspec:secret@host/postgres#digits'",
    ),
)
def status(search: Study, as_json: AsJson = False) -> None:
    """Tell how far a search has come, what is best, and how near the budgets it is; it may be running."""
    from resspec.study.reporting.summary import status

    result = study_of(search)
    if as_json:
        print_json(status(result))
    else:
        from resspec.study.tables import status_lines

        for line in status_lines(result):
            typer.echo(line)


@app.command(
    cls=Verb,
    epilog=examples(
        "resspec search best digits > best.yaml",
        "resspec search best digits --at 'macs<=100K'",
        "resspec search best digits --knee",
        "resspec search best runs/mine-1 --json",
    ),
)
def best(
    search: Study,
    at: Annotated[
        list[str] | None,
        typer.Option("--at", metavar="BOUND", help="The best within bounds: 'macs<=100M'; may be repeated."),
    ] = None,
    knee: Annotated[bool, typer.Option("--knee", help="The best compromise: where the front bends.")] = False,
    number: Annotated[int | None, typer.Option("--number", metavar="N", min=0, help="The network of a trial.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print the best network found so far, or another of the front, as a complete spec file."""
    from resspec.study.outcome import best_spec, found_spec

    if sum((bool(at), knee, number is not None)) > 1:
        message = "--at, --knee and --number each choose the network"
        raise ResspecError.of("RS703", message, remedy="give one of them")
    result = study_of(search)
    trial = chosen(result, at or [], knee=knee, number=number)
    if as_json:
        print_json(trial.to_dict())
    elif trial is result.best:
        typer.echo(best_spec(result), nl=False)
    else:
        typer.echo(found_spec(result, trial, f"{result.name}_{trial.number}"), nl=False)


def chosen(result: Result, at: list[str], *, knee: bool, number: int | None) -> Trial:
    """The network that is asked for; exit 1 where there is none."""
    from resspec.spec.budgets import QUANTITIES
    from resspec.study.choosing import nearest, numbered, within

    if number is not None:
        return numbered(result, number)
    trial = within(result, at) if at else result.knee() if knee else result.best
    if trial is None:
        near = nearest(result, at) if at else None
        bounds = " and ".join(at)
        prices = near.prices if near else {}
        told = ", ".join(f"{name} {QUANTITIES[name].exact(prices[name])}" for name in QUANTITIES if name in prices)
        missed = f"no complete trial keeps {bounds}; the nearest is trial {near.number}: {told}" if near else ""
        typer.echo(missed or "no trial is complete yet", err=True)
        raise typer.Exit(NO)
    return trial


@app.command(
    cls=Verb,
    epilog=examples(
        "resspec search report digits -o report.html",
        "resspec search report digits -o report.png",
        "resspec search report digits --markdown",
        "resspec search report digits --json > digits.json",
    ),
)
def report(
    search: Study,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write .html, .png, .md or .json.")
    ] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the front as a table for a pull request.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Report what a search found: one HTML page that needs no network, a PNG, Markdown or JSON."""
    from resspec.study.reporting.writing import FORMS, written
    from resspec.training.writing import check_place, write_whole

    form = (output.suffix.lstrip(".") if output else "") or ("json" if as_json else "md")
    if output is not None and form not in FORMS:
        raise ResspecError.of("RS704", f"a report is no {output.suffix!r} file", remedy=f"one of .{', .'.join(FORMS)}")
    if (as_json and form != "json") or (markdown and form != "md"):
        raise ResspecError.of("RS703", "two forms of a report are asked for", remedy="give one of them")
    result = study_of(search)
    if output is not None:
        check_place(output)
    text = written(result, form)
    if output is None:
        typer.echo(text.decode(), nl=False)
    else:
        write_whole(output, text)
        typer.echo(f"{output}: {len(text) / 1e6:.1f} MB" if len(text) > 1e5 else str(output), err=True)


@app.command(cls=Verb, epilog=examples("resspec search dashboard digits", "resspec search dashboard digits --port 0"))
def dashboard(
    search: Study,
    host: Annotated[str, typer.Option(help="Who may come: 127.0.0.1 is this machine.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8080,
) -> None:
    """Open optuna-dashboard on a study, until ctrl-C; it prints its address."""
    from resspec.study.dashboard import dashboard_of

    with dashboard_of(study_of(search), host, port) as server:
        typer.echo(server.url)
        server.wait()
