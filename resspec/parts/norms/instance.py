"""Instance normalisation."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import InstanceNorm2d
from resspec.parts.families import Act, Norm


class PlainInstanceNorm(Norm):
    """Normalisation of each channel of one image, nothing learned (arXiv:1607.08022): convolutions keep their bias."""

    kind: ClassVar[str] = "instance"
    shifts: ClassVar[bool] = False

    eps: Annotated[float, Field(gt=0)] = 1e-5
    """Added to the variance."""

    def lay(self, b: Builder, name: str, x: Value, act: Act | None, act_name: str, zero_init: bool = False) -> Value:
        """Norm, then activation."""
        y = b.add(name, InstanceNorm2d(x.channels, self.eps), x)
        return act.lay(b, act_name, y) if act else y
