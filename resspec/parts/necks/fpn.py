"""The feature pyramid."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from resspec.ir import Builder, Value
from resspec.ir.ops import Add, Conv2d, MaxPool2d, ReLU
from resspec.parts.dense import Kit, Neck, Width, level, predictor, resized


class FeaturePyramid(Neck):
    """A feature pyramid (arXiv:1612.03144): a 1x1 convolution on each map, the map from above enlarged and added, a 3x3
    convolution on each sum; no norm, no activation. A level's number is log2 of its stride in a body that halves its
    map five times."""

    kind: ClassVar[str] = "fpn"

    width: Width = 256
    """Channels of every level."""
    extra: Literal["none", "pool", "convs"] = "none"
    """Levels beyond the last map: one by subsampling (Faster R-CNN), or two by convolutions of stride 2, the second
    behind a ReLU (RetinaNet, arXiv:1708.02002)."""
    extra_reads: Literal["level", "map"] = "level"
    """What the first extra convolution reads: the last level, or the body's last map."""

    def lay(self, b: Builder, maps: Sequence[Value], kit: Kit) -> Mapping[str, Value]:
        """lateral0 …, up0 …, add0 …, output0 …, p6, p7: levels p2 to p5 where four maps are read, p3 to p5 of three."""
        levels: list[Value] = []
        above: Value | None = None
        first = 6 - len(maps)
        for place, x in reversed(list(enumerate(maps))):
            with level(b, f"p{first + place}"):
                inner = predictor(b, f"lateral{place}", x, self.width)
                if above is not None:
                    inner = b.add(f"add{place}", Add(), inner, resized(b, f"up{place}", above, inner, "nearest"))
                above = inner
                levels.insert(0, predictor(b, f"output{place}", inner, self.width, 3))
        named = {f"p{first + place}": x for place, x in enumerate(levels)}
        return {**named, **self.more(b, levels[-1], maps[-1])}

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
