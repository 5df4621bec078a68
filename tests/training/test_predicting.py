"""What trained networks say of pictures: as they are judged, in the pictures' own pixels; what is drawn and refused."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import resspec
from command import run
from resspec.errors import DataError, ResspecError
from resspec.training.data.digits import Digits
from resspec.training.data.framing import View, middle
from resspec.training.predicting.classification import Classes, Likely
from resspec.training.predicting.detection import Things
from resspec.training.predicting.folder import Predicted
from resspec.training.predicting.palette import coloured
from resspec.training.predicting.predictor import Question
from resspec.training.predicting.segmentation import Mask, MaskPredictor, windows
from training.detecting import TINY
from training.showing import bands, picture, stored

pytest.importorskip("PIL", reason="Pillow is not installed: pictures are not read")

CLASSIFIER = ("resnet20_quarter", "stages.1.depth=1", "stages.2.depth=1", "stages.3.depth=1")
SEGMENTER = {
    **{key: value for key, value in TINY.items() if key not in ("neck", "heads")},
    "decoder": {"kind": "fcn"},
    "heads": {"classes": 3},
}


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stored(tmp_path_factory.mktemp("weights") / "net.safetensors", *CLASSIFIER)


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stored(tmp_path_factory.mktemp("weights") / "net.safetensors", SEGMENTER)


def told_by_grey(image: np.ndarray[Any, Any]) -> Tensor:
    """Logits [1, 4, H, W] of a network that knows these four greys."""
    greys = torch.tensor([30.0, 90, 150, 210])[:, None, None]
    return -((torch.from_numpy(image).float() - greys) ** 2)[None] / 1000


def brightness(image: np.ndarray[Any, Any], white: float, offset: float) -> Tensor:
    """The answer [1, 1, H, W] of a network of one class that takes what is bright for a thing."""
    return torch.from_numpy(image)[None] / white - offset


def test_classes_are_those_that_evaluation_counts(classifier: Path, tmp_path: Path):
    digits = Digits().load("test")
    for at in range(40):
        pixels = np.kron((digits.x[at, 0] * 15).astype(np.uint8), np.ones((3, 4), np.uint8))  # 32x24: a middle is seen
        for part in ("train", "test"):
            picture(tmp_path / part / str(digits.y[at]) / f"{at:02}.png", pixels)
    data = f"imagefolder:{tmp_path}"
    losses = []
    for recipe in (None, "scenes"):  # the middle, and all of the shorter side
        judged = resspec.evaluate(
            str(classifier), weights=classifier, data=data, recipe=recipe, engine={"workers": 0}
        ).to_dict()
        found = resspec.predict(classifier, tmp_path / "test", recipe=recipe, top=10)
        told = [one.to_dict()["classes"] for one in found]
        truth = [one.picture.parent.name for one in found]
        assert len(told) == judged["count"] == 40
        right = [rows[0]["name"] == name for rows, name in zip(told, truth, strict=True)]
        assert sum(right) == judged["correct"]
        shares = [
            {row["name"]: row["probability"] for row in rows}[name] for rows, name in zip(told, truth, strict=True)
        ]
        losses.append(-np.log(shares).mean())
        assert losses[-1] == pytest.approx(judged["loss"], rel=1e-5)
    assert abs(losses[1] - losses[0]) > 1e-4


def test_the_likeliest_classes_come_first(classifier: Path, tmp_path: Path):
    path = picture(tmp_path / "a.png", bands(9, 9)[0])
    every = resspec.predict(classifier, path, top=100)[0].to_dict()["classes"]
    shares = [row["probability"] for row in every]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1, abs=1e-6)
    assert sorted(row["class"] for row in every) == list(range(10))
    assert resspec.predict(classifier, path)[0].to_dict()["classes"] == every[:5]


@pytest.mark.parametrize("size", [(32, 32), (64, 150), (97, 40), (20, 16), (200, 33)])
def test_masks_lie_on_the_pixels_of_pictures_of_any_size(size: tuple[int, int]):
    from PIL import Image

    grey, classes = bands(*size)
    predictor = MaskPredictor((1, 32, 32), 4, Question(), shares=False)
    found = predictor.predicted(Image.fromarray(grey), told_by_grey).classes
    assert found.shape == size
    edges = np.zeros(size, bool)  # what is within two image pixels of an edge may go either way
    reach = -(-3 * min(size) // 32)
    for axis in (0, 1):
        for shift in range(-reach, reach + 1):
            edges |= np.roll(classes, shift, axis) != classes
    inner = ~edges
    if size == (32, 32):
        assert np.array_equal(found, classes)
    assert inner.mean() > 0.15
    assert (found == classes)[inner].mean() == 1


def test_windows_cover_a_length_evenly_and_each_pixel_is_judged_once():
    assert windows(10, 10.0) == [(0.0, 10.0, 0, 10)]
    assert windows(10, 10.000001) == [(0.0, 10, 0, 10)]
    assert windows(25, 10.0) == [(0.0, 10.0, 0, 9), (7.5, 17.5, 9, 16), (15.0, 25.0, 16, 25)]
    for length, size in ((100, 87.5), (301, 28.0), (64, 64.0)):
        found = windows(length, size)
        assert [first for *_, first, _ in found][1:] == [last for *_, last in found][:-1]
        assert (found[0][2], found[-1][3]) == (0, length)
        assert all(start - 1 <= first and last <= stop + 1 for start, stop, first, last in found)
        assert found[-1][1] == pytest.approx(length)


def test_neither_the_middle_of_a_picture_nor_its_windows_lead_out_of_it():
    random = Random(0)
    for _ in range(5000):
        width, height = random.randint(1, 3000), random.randint(1, 3000)
        view = View((3, random.choice([33, 224, 513]), random.choice([32, 224, 320])), centre=1.0)
        left, upper, right, lower = middle(width, height, view)
        assert 0 <= left < right <= width
        assert 0 <= upper < lower <= height
        for length, size in ((width, right - left), (height, lower - upper)):
            if length < 50 * size:
                assert all(0 <= low < high <= length and at < to for low, high, at, to in windows(length, size))


def test_a_network_of_one_class_tells_things_from_ground():
    from PIL import Image

    grey = np.zeros((16, 16), np.uint8)
    grey[4:9, 5:12] = 255
    for shares, white, offset in ((False, 32, 4), (True, 256, 0)):  # logits, and shares from 0 to 1
        predictor = MaskPredictor((1, 16, 16), 1, Question(names=("ground", "ink")), shares=shares)
        found = predictor.predicted(Image.fromarray(grey), partial(brightness, white=white, offset=offset))
        assert np.array_equal(found.classes, grey // 255)
        assert [name for name, *_ in found.rows()] == ["ground", "ink"]


def test_a_mask_is_written_as_its_classes_and_its_overlay_has_the_size_of_the_picture(segmenter: Path, tmp_path: Path):
    from PIL import Image

    grey, _ = bands(50, 70)
    source = picture(tmp_path / "in" / "a.png", grey)
    (found,) = resspec.predict(segmenter, source, out=tmp_path / "new" / "out", names=["none", "one", "two"])
    assert isinstance(found.prediction, Mask)
    assert sorted(path.name for path in (tmp_path / "new" / "out").iterdir()) == [
        "a.mask.png",
        "a.overlay.png",
        "a.prediction.json",
    ]
    with Image.open(found.files["mask.png"]) as mask, Image.open(found.files["overlay.png"]) as over:
        assert (mask.mode, mask.size, over.mode, over.size) == ("P", (70, 50), "RGB", (70, 50))
        assert np.array_equal(np.asarray(mask), found.prediction.classes)
        shown, inked = np.asarray(over), np.asarray(mask.convert("RGB"))
    ground = found.prediction.classes == 0
    assert np.array_equal(shown[ground], np.repeat(grey[..., None], 3, 2)[ground])
    assert np.array_equal(inked, coloured(found.prediction.classes))
    told = json.loads(found.files["prediction.json"].read_text())
    assert told == found.to_dict()
    assert (told["width"], told["height"]) == (70, 50)
    assert sum(row["share"] for row in told["classes"]) == pytest.approx(1)
    assert {row["name"] for row in told["classes"]} <= {"none", "one", "two"}


def test_pictures_of_every_sort_are_read(segmenter: Path, tmp_path: Path):
    from PIL import Image

    grey, _ = bands(40, 60)
    colour = np.repeat(grey[..., None], 3, 2)
    picture(tmp_path / "grey.png", grey)
    picture(tmp_path / "colour.png", colour)
    picture(tmp_path / "alpha.png", np.dstack([colour, np.full_like(grey, 90)]))
    Image.fromarray(grey).convert("P").save(tmp_path / "palette.png")
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    Image.fromarray(np.rot90(grey).copy()).save(tmp_path / "turned.png", exif=exif)
    found = {one.picture.stem: one.prediction for one in resspec.predict(segmenter, tmp_path)}
    assert sorted(found) == ["alpha", "colour", "grey", "palette", "turned"]
    masks = {name: one.classes for name, one in found.items() if isinstance(one, Mask)}
    assert all(np.array_equal(mask, masks["grey"]) for mask in masks.values())


def test_pictures_of_one_name_get_records_of_their_own(classifier: Path, tmp_path: Path):
    paths = [picture(tmp_path / name, bands(9, 9)[0]) for name in ("a/x.png", "b/x.png", "b/x.jpg")]
    found = resspec.predict(classifier, paths, out=tmp_path)
    names = [one.files["prediction.json"].name for one in found]
    assert names == ["x.prediction.json", "x-2.prediction.json", "x-3.prediction.json"]
    assert [json.loads(one.files["prediction.json"].read_text())["picture"] for one in found] == list(map(str, paths))


def test_all_pictures_at_fault_are_told_at_once_before_anything_is_written(classifier: Path, tmp_path: Path):
    good = picture(tmp_path / "good.png", bands(9, 9)[0])
    (tmp_path / "text.png").write_text("no picture")
    picture(tmp_path / "deep.png", np.full((9, 9), 3000, np.uint16))
    paths = [good, tmp_path / "text.png", tmp_path / "none.png", tmp_path / "deep.png"]
    with pytest.raises(DataError) as told:
        resspec.predict(classifier, paths, out=tmp_path / "out")
    assert [fault.code for fault in told.value.faults] == ["RS656", "RS652", "RS653"]
    assert all(fault.remedy for fault in told.value.faults)
    assert not (tmp_path / "out").exists()
    left: list[str] = []
    found = resspec.predict(classifier, paths, out=tmp_path / "out", left_out=left.append)
    assert [one.picture for one in found] == [good]
    assert len(left) == 3
    with pytest.raises(DataError):
        resspec.predict(classifier, paths[1:], left_out=left.append)


def test_a_picture_that_breaks_off_stops_the_run_or_is_left_out(classifier: Path, tmp_path: Path):
    good = picture(tmp_path / "good.png", bands(9, 9)[0])
    broken = picture(tmp_path / "broken.png", np.random.RandomState(0).randint(0, 255, (60, 60), np.uint8))
    broken.write_bytes(broken.read_bytes()[:1500])
    with pytest.raises(DataError, match=r"broken.png cannot be decoded") as told:
        resspec.predict(classifier, [good, broken])
    assert told.value.faults[0].code == "RS656"
    left: list[str] = []
    assert [one.picture for one in resspec.predict(classifier, [broken, good], left_out=left.append)] == [good]
    assert len(left) == 1
    with pytest.raises(DataError):
        resspec.predict(classifier, broken, left_out=left.append)


@pytest.mark.parametrize(
    ("source", "weights", "options", "code"),
    [
        ("resnet20", True, {}, "RS609"),
        ("resnet20_quarter", False, {}, "RS602"),
        ("digits_generator", True, {}, "RS659"),
        ("ddpm_digits", True, {}, "RS659"),
        ("edsr_small", True, {}, "RS659"),
        (None, True, {"names": ["one", "two"]}, "RS670"),
        (None, True, {"names": "none.txt"}, "RS652"),
        (None, True, {"device": "nowhere"}, "RS655"),
    ],
)
def test_what_cannot_be_told_is_refused_with_a_remedy(
    classifier: Path, tmp_path: Path, source: str | None, weights: bool, options: dict[str, Any], code: str
):
    path = picture(tmp_path / "a.png", bands(9, 9)[0])
    with pytest.raises(ResspecError) as told:
        resspec.predict(source or classifier, path, weights=classifier if weights else None, **options)
    assert told.value.faults[0].code == code
    assert told.value.faults[0].remedy or code == "RS655"


def test_a_network_of_other_channels_reads_no_pictures(tmp_path: Path):
    path = picture(tmp_path / "a.png", bands(9, 9)[0])
    weights = stored(tmp_path / "net.safetensors", *CLASSIFIER, "input=2x8x8", "mean=[0,0]", "std=[1,1]")
    with pytest.raises(DataError, match="reads 2 channels, pictures have 1 or 3"):
        resspec.predict(weights, path)


def test_an_empty_folder_has_no_pictures(classifier: Path, tmp_path: Path):
    with pytest.raises(DataError, match="there are no pictures in"):
        resspec.predict(classifier, tmp_path)


def test_the_command_prints_what_it_sees_and_writes_it(classifier: Path, tmp_path: Path):
    picture(tmp_path / "a=b.png", bands(9, 9)[0])
    words = [f"n{number}" for number in range(10)]
    (tmp_path / "names.txt").write_text("\n".join(words) + "\n")
    spec = ("resnet20_quarter", "--weights", str(classifier), *CLASSIFIER[1:])
    options = ("--names", "names.txt", "--top", "2", "--skip-damaged", "--json", "--out", "out")
    done = run("predict", *spec, "a=b.png", "none.png", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "left out: there is no picture none.png\n"
    answer = json.loads(done.stdout)
    assert (answer["name"], answer["left_out"]) == ("resnet20_quarter", ["there is no picture none.png"])
    (told,) = answer["pictures"]
    assert told["picture"] == "a=b.png"
    assert [row["name"] for row in told["classes"]] == [words[row["class"]] for row in told["classes"]]
    assert len(told["classes"]) == 2
    assert json.loads((tmp_path / "out" / "a=b.prediction.json").read_text()) == told


def test_the_command_ends_with_2_for_what_is_no_picture(classifier: Path, tmp_path: Path):
    from typer.testing import CliRunner

    from resspec.cli.app import app

    (tmp_path / "a.png").write_text("no picture")
    done = CliRunner().invoke(app, ["predict", str(classifier), str(tmp_path / "a.png")])
    assert done.exit_code == 2
    assert "error[RS656]" in done.stderr


def test_a_folder_that_is_a_file_is_refused(classifier: Path, tmp_path: Path):
    path = picture(tmp_path / "a.png", bands(9, 9)[0])
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        resspec.predict(classifier, path, out=path)
    assert path.read_bytes() == before


def test_what_is_told_stands_in_columns_for_people():
    from resspec.cli.predictions import is_change, lines_of

    found = Predicted(
        Path("a.png"), Classes([Likely(3, "three", 0.97), Likely(10, "x", 0.025)]), {"x": Path("out/a.x")}
    )
    assert lines_of(found, quiet=False) == ["a.png:", "  three  97.00 %", "  x       2.50 %", "  wrote out/a.x"]
    assert lines_of(Predicted(Path("b.png"), Things([], (3, 4))), quiet=True) == ["b.png:", "  nothing"]
    assert is_change("stages.1.depth=9")
    assert not is_change("a.png")
