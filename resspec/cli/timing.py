"""The verb that measures time: bench."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

import resspec
from resspec.cli.arguments import Allow, AsJson, Overrides, Quiet, complete_spec, limits_of
from resspec.cli.forms import Form, Output, form_of, put_data, put_sheet
from resspec.cli.verb import Verb, examples
from resspec.errors import ResspecError

if TYPE_CHECKING:
    from resspec.timing.setting import Setting

PANEL = "Costs"
CALIBRATION = "Calibration"

app = typer.Typer()


class NetForm(StrEnum):
    """The forms a network runs in."""

    EAGER = "eager"
    FUSED = "fused"
    CHANNELS_LAST = "channels-last"
    COMPILED = "compiled"


class Dtype(StrEnum):
    """The type of weights and activations."""

    FP32 = "fp32"
    BF16 = "bf16"
    FP16 = "fp16"


USUAL = (NetForm.EAGER, NetForm.FUSED, NetForm.CHANNELS_LAST)


def named_or_calibrate(context: typer.Context, spec: str | None) -> str | None:
    """The SPEC of a command line; only `--calibrate` goes without."""
    if spec is None and not context.params.get("calibrate"):
        raise typer.BadParameter("name a SPEC, or give --calibrate")
    return spec


@app.command(
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples(
        "resspec bench resnet18",
        "resspec bench resnet50 --device cuda --dtype bf16 --batch 64 --form eager --form compiled --training",
        "resspec bench --calibrate && resspec report resnet50 --latency",
    ),
)
def bench(  # noqa: PLR0913  # the arguments of the command line
    spec: Annotated[
        str | None,
        typer.Argument(
            metavar="SPEC",
            help="A shipped name or a file.",
            autocompletion=complete_spec,
            callback=named_or_calibrate,
        ),
    ] = None,
    overrides: Overrides = None,
    forms: Annotated[
        list[NetForm] | None,
        typer.Option("--form", help="A form to time, of several; without it all but compiled, which takes a minute."),
    ] = None,
    device: Annotated[str, typer.Option("--device", metavar="cpu|cuda", help="Where to run.")] = "cpu",
    dtype: Annotated[Dtype, typer.Option("--dtype", help="The type of weights and activations.")] = Dtype.FP32,
    batch: Annotated[int, typer.Option("--batch", min=1, help="Images in a batch.")] = 1,
    threads: Annotated[
        int, typer.Option("--threads", min=0, help="Threads that torch may use; 0 is torch's own choice.")
    ] = 0,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="How often each is run, after a warm-up.")] = 20,
    training: Annotated[bool, typer.Option("--training", help="Time a training step too.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Measure again what was measured before.")] = False,
    cache: Annotated[bool, typer.Option("--cache/--no-cache", help="Keep the figures, and use those kept.")] = True,
    calibrate: Annotated[
        bool,
        typer.Option(
            "--calibrate", is_eager=True, rich_help_panel=CALIBRATION, help="Make the table that predicts latency."
        ),
    ] = False,
    form: Annotated[Form, typer.Option("--format", help="How the table is written.")] = Form.TABLE,
    output: Output = None,
    allow: Allow = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Measure how long a network takes here: median and spread, by form; the same is not measured twice.

    Figures are kept by network, device and setting in $RESSPEC_CACHE, else $XDG_CACHE_HOME/resspec or
    ~/.cache/resspec."""
    import torch

    from resspec.timing.device import checked
    from resspec.timing.setting import Setting

    if calibrate and (spec or forms or training):
        message = "--calibrate times networks of its own, forward"
        raise ResspecError.of("RS703", message, remedy="leave SPEC, --form and --training out")
    checked(device)
    setting = Setting(device, dtype.value, batch, threads or torch.get_num_threads())
    written = form_of(form, as_json=as_json)
    if calibrate:
        put_calibration(setting, written, output, quiet=quiet)
        return
    assert spec is not None
    from resspec.pages.times import bench_sheet
    from resspec.timing.bench import bench as measure
    from resspec.timing.results import keep, place, remembered

    graph = resspec.graph(resspec.load(spec, *overrides or (), limits=limits_of(allow)))
    chosen = [one.value for one in dict.fromkeys(forms or USUAL)]
    file = place(graph, setting, chosen, rounds, training=training)
    found = remembered(file) if cache and not fresh else None
    if found is None:
        found = measure(graph, setting, chosen, rounds, training=training)
        if cache:
            keep(file, found.to_dict())
    if written is Form.JSON:
        put_data(found.to_dict(), output)
    else:
        put_sheet(bench_sheet(graph.facts.name, found.to_dict()), written, output, quiet=quiet)


def put_calibration(setting: Setting, form: Form, output: Output, *, quiet: bool) -> None:
    """Calibrate, keep the table where `report --latency` looks for it, and tell how well it predicts."""
    from resspec.pages.times import table_sheet
    from resspec.timing.calibration import calibrate
    from resspec.timing.device import pinned
    from resspec.timing.results import keep, table_place

    def say(text: str) -> None:
        if not quiet:
            typer.echo(text, err=True)

    with pinned(setting.threads):
        table = calibrate(setting, say)
    file = table_place(table)
    keep(file, table.to_dict())
    say(f"wrote {file}")
    if form is Form.JSON:
        put_data(table.to_dict(), output)
    else:
        put_sheet(table_sheet(table), form, output, quiet=quiet)
