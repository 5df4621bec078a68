"""A picture of one's own made larger by a trained network."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from resspec.analysis.reach import reaches
from resspec.compile import compile_spec
from resspec.errors import DataError
from resspec.ir import Graph
from resspec.spec.net import NetSpec
from resspec.training.data.framing import in_channels, planes
from resspec.training.data.pictures import opened, upright
from resspec.training.evaluation import device_of
from resspec.training.judging import learnt, refuse_unlearnt
from resspec.training.networks import threads
from resspec.training.tasks import task_of
from resspec.training.tasks.likeness import WHITE
from resspec.training.tasks.super_resolution import SuperResolution
from resspec.training.writing import check_place, write_whole

if TYPE_CHECKING:
    from PIL.Image import Image

TILE = 512
"""Rows and columns that are computed at once, where the network sees a part of the picture only."""
GRID = 32
"""Tiles begin at multiples of it, so that maps of a smaller size meet the same pixels in every tile."""
GREY = ("1", "L", "LA")
QUALITY = 95
"""Of JPEG."""


@dataclass(frozen=True, slots=True)
class Enlarger:
    """A trained network that makes images `task.scale` times larger; `margin` pixels around a tile change it, or the
    whole picture does (None)."""

    model: nn.Module
    task: SuperResolution
    margin: int | None

    def whole(self, x: Tensor) -> Tensor:
        """[1, C, H, W] in bytes -> [1, C, s H, s W] in bytes, as floats; DataError where another size came out."""
        place = device_of(self.model)
        units = (x.to(place).float() / WHITE - self.task.mean.to(place)) / self.task.std.to(place)
        made = self.task.shown(self.model(units)).clamp(0, 1).mul(WHITE).round().cpu()
        wanted = [self.task.scale * side for side in x.shape[2:]]
        if list(made.shape[2:]) != wanted:
            got, read, due = ("x".join(map(str, sides)) for sides in (made.shape[2:], x.shape[2:], wanted))
            raise DataError.of("RS654", f"the network makes {got} of {read} pixels (rows, columns), not {due}")
        return made

    def made(self, x: Tensor, tile: int = TILE) -> Tensor:
        """The same, tile by tile where that changes nothing."""
        height, width = x.shape[2:]
        if self.margin is None or max(height, width) <= tile + 2 * self.margin:
            return self.whole(x)
        scale = self.task.scale
        found = x.new_empty((*x.shape[:2], scale * height, scale * width), dtype=torch.float32)
        for top in range(0, height, tile):
            for left in range(0, width, tile):
                upper, first = max(0, top - self.margin), max(0, left - self.margin)
                low, last = min(height, top + tile), min(width, left + tile)
                seen = x[:, :, upper : low + self.margin, first : last + self.margin]
                made = self.whole(seen)
                made = made[..., scale * (top - upper) : scale * (low - upper), scale * (left - first) :]
                found[..., scale * top : scale * low, scale * left : scale * last] = made[..., : scale * (last - left)]
        return found


def enlarger_of(spec: NetSpec, weights: str | Path | None, device: str) -> Enlarger:
    """The network of a spec as one that enlarges pictures; DataError RS659 where it does not, WeightsError where there
    are no weights of it."""
    task = task_of(spec)
    if not isinstance(task, SuperResolution):
        remedy = "name a network with `decoder: upscale` and `heads: image`"
        raise DataError.of("RS659", f"{spec.name} is made for {task.kind}; it enlarges nothing", remedy=remedy)
    network = compile_spec(spec)
    model = learnt(spec, network, refuse_unlearnt(spec, weights), device)
    return Enlarger(model.eval(), task, margin_of(network))


def margin_of(network: Graph) -> int | None:
    """How far around a pixel the pixels lie that change what is made of it, up to a multiple of GRID; None where all of
    them do."""
    reach = reaches(network)[next(iter(network.outputs.values()))]
    return None if reach.whole else -(-max(-reach.first, reach.last) // GRID) * GRID


def enlarge(  # keywords, each of its own
    spec: NetSpec,
    weights: str | Path | None,
    picture: str | Path,
    out: str | Path,
    *,
    device: str = "cpu",
    used: int | None = None,
) -> tuple[int, int]:
    """Write a picture's larger self, its transparency enlarged by bicubic interpolation; the new width and height.
    DataError where the picture cannot be read, or the network enlarges nothing; WeightsError where the weights are of
    another network; OSError where nothing can be written."""
    enlarger, written = enlarger_of(spec, weights, device), Path(out)
    with opened(picture, "name a whole picture: PNG, JPEG, …") as source:
        found = upright(source, picture)
        channels = spec.input[0]
        alpha = found.convert("RGBA").getchannel("A") if found.has_transparency_data else None
        x = torch.from_numpy(planes(np.asarray(in_channels(found, channels))))[None]
        profile = found.info.get("icc_profile")
        grey = found.mode in GREY
    save = format_of(written)
    check_place(written)
    with threads(used), torch.inference_mode():
        made = enlarger.made(x)[0].to(torch.uint8).numpy()
    image = finished(made, alpha if save != "JPEG" else None, grey=grey)
    file = io.BytesIO()
    image.save(file, save, icc_profile=profile, **({"quality": QUALITY} if save in ("JPEG", "WEBP") else {}))
    write_whole(written, file.getvalue())
    return image.size


def finished(made: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], alpha: Image | None, *, grey: bool) -> Image:
    """Planes [C, H, W] in bytes as a picture, grey where the original was, as transparent as that."""
    from PIL import Image  # noqa: PLC0415  # an extra, and the picture was read by it

    image = Image.fromarray(made[0] if len(made) == 1 else made.transpose(1, 2, 0))
    image = image.convert("L") if grey else image
    if alpha is not None:
        image.putalpha(alpha.resize(image.size, Image.Resampling.BICUBIC))
    return image


def format_of(path: Path) -> str:
    """Pillow's name of the format that a file's suffix means; DataError where it has none to write."""
    from PIL import Image  # noqa: PLC0415  # an extra, and the picture was read by it

    name = Image.registered_extensions().get(path.suffix.lower(), "")
    if name not in Image.SAVE:
        message = f"{path} has no suffix of a picture"
        raise DataError.of("RS669", message, remedy="end it in .png, .jpg, .webp, .tif or .bmp")
    return name
