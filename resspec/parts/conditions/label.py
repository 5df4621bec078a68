"""A class as the condition."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Given, Value
from resspec.ir.ops import Embedding, Index
from resspec.parts.families import Act, Condition


class Label(Condition):
    """A whole number `label` for each image, its class: what generators and critics of classes are told
    (arXiv:1802.05637). The parts that read it keep a table each, or share one."""

    kind: ClassVar[str] = "label"

    classes: Annotated[int, Field(ge=1)] = 10
    """Number of classes."""
    width: Annotated[int, Field(ge=0)] = 0
    """Width of the table that all parts share (arXiv:1809.11096); with 0 each has its own."""

    def lay(self, b: Builder, image: Value, act: Act) -> Given:
        """label; in scope condition: classes."""
        label = b.add("label", Index(self.classes))
        if not self.width:
            return Given(label, self.classes)
        b.site = self.family
        with b.scope(self.family, "LabelCondition", self.kind, self.about()):
            return Given(b.add("classes", Embedding(self.classes, self.width), label))
