"""Building ResNet-50, initialised: `resspec.build` against torchvision's `resnet50`, in turn in one run.

    python benchmarks/build_time.py

Needs torchvision, which resspec itself does not: `pip install --no-deps torchvision pillow`. Where its compiled
operators do not fit the installed torch, their names are declared before the import; they serve detection, and no
ResNet calls them.
"""

from __future__ import annotations

from types import ModuleType

from torch import library

import resspec
from timing import in_turn, show

ROUNDS = 15
BOUND = 0.75

FORWARD = ("nms", "qnms", "roi_align", "roi_pool", "ps_roi_align", "ps_roi_pool", "deform_conv2d")
BACKWARD = tuple(f"_{name}_backward" for name in FORWARD[2:])


def torchvision_models() -> ModuleType:
    """`torchvision.models`, with or without its compiled operators."""
    try:
        from torchvision import models
    except RuntimeError:
        names = library.Library("torchvision", "FRAGMENT")
        for name in (*FORWARD, *BACKWARD):
            names.define(f"{name}(Tensor x) -> Tensor")
        from torchvision import models
    return models  # type: ignore[no-any-return]  # untyped


def main() -> None:
    """Compare."""
    models = torchvision_models()
    show("build resnet50", in_turn(lambda: resspec.build("resnet50"), models.resnet50, ROUNDS), "torchvision", BOUND)


if __name__ == "__main__":
    main()
