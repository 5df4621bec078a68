"""The verb that checks specs completely: validate."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from resspec.cli.arguments import Allow, AsJson, Quiet, complete_spec, limits_of
from resspec.cli.exits import WRONG_INPUT
from resspec.cli.verb import Verb, examples, print_json
from resspec.errors import Fault, ResspecError, SpecError
from resspec.spec.limits import Limits

PANEL = "Read specs"

app = typer.Typer()


class Format(StrEnum):
    """How faults are printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


@app.command(
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples(
        "resspec validate mine.yaml",
        "resspec validate specs/*.yaml --quiet",
        "resspec validate resnet50 block=basic",
        "resspec validate nets/*.yaml --format sarif > resspec.sarif",
    ),
)
def validate(
    specs: Annotated[
        list[str],
        typer.Argument(
            metavar="SPEC... [PATH=VALUE]...",
            help="Shipped names or files; then changes laid over each of them.",
            autocompletion=complete_spec,
        ),
    ],
    form: Annotated[Format, typer.Option("--format", help="How the answer is printed.")] = Format.TEXT,
    allow: Allow = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Check specs completely, down to the shapes of every layer; every fault is shown at its place."""
    names, overrides = parted(specs)
    form = Format.JSON if as_json else form
    valid: list[dict[str, str]] = []
    faults: list[Fault] = []
    for name in names:
        try:
            told, line = checked(name, overrides, limits_of(allow))
        except ResspecError as error:
            faults.extend(error.faults)
            continue
        valid.append(told)
        if form is Format.TEXT and not quiet:
            typer.echo(line)
    finish(form, valid, faults)


def checked(name: str, overrides: list[str], limits: Limits | None) -> tuple[dict[str, str], str]:
    """What is told of a valid spec, as data and as a line."""
    from resspec.analysis.report import report_of
    from resspec.checking import lawful

    _, graph = lawful(name, *overrides, limits=limits)
    report = report_of(graph)
    told = {"spec": name, "name": report.name, "fingerprint": report.fingerprint}
    return told, f"{name}: valid ({report.params:,} params, {report.macs:,} macs)"


def finish(form: Format, valid: list[dict[str, str]], faults: list[Fault]) -> None:
    """Print what is due at the end; SpecError or exit code 2 where there were faults."""
    if form is Format.SARIF:
        from resspec.cli.sarif import sarif

        print_json(sarif(faults))
    elif form is Format.JSON:
        print_json({"valid": valid, "errors": [fault.to_dict() for fault in faults]} if faults else {"valid": valid})
    elif faults:
        raise SpecError(*faults)
    if faults:
        raise typer.Exit(WRONG_INPUT)


def parted(words: list[str]) -> tuple[list[str], list[str]]:
    """Specs, and the overrides behind them; a file may have `=` in its name."""
    at = next((i for i, word in enumerate(words) if i and is_override(word)), len(words))
    return words[:at], words[at:]


def is_override(word: str) -> bool:
    """Whether a word is an override and no file."""
    from resspec.spec.loading import is_file

    return ("=" in word or word.startswith("~")) and not is_file(Path(word))
