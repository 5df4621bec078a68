"""The classifier of places."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Dropout
from resspec.parts.dense import Heads, Kit, Sight, Tap, predictor, resized


class Segmentation(Heads):
    """A convolution to classes on the decoder's map, brought to the image's size; besides, where asked for, a small
    head on an earlier map that helps training (arXiv:1612.01105)."""

    kind: ClassVar[str] = "segmentation"

    classes: Annotated[int, Field(ge=1)] = 21
    """Number of classes."""
    kernel: Annotated[int, Field(ge=1)] = 1
    """Side of the convolution's kernel, odd."""
    align: bool = False
    """Whether the corners' pixels of map and image lie on one another when the map is enlarged."""
    aux: Tap | None = None
    """The map of the body that the auxiliary head reads; none by default."""

    def lay(self, b: Builder, sight: Sight, kit: Kit) -> Mapping[str, Value]:
        """classifier, up; in the scope aux: conv, bn, act, drop, classifier, up. Outputs `output`, or `out` and
        `aux`."""
        out = predictor(b, "classifier", sight.alone(self.kind), self.classes, self.kernel)
        if not sight.whole:
            out = resized(b, "up", out, sight.image, align=self.align)
        if sight.aux is None:
            return {"output": out}
        with b.scope("aux", "AuxiliaryHead"):
            y = kit.finished(b, 1, sight.aux, max(1, sight.aux.channels // 4))
            y = predictor(b, "classifier", b.add("drop", Dropout(0.1), y), self.classes)
            return {"out": out, "aux": resized(b, "up", y, sight.image, align=self.align)}
