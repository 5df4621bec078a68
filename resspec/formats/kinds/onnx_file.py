"""ONNX, by torch's exporter: inputs by their names (`x`; `time`, `label`; `boxes`), outputs by theirs (`output` where
there is one), any batch, and any size where that is asked for."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

import torch
from torch import Tensor

from resspec.formats.format import Export, Format, Written, compared, package, traced
from resspec.ingest.answers import Answer, answer_of

EXTRA = "onnx"


def write(export: Export) -> Written:
    """An ONNX file with a free batch, passed by onnx's checker and run by ONNX Runtime."""
    onnx = package("onnx", EXTRA)
    package("onnxscript", EXTRA)
    program(export, export.path)
    onnx.checker.check_model(str(export.path), full_check=True)
    return Written(
        (export.path,), ("passed by onnx.checker", f"ONNX Runtime, {compared(export, session(export.path))}")
    )


def program(export: Export, path: Path) -> None:
    """Write the file."""
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with traced(export), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what torch deprecates in its own exporter
        torch.onnx.export(
            export.model,
            export.example(2),
            str(path),
            input_names=[argument.name for argument in export.signature],
            output_names=list(export.outputs),
            dynamic_shapes=export.free(),
            dynamo=True,
            external_data=False,
            verbose=False,
        )


class session:  # noqa: N801  # called as a function, it keeps the session that it opened
    """An ONNX file as a function of its inputs, run by ONNX Runtime on the CPU."""

    def __init__(self, path: Path, threads: int = 0) -> None:
        runtime = package("onnxruntime", EXTRA)
        options = runtime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = threads
        self.session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

        self.names = [each.name for each in self.session.get_inputs()]
        self.outputs = [each.name for each in self.session.get_outputs()]

    def __call__(self, *given: Tensor) -> Answer:
        """What the network answers to a batch: images (N, C, H, W), and what else it reads."""
        named = {name: tensor.numpy() for name, tensor in zip(self.names, given, strict=True)}
        return answer_of(self.outputs, map(torch.from_numpy, self.session.run(self.outputs, named)))


FORMAT = Format("onnx", ".onnx", write, sized=True)
