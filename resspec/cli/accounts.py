"""What `resspec report` tells beside costs: other counters, memory, features."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from resspec.cli.exits import NO
from resspec.cli.forms import Form, put_data, put_sheet

if TYPE_CHECKING:
    from resspec.analysis.memory import Setting
    from resspec.ir import Graph
    from resspec.pages.sheet import Sheet

PANEL = "Beside costs"


class Optimizer(StrEnum):
    """Optimizers by the state they keep."""

    SGD = "sgd"
    MOMENTUM = "momentum"
    ADAM = "adam"
    ADAMW = "adamw"


class Amp(StrEnum):
    """The type of autocast."""

    FP32 = "fp32"
    BF16 = "bf16"
    FP16 = "fp16"


Reconcile = Annotated[
    bool, typer.Option("--reconcile", rich_help_panel=PANEL, help="What other counters give, and why.")
]
SpellingName = Annotated[
    str,
    typer.Option("--spelling", metavar="SOURCE", rich_help_panel=PANEL, help="Count it as resspec or timm spell it."),
]
ShowFeatures = Annotated[
    bool, typer.Option("--features", rich_help_panel=PANEL, help="Strides and receptive fields of the feature maps.")
]
ShowMemory = Annotated[
    bool, typer.Option("--memory", rich_help_panel=PANEL, help="Bytes of inference and of a training step.")
]
Fits = Annotated[
    str | None,
    typer.Option(
        "--fits", metavar="24GB", rich_help_panel=PANEL, help="Whether a training step fits; exit code 1 if not."
    ),
]
ShowLatency = Annotated[
    bool, typer.Option("--latency", rich_help_panel=PANEL, help="Predicted time by stage, from the calibrated table.")
]
TableFile = Annotated[
    Path | None,
    typer.Option("--table", metavar="FILE", rich_help_panel=PANEL, help="A table of latency from elsewhere."),
]
OptimizerName = Annotated[
    Optimizer, typer.Option("--optimizer", rich_help_panel=PANEL, help="For --memory and --fits.")
]
AmpName = Annotated[Amp, typer.Option("--amp", rich_help_panel=PANEL, help="Autocast, for --memory and --fits.")]
Checkpointing = Annotated[
    bool, typer.Option("--checkpointing", rich_help_panel=PANEL, help="Backward recomputes each block.")
]


def put_reconciled(graph: Graph, spelling: str, form: str, output: Path | None) -> None:
    """What every counter gives."""
    from resspec.analysis.peers import reconcile
    from resspec.pages.accounts import reconciled_sheet

    rows = reconcile(graph, spelling)
    data = {"name": graph.facts.name, "spelling": spelling, "counters": [row.to_dict() for row in rows]}
    _put(data, lambda: reconciled_sheet(graph.facts.name, rows, spelling), form, output)


def put_features(graph: Graph, form: str, output: Path | None) -> None:
    """The feature maps."""
    from resspec.analysis.reach import features_of
    from resspec.pages.accounts import features_sheet

    found = features_of(graph)
    data = {"name": graph.facts.name, "features": [feature.to_dict() for feature in found]}
    _put(data, lambda: features_sheet(graph.facts.name, found), form, output)


def setting_of(images: int, optimizer: Optimizer, amp: Amp, checkpointing: bool) -> Setting:
    """What memory is asked for."""
    from resspec.analysis.memory import Setting

    return Setting(images, "fp32", optimizer.value, amp.value, checkpointing)


def put_memory(graph: Graph, setting: Setting, form: str, output: Path | None) -> None:
    """The bytes of inference and training."""
    from resspec.analysis.memory import memory_of
    from resspec.pages.accounts import memory_sheet

    memory = memory_of(graph, setting)
    _put({"name": graph.facts.name, **memory.to_dict()}, lambda: memory_sheet(graph.facts.name, memory), form, output)


def put_latency(graph: Graph, images: int, file: Path | None, form: str, output: Path | None) -> None:
    """The predicted time."""
    from resspec.analysis.latency import graph_seconds
    from resspec.analysis.tables import table_in_use
    from resspec.pages.times import latency_sheet

    table = table_in_use(file, images)
    sheet = latency_sheet(graph, table)
    told = {key: value for key, value in table.to_dict().items() if key not in ("rates", "unseen")}
    data = {"name": graph.facts.name, "seconds": graph_seconds(graph, table), "stages": sheet.records(), "table": told}
    _put(data, lambda: sheet, form, output)


def put_fits(graph: Graph, setting: Setting, size: str, form: str, output: Path | None) -> None:
    """Whether a training step fits into a memory, and the largest batch that does."""
    from resspec.analysis.memory import largest_batch, memory_of
    from resspec.spec.units import parse_bytes

    limit = parse_bytes(size)
    need, largest = memory_of(graph, setting).training, largest_batch(graph, setting, limit)
    fits = need <= limit
    if form == "json":
        data = {"name": graph.facts.name, "fits": fits, "needs": need, "limit": limit, "largest_batch": largest}
        put_data(data, output)
    else:
        answer = "fits" if fits else "does not fit"
        typer.echo(
            f"{setting.images} images need {need:,} of {limit:,} bytes: {answer}; the largest batch is {largest:,}"
        )
    if not fits:
        raise typer.Exit(NO)


def _put(data: object, sheet: Callable[[], Sheet], form: str, output: Path | None) -> None:
    """JSON, or a sheet in one of the other forms."""
    if form == "json":
        put_data(data, output)
    else:
        put_sheet(sheet(), Form("table" if form == "html" else form), output)
