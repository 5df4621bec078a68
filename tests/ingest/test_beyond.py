"""Networks that tell no classes of images apart are read from checkpoints and modules: by names, headers, answers."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

import resspec
from resspec.errors import WeightsError
from resspec.export.naming import peers
from resspec.formats.conversion import convert, save
from resspec.ingest.fit import named
from resspec.ingest.inferring import infer

OURS = {
    "extends": "resnet18",
    "input": [3, 64, 64],
    "stages": {1: {"width": 16}, 2: {"width": 16}, 3: {"width": 16}, 4: {"width": 16}},
    "stem": {"width": 16},
    "decoder": {"kind": "unet", "widths": [16, 16, 8, 8, 8]},
    "heads": {"classes": 4},
}


@pytest.mark.parametrize(
    ("name", "naming"),
    [("unet_resnet18", "smp"), ("fcn_resnet50_aux", "torchvision_segmentation"), ("retinanet_resnet50_fpn", "resspec")],
)
def test_another_number_of_classes_is_told_by_shapes(name: str, naming: str):
    spec = resspec.load(name, classes=7)
    peer = next(peer for peer in peers() if peer.name == naming)
    found = infer(named(spec, peer))
    assert (found.like, found.naming) == (name, naming)
    assert resspec.fingerprint(found.spec) == resspec.fingerprint(spec)


def test_a_file_that_carries_its_spec_is_imported_and_converted_by_it(tmp_path: Path):
    spec = resspec.load(OURS, name="ours")
    model = resspec.build(spec, seed=0)
    save(convert(model.state_dict(), "resspec", spec), tmp_path / "net.safetensors")
    found = resspec.import_spec(str(tmp_path / "net.safetensors"))
    assert resspec.fingerprint(found.spec) == resspec.fingerprint(spec)
    assert found.notes[-1] == "the header of net.safetensors tells what shapes do not"
    again = convert(tmp_path / "net.safetensors", "resspec")
    assert all(torch.equal(tensor, again.tensors[name]) for name, tensor in model.state_dict().items())


@pytest.mark.parametrize("name", ["fcos_digits", "ddpm_digits", "labelled_digits_generator", "unet_digits"])
def test_modules_of_several_inputs_or_outputs_are_compared_by_all_of_them(name: str):
    found = resspec.import_spec(resspec.build(name, seed=0))
    assert found.confirmed
    assert resspec.fingerprint(found.spec) == resspec.fingerprint(resspec.load(name))


def test_a_module_that_answers_otherwise_is_not_the_network_whose_tensors_it_has():
    class Wrong(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for name, child in resspec.build("unet_digits", seed=0).named_children():
                self.add_module(name, child)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.expand(-1, 11, -1, -1)

    with pytest.raises(WeightsError, match=r"RS615.*has the tensors of unet_digits, but answers otherwise"):
        resspec.import_spec(Wrong())


def test_a_detector_that_answers_in_boxes_is_taken_by_its_names_and_shapes():
    class Detector(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for name, child in resspec.build("fcos_digits", seed=0).named_children():
                self.add_module(name, child)

        def forward(self, images: list[torch.Tensor]) -> list[dict[str, torch.Tensor]]:
            return [{"boxes": image} for image in images]

    found = resspec.import_spec(Detector())
    assert not found.confirmed
    assert found.like == "fcos_digits"
    assert any(note.startswith("not told by shapes") for note in found.notes)
