"""The shipped specs of segmentation, detection and generation beside what was measured on their sources; the README's
second table is made here."""

from __future__ import annotations

import json

import peers
import resspec
import zoo

START, END = "<!-- dense -->\n", "<!-- /dense -->"
MEASURED: list[peers.Row] = json.loads((peers.GOLDEN / "dense.json").read_text())
"""What was measured on 102 networks of peers."""
IDLE = {
    "pspnet_resnet18": ("encoder.layer3", "encoder.layer4"),
    "pspnet_resnet34": ("encoder.layer3", "encoder.layer4"),
    "unet_resnet34_scse": ("decoder.blocks.4.attention1",),
}
"""Networks whose peer keeps layers that never run, by the starts of their names; the spec leaves them out."""
POWER = {"cganpd32_D": ((1, 128), (10, 128))}
"""Networks whose measured macs hold products of the power method too, with the matrices (rows, columns) that these
divide: mimicry's own layers multiply matrices for it, which the counter saw. BigGAN's rows were counted without."""
TITLES = {"segmentation": "segmentation", "detection": "detection", "generation": "image generation"}


def spec_of(row: peers.Row) -> str:
    """The shipped spec of a peer's network, or nothing."""
    own = f"{row['source']}/{row['name']}"
    found = [name for name in zoo.dense_specs() if name == row["name"] and zoo.sources()[name] == row["source"]]
    return next(iter(found), next((name for name in zoo.dense_specs() if zoo.sources()[name] == own), ""))


ROWS = [row for row in MEASURED if spec_of(row)]
"""Networks of peers that resspec ships."""
RUN = [row for row in ROWS if row["feed_forward"]]
"""Those of them that were run: of whole two-stage detectors tensors alone are known."""


def sized(row: peers.Row, size: str = "") -> resspec.NetSpec:
    """The spec at the peer's input, or at another size: `224`, or height and width as `256x192`."""
    if "x" not in row.get("macs_input", ()):
        return resspec.load(spec_of(row))
    channels, height, width = row["macs_input"]["x"]
    sides = [int(side) for side in size.split("x")] if size else [height, width]
    return resspec.load(spec_of(row), input=[channels, sides[0], sides[-1]])


def macs_of(row: peers.Row, unknown: int = 0) -> int:
    """The products of the network's layers: what was measured, the power method's u W, v W' and u W v' taken off; of
    whole two-stage detectors they are `unknown`."""
    macs: int = row.get("macs", unknown)
    return macs - sum(3 * rows * columns + rows for rows, columns in POWER.get(row["name"], ()))


def is_equal(row: peers.Row) -> bool:
    """Whether params and macs are those that were measured, all of the peer's tensors among them; of whole two-stage
    detectors params alone were."""
    report = resspec.report(sized(row))
    return (report.params, report.macs) == (row["params"], macs_of(row, report.macs))


def table() -> str:
    """Task and source, networks measured there, how many of them ship as specs, how many of these are equal."""
    lines = ["| task | source | measured | shipped | equal |", "|---|---|---:|---:|---:|"]
    sums = [0, 0, 0]
    for task, title in TITLES.items():
        for source in sorted({row["source"] for row in MEASURED if row["task"] == task}):
            measured = [row for row in MEASURED if (row["task"], row["source"]) == (task, source)]
            shipped = [row for row in ROWS if row in measured]
            if shipped:
                counts = [len(measured), len(shipped), sum(is_equal(row) for row in shipped)]
                lines.append(f"| {title} | {source} | {' | '.join(str(count) for count in counts)} |")
                sums = [total + count for total, count in zip(sums, counts, strict=True)]
    rest = len(MEASURED) - sums[0]
    if rest:
        lines.append(f"| others | | {rest} | 0 | 0 |")
    lines.append(f"| **all** | | **{len(MEASURED)}** | **{sums[1]}** | **{sums[2]}** |")
    return "\n".join(lines) + "\n"
