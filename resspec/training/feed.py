"""The way of images into a network: all of them on the device as 8-bit tensors, normalised batch by batch."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from resspec.errors import DataError
from resspec.training.data.source import Images


class Feed:
    """Images on a device, ready for one network: `x` [count, C, H, W] in bytes, `y` [count]."""

    def __init__(self, images: Images, model: nn.Module, device: torch.device) -> None:
        fit(images, model)
        self.x = torch.from_numpy(images.x).to(device).contiguous(memory_format=torch.channels_last)
        self.y = torch.from_numpy(images.y).to(device)
        channels = images.shape[0]
        mean = torch.tensor(getattr(model, "mean", None) or (0.0,) * channels, device=device)
        std = torch.tensor(getattr(model, "std", None) or (1.0,) * channels, device=device)
        self._scale = (1 / (std * images.white))[:, None, None]
        self._offset = (-mean / std)[:, None, None]

    def __len__(self) -> int:
        return len(self.y)

    def normalised(self, x: Tensor) -> Tensor:
        """(x / white - mean) / std as floats; mean and std are the network's, of images from 0 to 1."""
        return torch.addcmul(self._offset, x.float(), self._scale)


def fit(images: Images, model: nn.Module) -> None:
    """DataError where a network's input or classes are not those of the images."""
    wanted = getattr(model, "input_size", None)
    if wanted is not None and wanted[0] != images.shape[0]:
        raise DataError.of("RS654", f"the network reads {wanted[0]} channels, the images have {images.shape[0]}")
    classes = getattr(model, "num_classes", None)
    if classes is not None and classes < images.classes:
        raise DataError.of(
            "RS654",
            f"the network tells {classes} classes apart, the data set has {images.classes}",
            remedy="set classes",
        )
