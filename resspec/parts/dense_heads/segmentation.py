"""The classifier of places."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Dropout, Flatten, GlobalAvgPool, Linear
from resspec.parts.base import part_field
from resspec.parts.dense import Heads, Kit, Sight, Tap, predictor, resized
from resspec.parts.families import Act


class Segmentation(Heads):
    """A convolution to classes on the decoder's map, brought to the image's size; besides, where asked for, a small
    head on an earlier map that helps training (arXiv:1612.01105), and a linear layer that names what the image shows as
    a whole."""

    kind: ClassVar[str] = "segmentation"

    classes: Annotated[int, Field(ge=1)] = 21
    """Number of classes."""
    kernel: Annotated[int, Field(ge=1)] = 1
    """Side of the convolution's kernel, odd."""
    align: bool = False
    """Whether the corners' pixels of map and image lie on one another when the map is enlarged."""
    act: Annotated[Act, part_field(Act)] = Field(default_factory=lambda: Act.read("none"))
    """The activation behind it; by default none: the outputs are logits."""
    aux: Tap | None = None
    """The map of the body that the auxiliary head reads; none by default."""
    labels: Annotated[int, Field(ge=0)] = 0
    """Number of classes of whole images, which a linear layer makes of the mean of the body's last map; none by
    default."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.5
    """Probability of dropping an element of that mean in training."""

    @property
    def early(self) -> Tap | None:
        """What the auxiliary head reads."""
        return self.aux

    @property
    def deep(self) -> bool:
        """Where the image as a whole is named."""
        return self.labels > 0

    def lay(self, b: Builder, sight: Sight, kit: Kit) -> Mapping[str, Value]:
        """classifier, up, act; in the scope aux: conv, bn, act, drop, classifier, up; in the scope labels: pool,
        flatten, drop, fc. Outputs `output`, or `out` and `aux`, `labels`."""
        out = predictor(b, "classifier", sight.alone(self.kind), self.classes, self.kernel)
        if not sight.whole:
            out = resized(b, "up", out, sight.image, align=self.align)
        out = self.act.lay(b, "act", out)
        more: dict[str, Value] = {}
        if sight.aux is not None:
            with b.scope("aux", "AuxiliaryHead"):
                y = kit.finished(b, 1, sight.aux, max(1, sight.aux.channels // 4))
                y = predictor(b, "classifier", b.add("drop", Dropout(0.1), y), self.classes)
                more["aux"] = resized(b, "up", y, sight.image, align=self.align)
        if self.labels and sight.deepest is not None:
            with b.scope("labels", "LabelsHead"):
                y = b.add("flatten", Flatten(), b.add("pool", GlobalAvgPool(), sight.deepest))
                y = b.add("drop", Dropout(self.dropout), y) if self.dropout > 0 else y
                more["labels"] = b.add("fc", Linear(y.channels, self.labels), y)
        return {"out": out, **more} if more else {"output": out}
