"""OpenVINO's representation, by way of ONNX: an .xml file and the .bin file of its weights."""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch
from torch import Tensor

from resspec.formats.format import Export, Format, Written, compared, package
from resspec.formats.kinds.onnx_file import program
from resspec.ingest.answers import Answer, answer_of


def write(export: Export) -> Written:
    """The two files, in float32; read and run by OpenVINO on the CPU."""
    openvino = package("openvino", "openvino")
    package("onnxscript", "openvino")
    with tempfile.TemporaryDirectory() as folder:
        between = Path(folder) / "net.onnx"
        program(export, between)
        openvino.save_model(openvino.convert_model(str(between)), str(export.path), compress_to_fp16=False)
    compiled = openvino.Core().compile_model(str(export.path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})

    def run(*given: Tensor) -> Answer:
        found = compiled([tensor.numpy() for tensor in given])
        return answer_of(export.outputs, [torch.from_numpy(found[name].copy()) for name in export.outputs])

    files = (export.path, export.path.with_suffix(".bin"))
    return Written(files, (f"read and run by OpenVINO, {compared(export, run)}",))


FORMAT = Format("openvino", ".xml", write)
