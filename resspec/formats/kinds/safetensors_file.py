"""Weights with the spec and its fingerprint in the header: all that `resspec.build(FILE)` needs."""

from __future__ import annotations

import torch
from safetensors.torch import load_file, save_file

from resspec import carried
from resspec.compile import compile_spec
from resspec.errors import ResspecError
from resspec.formats.conversion import notes_of
from resspec.formats.format import Export, Format, Written
from resspec.spec.loading import load_spec


def write(export: Export) -> Written:
    """Tensors under our names; read back, they and the spec's fingerprint are the same."""
    if export.inference:
        message = "a spec's weights are those of its training form"
        raise ResspecError.of("RS705", message, remedy="write the inference form as .pt2, .onnx or .py")
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in export.model.state_dict().items()}
    save_file(tensors, export.path, metadata={"format": "pt", **notes_of(export.spec)})
    back = load_file(export.path)
    assert back.keys() == tensors.keys()
    assert all(torch.equal(back[name], tensor) for name, tensor in tensors.items())
    fingerprint = compile_spec(load_spec(str(export.path))).fingerprint
    assert fingerprint == carried.notes(export.path)[carried.FINGERPRINT]
    return Written((export.path,), (f"{len(back)} tensors read back equal", f"fingerprint {fingerprint} read back"))


FORMAT = Format("safetensors", carried.SUFFIX, write)
