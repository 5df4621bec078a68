"""What all verbs have in common: how they end when the input is wrong, and how they print."""

from __future__ import annotations

import json
from typing import Any

import typer
from typer.core import TyperCommand

from resspec.cli.exits import PIPE_CLOSED, WRONG_INPUT, forget_output
from resspec.errors import ResspecError

AS_JSON = "as_json"
QUIET = "quiet"


class Verb(TyperCommand):
    """A command that ends with a message and exit code 2 where the input is wrong; in JSON where `--json` was given."""

    def invoke(self, ctx: Any) -> Any:  # a context, whose base class typer keeps to itself
        """Run the verb; `--quiet` may stand before or behind its name."""
        if QUIET in ctx.params:
            ctx.params[QUIET] |= ctx.find_root().params[QUIET]
        try:
            return super().invoke(ctx)
        except ResspecError as error:
            refuse(error, as_json=bool(ctx.params.get(AS_JSON)))
        except BrokenPipeError:
            forget_output()
            raise typer.Exit(PIPE_CLOSED) from None
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            refuse(ResspecError.of("RS702", f"{place}{error.strerror or error}"), as_json=bool(ctx.params.get(AS_JSON)))


def refuse(error: ResspecError, *, as_json: bool) -> None:
    """Print the faults and exit with 2."""
    if as_json:
        print_json({"errors": [fault.to_dict() for fault in error.faults]})
    else:
        typer.echo(str(error), err=True)
    raise typer.Exit(WRONG_INPUT)


def print_json(data: Any) -> None:
    """Plain data as JSON, on standard output."""
    typer.echo(json.dumps(data, indent=2))


def examples(*lines: str) -> str:
    """The end of a help text: commands to copy."""
    return "\n\n".join(("Examples:", *lines))
