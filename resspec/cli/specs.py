"""Verbs that read specs: list, show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

import resspec
from resspec.cli.arguments import Allow, AsJson, Overrides, Spec, limits_of
from resspec.cli.exits import NO
from resspec.cli.forms import Form, Output, form_of, put, put_zoo
from resspec.cli.verb import Verb, examples, print_json
from resspec.errors import ResspecError
from resspec.spec.reading import read_text

if TYPE_CHECKING:
    from resspec.spec.net import NetSpec

PANEL = "Read specs"

app = typer.Typer()


@app.command(
    "list",
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples("resspec list", "resspec list 'wrn*' --names", "resspec list --format csv -o zoo.csv"),
)
def list_(
    pattern: Annotated[str, typer.Argument(help="A shell pattern; quote it.")] = "*",
    names: Annotated[bool, typer.Option("--names", help="Print names alone.")] = False,
    form: Annotated[Form, typer.Option("--format", help="How the table is written.")] = Form.TABLE,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """List the networks that ship with resspec, with what each costs and whose network it is."""
    found = resspec.list_specs(pattern)
    if not found:
        typer.echo(f"no shipped network is called {pattern}", err=True)
        raise typer.Exit(NO)
    if names and not as_json:
        put("".join(f"{name}\n" for name in found), output)
        return
    put_zoo(found, (), form_of(form, as_json=as_json), output, ("params", "macs"))


@app.command(
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples(
        "resspec show resnet101",
        "resspec show resnet50 stages.3.depth=9 name=resnet59 > resnet59.yaml",
        "resspec show mine.yaml --explain | grep norm",
        "resspec show resnet50 '~stages.4' '+stages.1={depth: 1, width: 64}' --minimal",
    ),
)
def show(
    spec: Spec,
    overrides: Overrides = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Every value, with the place that set it or the reason of its default.")
    ] = False,
    minimal: Annotated[bool, typer.Option("--minimal", help="The shortest file that means the same.")] = False,
    allow: Allow = None,
    as_json: AsJson = False,
) -> None:
    """Print a spec as one complete file: what it extends and the overrides are merged in."""
    net = resspec.load(spec, *overrides or (), limits=limits_of(allow))
    if explain and minimal:
        raise ResspecError.of("RS703", "--explain and --minimal exclude each other", remedy="give one of them")
    if explain:
        print_settings(net, as_json=as_json)
        return
    text, data = net.to_yaml(), net.to_dict()
    if minimal:
        from resspec.authoring.minimal import minimal as shortest

        text = shortest(net)
        data = read_text(text).data
    if as_json:
        print_json(data)
    else:
        typer.echo(text, nl=False)


def print_settings(net: NetSpec, *, as_json: bool) -> None:
    """Every value of a spec and where it comes from."""
    from resspec.authoring.settings import settings

    found = settings(net)
    if as_json:
        print_json([setting.to_dict() for setting in found])
        return
    named = max(len(setting.path) for setting in found)
    values = [json.dumps(setting.value, ensure_ascii=False) for setting in found]
    shown = min(40, max(len(value) for value in values))
    for setting, value in zip(found, values, strict=True):
        typer.echo(f"{setting.path:{named}}  {value:{shown}}  {setting.origin}")
