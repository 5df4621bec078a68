"""The feature pyramid."""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Add, Conv2d, MaxPool2d, ReLU
from resspec.parts.base import part_field
from resspec.parts.dense import Kit, Neck, Width, level, resized
from resspec.parts.families import Names, Norm, Unit


class FeaturePyramid(Neck):
    """A feature pyramid (arXiv:1612.03144): a 1x1 convolution on each map, the map from above enlarged and added, a 3x3
    convolution on each sum, without activation. A level's number is log2 of its stride in a body that halves its
    map five times."""

    kind: ClassVar[str] = "fpn"

    width: Width = 256
    """Channels of every level."""
    extra: Literal["none", "pool", "convs"] = "none"
    """Levels beyond the last map: one by subsampling (Faster R-CNN), or two by convolutions of stride 2, the second
    behind a ReLU (RetinaNet, arXiv:1708.02002)."""
    extra_reads: Literal["level", "map"] = "level"
    """What the first extra convolution reads: the last level, or the body's last map."""
    norm: Annotated[Norm, part_field(Norm)] = Field(default_factory=lambda: Norm.read("none"))
    """The norm behind the convolutions on the body's maps and on their sums."""

    def lay(self, b: Builder, maps: Sequence[Value], kit: Kit) -> Mapping[str, Value]:
        """lateral0 …, up0 …, add0 …, output0 …, p6, p7: levels p2 to p5 where four maps are read, p3 to p5 of three."""
        levels: list[Value] = []
        above: Value | None = None
        first = 6 - len(maps)
        for place, x in reversed(list(enumerate(maps))):
            with level(b, f"p{first + place}"):
                inner = self.made(b, f"lateral{place}", x, 1, kit)
                if above is not None:
                    inner = b.add(f"add{place}", Add(), inner, resized(b, f"up{place}", above, inner, "nearest"))
                above = inner
                levels.insert(0, self.made(b, f"output{place}", inner, 3, kit))
        named = {f"p{first + place}": x for place, x in enumerate(levels)}
        return {**named, **self.more(b, levels[-1], maps[-1])}

    def made(self, b: Builder, name: str, x: Value, kernel: int, kit: Kit) -> Value:
        """A convolution with the pyramid's norm."""
        return kit.unit(b, Names(name, f"{name}_bn"), x, Unit(self.width, kernel, norm=self.norm))

    def more(self, b: Builder, smallest: Value, last: Value) -> Mapping[str, Value]:
        """The extra levels."""
        if self.extra == "none":
            return {}
        with level(b, "p6"):
            if self.extra == "pool":
                return {"p6": b.add("p6", MaxPool2d(1, 2), smallest)}
            source = smallest if self.extra_reads == "level" else last
            p6 = b.add("p6", Conv2d(source.channels, self.width, 3, 2, 1, bias=True), source)
        with level(b, "p7"):
            active = b.add("p6_act", ReLU(), p6)
            return {"p6": p6, "p7": b.add("p7", Conv2d(self.width, self.width, 3, 2, 1, bias=True), active)}
