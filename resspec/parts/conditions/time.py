"""A time step as the condition."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from resspec.ir import Builder, Given, Value
from resspec.ir.ops import Add, Embedding, Index, Linear, SinusoidLinear
from resspec.parts.families import Act, Condition


class TimeStep(Condition):
    """A whole number `time` for each image, as sines and cosines behind two linear layers: what the denoisers of
    diffusion models are told of the noise (arXiv:2006.11239). With `classes`, a second number `label` chooses a vector
    that is added (arXiv:2105.05233)."""

    kind: ClassVar[str] = "time"

    width: Annotated[int, Field(ge=4)] = 128
    """Number of sines and cosines, even."""
    hidden: Annotated[int, Field(ge=1)] | None = None
    """Width of the vector; by default four times `width`."""
    steps: Annotated[int, Field(ge=1)] = 1000
    """Number of time steps."""
    waves: Literal["sine-first", "cosine-first", "table"] = "sine-first"
    """The order of sines and cosines; in the second one the lowest frequency is a step short of 1 / 10000
    (arXiv:2102.09672). Or a table of them, side by side, that is kept with the weights and not trained."""
    classes: Annotated[int, Field(ge=1)] | None = None
    """Number of classes, where the net is told one too."""

    def lay(self, b: Builder, image: Value, act: Act) -> Given:
        """time, label; in scope condition: table, fc1, act, fc2, label, add."""
        hidden = self.hidden or 4 * self.width
        time = b.add("time", Index(self.steps))
        label = b.add("label", Index(self.classes)) if self.classes else None
        b.site = self.family
        with b.scope(self.family, "TimeCondition", self.kind, self.about()):
            if self.waves == "table":
                waves = b.add("table", Embedding(self.steps, self.width, "waves"), time)
                x = b.add("fc1", Linear(self.width, hidden), waves)
            else:
                cosine = self.waves == "cosine-first"
                x = b.add("fc1", SinusoidLinear(self.width, hidden, cosine, last=not cosine), time)
            x = b.add("fc2", Linear(hidden, hidden), act.lay(b, "act", x))
            if label is not None and self.classes:
                x = b.add("add", Add(), x, b.add("classes", Embedding(self.classes, hidden), label))
        return Given(x)
