"""Post-training quantisation to 8 bits by ONNX Runtime, with what it costs in accuracy on real data."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from resspec.formats.format import Export, Written, package
from resspec.formats.kinds.onnx_file import EXTRA, program, session
from resspec.ingest.answers import Answer
from resspec.training.data.source import DataSource, Images, Part, Samples
from resspec.training.engine import Engine
from resspec.training.evaluation import evaluate
from resspec.training.feed import feed_of
from resspec.training.score import Score
from resspec.training.tasks import Task, task_of

CALIBRATED_ON = 512
"""Training images that the ranges of activations are taken from."""
BATCH = 64
IN_FLOAT = {"InstanceNormalization", "LayerNormalization"}
"""What keeps its precision: statistics of an image, which GroupNorm is written with. ONNX Runtime 1.32 also takes the
scale of such a node for a weight per channel, and then cannot load what it wrote."""
PARTS: tuple[Part, Part] = ("train", "test")


@dataclass(frozen=True, slots=True)
class Quantised:
    """The network before and after, on the test part of a data set."""

    written: Written
    before: Score
    after: Score


class Runtime(nn.Module):
    """An ONNX file as a module, so that it is judged as every network is; `mean`, `std` and
    `input_size` are the network's."""

    def __init__(self, path: Path, like: nn.Module) -> None:
        super().__init__()
        self.run = session(path)
        self.mean, self.std = getattr(like, "mean", None), getattr(like, "std", None)
        self.input_size = getattr(like, "input_size", None)

    def forward(self, x: Tensor) -> Answer:
        """The file's answer."""
        return self.run(x.contiguous())


def quantised(export: Export, data: DataSource) -> Quantised:
    """Write the network with weights and activations of 8 bits (one scale per output channel of a weight, ranges of
    activations from training images), and judge it beside the float32 network on the test images."""
    tools = package("onnxruntime.quantization", EXTRA)
    package("onnxscript", EXTRA)
    task = task_of(export.spec)
    export = replace(export, any_size=export.any_size or task.whole)
    train, test = (data.load_for(task.truth, part) for part in PARTS)
    with tempfile.TemporaryDirectory() as folder:
        plain, prepared = Path(folder) / "plain.onnx", Path(folder) / "prepared.onnx"
        program(export, plain)
        shape_inference = package("onnxruntime.quantization.shape_inference", EXTRA)
        shape_inference.quant_pre_process(str(plain), str(prepared), skip_symbolic_shape=True)
        tools.quantize_static(
            str(prepared),
            str(export.path),
            reader(tools, batches(export.model, train, task)),
            per_channel=True,
            activation_type=tools.QuantType.QUInt8,
            weight_type=tools.QuantType.QInt8,
            calibrate_method=tools.CalibrationMethod.MinMax,
            op_types_to_quantize=kinds(),
        )
    engine = decoding()
    before = evaluate(export.model, test, task=task, engine=engine)
    after = evaluate(Runtime(export.path, export.model), test, task=task, engine=engine)
    judged = f"run by ONNX Runtime on {data.kind}, {len(test):,} test images"
    title, _, unit = after.pictured()
    change = after.pictured()[1] - before.pictured()[1]
    points = f"{round(change, 2) + 0.0:+.2f} {'points' if '%' in unit else unit.strip()}"
    verified = f"{judged}: {title} {after.shown(after.score)}, float32 {before.shown(before.score)}, {points}"
    return Quantised(Written((export.path,), (verified,)), before, after)


def decoding() -> Engine:
    """No more processes decode images than the machine has processors."""
    return Engine(workers=min(Engine().workers, os.cpu_count() or 1))


def kinds() -> list[str]:
    """The operations of ONNX that become 8-bit: all others that ONNX Runtime knows."""
    registry = package("onnxruntime.quantization.registry", EXTRA)
    known = {*registry.QLinearOpsRegistry, *registry.QDQRegistry}
    return sorted(known - IN_FLOAT)


def batches(model: nn.Module, images: Images | Samples, task: Task) -> Iterator[Tensor]:
    """Normalised training images, a picture of which an epoch has several parts once: it is read whole."""
    images = images if isinstance(images, Images) else images.once()
    feed = feed_of(images, model, torch.device("cpu"), task=task, engine=decoding())
    for x, _ in feed.in_order(BATCH, 0, min(CALIBRATED_ON, len(feed))):
        yield feed.normalised(x)


def reader(tools: Any, found: Iterator[Tensor]) -> Any:
    """What ONNX Runtime reads calibration data from."""

    class Reader(tools.CalibrationDataReader):  # type: ignore[misc]  # the package is known at run time alone
        def get_next(self) -> dict[str, Any] | None:
            x = next(found, None)
            return None if x is None else {"x": x.contiguous().numpy()}

    return Reader()
