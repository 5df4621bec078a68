"""Exports: spec -> weights -> every format -> back, with the same answers."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

import resspec
from command import run
from networks import small
from resspec.errors import ResspecError, WeightsError
from resspec.formats.exporting import export
from resspec.formats.format import formats
from resspec.formats.int8 import batches
from resspec.formats.kinds.onnx_file import session
from resspec.ingest.answers import difference
from resspec.ingest.huggingface import config_of, spec_of
from resspec.training.data import DataSource
from resspec.training.tasks import task_of

SPEC = resspec.load(small())
BUILD = partial(resspec.build, seed=3)


def x(batch: int) -> torch.Tensor:
    return torch.randn(batch, 3, 32, 32, generator=torch.Generator().manual_seed(batch))


def answer(batch: int) -> torch.Tensor:
    with torch.no_grad():
        return BUILD(SPEC).eval()(x(batch))  # type: ignore[no-any-return]


def test_every_format_is_known_by_its_name_and_one_suffix():
    suffixes = [format_.suffix for format_ in formats().values() if format_.suffix]
    assert len(set(suffixes)) == len(suffixes)
    assert {"aoti", "onnx", "openvino", "pt2", "safetensors", "source", "hf"} == set(formats())


def test_safetensors_come_back_as_the_network(tmp_path: Path):
    made = export(SPEC, tmp_path / "net.safetensors", BUILD)
    assert "fingerprint" in made.written.verified[1]
    with torch.no_grad():
        assert torch.equal(resspec.build(tmp_path / "net.safetensors").eval()(x(2)), answer(2))


@pytest.mark.parametrize("inference", [False, True])
def test_a_program_of_torch_export_takes_any_batch(tmp_path: Path, inference: bool):
    export(SPEC, tmp_path / "net.pt2", BUILD, inference=inference)
    loaded = torch.export.load(tmp_path / "net.pt2").module()
    for batch in (1, 4):
        torch.testing.assert_close(loaded(x(batch)), answer(batch), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("inference", [False, True])
def test_source_stands_alone_with_its_weights(tmp_path: Path, inference: bool):
    made = export(SPEC, tmp_path / "net.py", BUILD, inference=inference)
    assert made.written.verified[0].startswith("executed")
    assert "resspec" not in (tmp_path / "net.py").read_text().replace("resspec report", "")


@pytest.mark.parametrize("inference", [False, True])
def test_onnx_is_checked_and_run_by_onnx_runtime(tmp_path: Path, inference: bool):
    pytest.importorskip("onnxscript", reason="ONNX needs the extra onnx")
    runtime = pytest.importorskip("onnxruntime", reason="ONNX needs the extra onnx")
    made = export(SPEC, tmp_path / "net.onnx", BUILD, inference=inference)
    assert any("ONNX Runtime" in line for line in made.written.verified)
    session = runtime.InferenceSession(tmp_path / "net.onnx", providers=["CPUExecutionProvider"])
    for batch in (1, 5):
        got = torch.from_numpy(session.run(["output"], {"x": x(batch).numpy()})[0])
        torch.testing.assert_close(got, answer(batch), rtol=1e-4, atol=1e-5)


DETECTOR = resspec.load(
    {
        **small(stages=[{"depth": 1, "width": 16}, {"depth": 1, "width": 16, "stride": 2}]),
        "neck": {"kind": "fpn", "width": 8},
        "heads": {
            "kind": "rcnn",
            "classes": 3,
            "proposals": 4,
            "regions": [{"kind": "boxes", "hidden": [8]}, {"kind": "masks", "widths": [8], "width": 8}],
        },
        "head": None,
    },
)


@pytest.mark.parametrize(
    "suffix", [".py", *(pytest.param(each, marks=[pytest.mark.slow]) for each in (".pt2", ".onnx"))]
)
def test_a_detector_is_written_with_all_its_outputs_for_any_number_of_boxes(tmp_path: Path, suffix: str):
    if suffix == ".onnx":
        pytest.importorskip("onnxscript", reason="ONNX needs the extra onnx")
        runtime = pytest.importorskip("onnxruntime", reason="ONNX needs the extra onnx")
    made = export(DETECTOR, tmp_path / f"net{suffix}", BUILD)
    assert any("largest difference" in line for line in made.written.verified)
    images, boxes = torch.rand(3, 3, 32, 32), torch.tensor([[[1.0, 2, 20, 30]] * 7] * 3)
    with torch.no_grad():
        wanted = BUILD(DETECTOR).eval()(images, boxes)
    if suffix == ".onnx":
        session = runtime.InferenceSession(tmp_path / "net.onnx", providers=["CPUExecutionProvider"])
        found = session.run(list(wanted), {"x": images.numpy(), "boxes": boxes.numpy()})
        got = dict(zip(wanted, map(torch.from_numpy, found), strict=True))
    elif suffix == ".pt2":
        got = torch.export.load(tmp_path / "net.pt2").module()(images, boxes)
    else:
        return
    assert got["masks"].shape == (3, 7, 3, 28, 28)
    for name, tensor in wanted.items():
        torch.testing.assert_close(got[name], tensor, rtol=1e-4, atol=1e-5)


def test_a_network_that_is_given_more_than_images_is_not_written_in_8_bits(tmp_path: Path):
    with pytest.raises(ResspecError, match=r"RS705.*given images alone, fasterrcnn_digits reads boxes too"):
        export(resspec.load("fasterrcnn_digits"), tmp_path / "net.onnx", BUILD, int8="digit-scenes")


def test_an_onnx_file_that_kept_its_names_is_imported(tmp_path: Path):
    onnx = pytest.importorskip("onnx", reason="ONNX needs the extra onnx")
    state = BUILD(SPEC).state_dict()
    kept = [onnx.numpy_helper.from_array(tensor.numpy(), name) for name, tensor in state.items()]
    onnx.save(onnx.helper.make_model(onnx.helper.make_graph([], "net", [], [], kept)), tmp_path / "net.onnx")
    found = resspec.import_spec(str(tmp_path / "net.onnx"), "input=3x32x32")
    assert resspec.report(found.spec).params == resspec.report(SPEC).params


DENSE: dict[str, dict[str, Any]] = {
    "auxiliary": {"decoder": "fcn", "heads": {"classes": 5, "aux": 3}},
    "detector": {"neck": {"kind": "fpn", "taps": [3, 4], "width": 16}, "heads": {"kind": "retinanet", "classes": 3}},
}
"""Networks that answer with several tensors."""


def dense(kind: str) -> resspec.NetSpec:
    return resspec.load({**small(stages=[{"depth": 1, "width": 8}] * 4), "head": None, **DENSE[kind]})


@pytest.mark.parametrize("kind", DENSE)
@pytest.mark.parametrize("suffix", ["pt2", "py"])
def test_several_outputs_keep_their_names(tmp_path: Path, kind: str, suffix: str):
    spec = dense(kind)
    made = export(spec, tmp_path / f"net.{suffix}", BUILD)
    assert "largest difference" in made.written.verified[0]
    assert len(resspec.build(spec)(x(1))) > 1


def test_several_outputs_keep_their_names_in_onnx(tmp_path: Path):
    pytest.importorskip("onnxscript", reason="ONNX needs the extra onnx")
    runtime = pytest.importorskip("onnxruntime", reason="ONNX needs the extra onnx")
    spec = dense("detector")
    export(spec, tmp_path / "net.onnx", BUILD)
    session = runtime.InferenceSession(tmp_path / "net.onnx", providers=["CPUExecutionProvider"])
    with torch.no_grad():
        wanted = BUILD(spec).eval()(x(2))
    assert [output.name for output in session.get_outputs()] == list(wanted)
    for name, got in zip(wanted, session.run(None, {"x": x(2).numpy()}), strict=True):
        torch.testing.assert_close(torch.from_numpy(got), wanted[name], rtol=1e-4, atol=1e-5)


def test_an_answer_that_differs_or_is_called_otherwise_is_refused():
    one, other = torch.ones(3), torch.tensor([1.0, 1.0, 1.1])
    assert difference({"a": one, "b": one}, {"b": one, "a": one}) == 0
    with pytest.raises(WeightsError, match=r"RS706.*answers otherwise in b: by 1\.0e-01"):
        difference({"a": one, "b": one}, {"a": one, "b": other})
    with pytest.raises(WeightsError, match=r"RS706.*in a: by nan"):
        difference({"a": one, "b": one}, {"a": other * torch.nan, "b": other})
    with pytest.raises(WeightsError, match=r"RS706.*answers output, not a, b"):
        difference({"a": one, "b": one}, one)


@pytest.mark.slow
def test_openvino_keeps_the_names_of_several_outputs(tmp_path: Path):
    pytest.importorskip("openvino", reason="OpenVINO needs the extra openvino")
    pytest.importorskip("onnxscript", reason="OpenVINO needs the extra openvino")
    export(dense("auxiliary"), tmp_path / "net.xml", BUILD)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "figure"), [("unet_digits", "mIoU"), ("fcos_digits", "mAP50")])
def test_eight_bits_are_judged_by_what_the_network_is_for(tmp_path: Path, name: str, figure: str):
    pytest.importorskip("onnxscript", reason="ONNX needs the extra onnx")
    pytest.importorskip("onnxruntime", reason="ONNX needs the extra onnx")
    made = export(resspec.load(name), tmp_path / "net.onnx", BUILD, int8="digit-scenes")
    assert f"400 test images: {figure}" in made.written.verified[0]


@pytest.mark.slow
def test_openvino_reads_what_was_written(tmp_path: Path):
    pytest.importorskip("openvino", reason="OpenVINO needs the extra openvino")
    pytest.importorskip("onnxscript", reason="OpenVINO needs the extra openvino")
    made = export(SPEC, tmp_path / "net.xml", BUILD)
    assert {path.name for path in made.written.files} == {"net.xml", "net.bin"}


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "resnet101_2015"])
def test_configurations_of_transformers_describe_the_same_network(name: str):
    spec = resspec.load(name, classes=12)
    assert resspec.fingerprint(spec_of(config_of(spec))) == resspec.fingerprint(
        resspec.load(spec, "block.zero_init=false")
    )


@pytest.mark.parametrize("name", ["resnet50d", "seresnet50", "resnet20", "regnetx_002"])
def test_networks_that_transformers_has_no_words_for_are_refused(name: str):
    with pytest.raises(WeightsError, match="RS608"):
        config_of(resspec.load(name))


def test_transformers_reads_the_folder_and_resspec_reads_it_back(tmp_path: Path):
    pytest.importorskip("transformers", reason="the comparison needs the extra hf")
    spec = resspec.load("resnet18", "input=3x64x64", classes=5)
    made = export(spec, tmp_path / "net", BUILD, "hf")
    assert made.written.verified[0].startswith("loaded by transformers")
    found = resspec.import_spec(f"hf:{tmp_path / 'net'}")
    assert found.naming == "huggingface"
    assert resspec.report(found.spec).params == resspec.report(spec).params


def test_export_tells_what_it_verified_in_json(tmp_path: Path):
    done = run("export", "resnet20", "-o", "net.pt2", "--for", "inference", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["format"] == "pt2"
    assert "largest difference" in told["verified"][0]
    assert told["files"][0]["bytes"] == (tmp_path / "net.pt2").stat().st_size


@pytest.mark.parametrize(("name", "to"), [("net.tflite", ""), ("net.onnx", "onyx")])
def test_an_unknown_format_is_refused(tmp_path: Path, name: str, to: str):
    with pytest.raises(ResspecError, match="RS705"):
        export(SPEC, tmp_path / name, BUILD, to)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["onnx", "pt2"])
def test_a_network_is_written_for_images_of_any_size_where_that_is_asked_for(tmp_path: Path, suffix: str):
    pytest.importorskip("onnxscript", reason="ONNX needs the extra onnx")
    path = tmp_path / f"net.{suffix}"
    export(resspec.load("edsr_small"), path, BUILD, any_size=True)
    x = torch.randn(1, 3, 31, 44)
    got = session(path)(x) if suffix == "onnx" else torch.export.load(path).module()(x)
    assert isinstance(got, torch.Tensor)
    assert got.shape == (1, 3, 62, 88)


@pytest.mark.parametrize("suffix", ["onnx", "pt2"])
def test_a_network_that_is_bound_to_its_size_is_refused_where_any_is_asked_for(tmp_path: Path, suffix: str):
    pytest.importorskip("onnxscript", reason="ONNX needs the extra onnx")
    spec = resspec.load(small(), head="attention-pool")
    with pytest.raises(ResspecError, match=r"RS710.*the head is made for maps of 256 places"):
        export(spec, tmp_path / f"net.{suffix}", BUILD, any_size=True)


def test_a_format_that_binds_no_size_refuses_to_free_it(tmp_path: Path):
    with pytest.raises(ResspecError, match=r"RS705.*safetensors is bound to no size"):
        export(resspec.load("edsr_small"), tmp_path / "net.safetensors", BUILD, any_size=True)


@pytest.mark.slow
def test_detectors_are_quantised_too_group_norms_and_all(tmp_path: Path):
    pytest.importorskip("onnxscript", reason="ONNX needs the extra onnx")
    pytest.importorskip("onnxruntime", reason="ONNX needs the extra onnx")
    pytest.importorskip("pycocotools", reason="detection needs the extra detection")
    made = export(resspec.load("fcos_digits"), tmp_path / "net.onnx", BUILD, int8="digit-scenes")
    assert "400 test images: mAP50" in made.written.verified[0]


def test_whole_photographs_are_read_once_for_calibration(tmp_path: Path):
    image = pytest.importorskip("PIL.Image", reason="photographs need the extra images")
    (tmp_path / "train").mkdir()
    for place in range(3):
        image.effect_noise((40 + 2 * place, 48), 40).save(tmp_path / "train" / f"{place}.png")
    spec = resspec.load("edsr_small")
    task = task_of(spec)
    photographs = DataSource.read({"kind": "images", "folder": str(tmp_path), "validation": 0, "crops": 16})
    found = list(batches(resspec.build(spec), photographs.load_for(task.truth, "train"), task))
    assert [tuple(x.shape) for x in found] == [(1, 3, 24, 20), (1, 3, 24, 21), (1, 3, 24, 22)]


@pytest.mark.slow
def test_networks_that_enlarge_are_quantised_for_images_of_any_size(tmp_path: Path):
    pytest.importorskip("onnxscript", reason="ONNX needs the extra onnx")
    pytest.importorskip("onnxruntime", reason="ONNX needs the extra onnx")
    image = pytest.importorskip("PIL.Image", reason="photographs need the extra images")
    for place, side in enumerate((64, 72, 80)):
        for part in ("train", "test"):
            (tmp_path / part).mkdir(exist_ok=True)
            image.effect_noise((side, 64), 40).save(tmp_path / part / f"{place}.png")
    path = tmp_path / "net.onnx"
    made = export(resspec.load("edsr_small"), path, BUILD, int8=f"images:{tmp_path}")
    assert "3 test images: PSNR" in made.written.verified[0]
    answer = session(path)(torch.randn(1, 3, 31, 44))
    assert isinstance(answer, torch.Tensor)
    assert answer.shape == (1, 3, 62, 88)
