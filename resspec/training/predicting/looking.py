"""A trained network looks at pictures, one after another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from resspec.errors import DataError, Fault
from resspec.training.data.pictures import opened
from resspec.training.evaluation import device_of
from resspec.training.feed import units_of
from resspec.training.networks import threads
from resspec.training.predicting.folder import Folder, Predicted
from resspec.training.predicting.pictures import REMEDY, LeftOut
from resspec.training.predicting.predictor import Look, Predictor
from resspec.training.tasks.likeness import WHITE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def looked_at(
    paths: Sequence[Path],
    predictor: Predictor,
    model: nn.Module,
    folder: Folder | None,
    used: int | None,
    left_out: LeftOut,
) -> Iterator[Predicted]:
    """What a model in eval mode says of each picture, in order, written as it is told; DataError where one is damaged
    and that stops the run, or where all are."""
    look, faults, count = look_of(predictor, model), list[Fault](), 0
    for path in paths:
        try:
            with opened(path, REMEDY) as file:
                picture = predictor.prepared(file, path)
        except DataError as error:
            faults += error.faults
            if left_out is None:
                raise
            left_out(error.faults[0].line)
            continue
        with threads(used), torch.inference_mode():
            found = Predicted(path, predictor.predicted(picture, look))
        count += 1
        yield found if folder is None else folder.write(found, picture)
    if not count:
        raise DataError(*faults)


def look_of(predictor: Predictor, model: nn.Module) -> Look:
    """What a network answers of an image [C, H, W] in bytes, normalised as the network says."""
    network, device = predictor.network(model), device_of(model)
    scale, offset = units_of(model, predictor.view.shape[0], WHITE, device)

    def look(image: NDArray[np.uint8]) -> Any:
        return network(torch.addcmul(offset, torch.from_numpy(image)[None].to(device).float(), scale))

    return look
