"""Predictions as the public face offers them: names and paths in, records to the rooms behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from resspec.compile import compile_spec
from resspec.errors import DataError
from resspec.spec.net import NetSpec
from resspec.training.judging import learnt, refuse_unlearnt
from resspec.training.predicting.folder import Folder, Predicted
from resspec.training.predicting.looking import looked_at
from resspec.training.predicting.pictures import LeftOut, listed, readable
from resspec.training.predicting.predictor import Question
from resspec.training.recipe import Recipe
from resspec.training.recipe_file import load_recipe
from resspec.training.tasks import predictor_of


def predict(  # noqa: PLR0913  # keywords, each of its own
    spec: NetSpec,
    weights: str | Path | None,
    pictures: str | Path | Sequence[str | Path],
    *,
    out: str | Path | None = None,
    top: int = 5,
    threshold: float = 0.5,
    names: str | Path | Sequence[str] | None = None,
    recipe: str | Path | None = None,
    left_out: LeftOut = None,
    device: str = "cpu",
    threads: int | None = None,
) -> Iterator[Predicted]:
    """What a network says of each picture, told one by one, in order. All errors but those of pictures that turn out
    to be damaged come at once: DataError where the network tells nothing of pictures, or some are missing or no
    pictures; WeightsError where the weights are of another network."""
    centre = (load_recipe(recipe) if recipe is not None else Recipe()).centre
    predictor = predictor_of(spec, Question(top, threshold, names_of(names), centre))
    channels, height, width = spec.input
    if channels not in (1, 3):
        message = f"{spec.name} reads {channels} channels, pictures have 1 or 3"
        raise DataError.of("RS654", message, remedy=f"set input=3x{height}x{width}")
    named = refuse_unlearnt(spec, weights)
    paths = readable(listed([pictures] if isinstance(pictures, (str, Path)) else pictures), left_out)
    model = learnt(spec, compile_spec(spec), named, device).eval()
    folder = Folder(Path(out)) if out is not None else None
    return looked_at(paths, predictor, model, folder, threads, left_out)


def names_of(names: str | Path | Sequence[str] | None) -> Sequence[str] | None:
    """The names of classes, or those in a text file, one a line; DataError where it cannot be read."""
    if not isinstance(names, (str, Path)):
        return names
    try:
        lines = Path(names).read_text(encoding="utf-8-sig").rstrip().split("\n")
    except FileNotFoundError:
        raise DataError.of("RS652", f"there is no file of names {names}", remedy="name a text file") from None
    except UnicodeDecodeError:
        raise DataError.of(
            "RS653", f"{names} is no text in UTF-8", remedy="write a name for each class a line"
        ) from None
    return [line.strip() for line in lines]
