"""Small hand-written networks."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Small(nn.Module):
    """Two convolutions, a norm, a linear layer; reads 8x8 grey images."""

    input_size = (1, 8, 8)
    num_classes = 10
    mean = (0.3,)
    std = (0.4,)

    def __init__(self, width: int = 16, seed: int = 0) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.conv1 = nn.Conv2d(1, width, 3, padding=1, bias=False)
            self.norm = nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, 2 * width, 3, stride=2, padding=1)
            self.drop = nn.Dropout(0.1)
            self.fc = nn.Linear(2 * width, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.norm(self.conv1(x)))
        out: Tensor = self.fc(self.drop(torch.relu(self.conv2(x)).mean((2, 3))))
        return out
