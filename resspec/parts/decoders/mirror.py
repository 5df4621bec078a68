"""The decoder of diffusion models."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Concat
from resspec.parts.base import part_field
from resspec.parts.dense import Decoder, Kit, Level, level, placed, resized
from resspec.parts.families import Attention, Names, Unit


class Mirror(Decoder):
    """The body mirrored (arXiv:2006.11239): two blocks with attention between them at the lowest resolution; then for
    each stage of the body its blocks again and one more, each behind a concatenation with the next map of the body,
    those of blocks, of what lowers the resolution, and the stem's; between stages the map is enlarged and convolved.
    Norm and activation at the end."""

    kind: ClassVar[str] = "mirror"
    whole: ClassVar[bool] = True
    mirrors: ClassVar[bool] = True

    attention: Annotated[Attention, part_field(Attention)] = Field(default_factory=lambda: Attention.read("self"))
    """What stands between the two blocks at the lowest resolution."""

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """first, attn, second; in layerN, from the last: blocks.0, blocks.1, …; up; at last bn, act."""
        skips, last = list(maps), kit.levels[-1]
        with placed(b, "first", type(last.block).__name__, last.block.about()):
            x = last.block.lay(b, skips[-1], last.site)
        with level(b, "attn"):
            x = self.attention.lay(b, x, last.site)
        with placed(b, "second", type(last.block).__name__, last.block.about()):
            x = last.block.lay(b, x, last.site)
        for number, stage in reversed(list(enumerate(kit.levels))):
            with b.scope(stage.name, "DecoderStage"):
                enters = number == 0 or bool(stage.marks)
                x = self.blocks(b, x, [skips.pop() for _ in range(stage.depth + enters)], stage)
                if number and enters:
                    x = self.enlarged(b, x, skips[-1], kit)
        return kit.norm.lay(b, "bn", x, kit.act, "act")

    def blocks(self, b: Builder, x: Value, skips: Sequence[Value], stage: Level) -> Value:
        """The stage's blocks, each behind a concatenation."""
        with b.scope("blocks", "DecoderBlocks"):
            for place, skip in enumerate(skips):
                with placed(b, f"{place}", "DecoderBlock", "Behind a map of the body, a block of its stage."):
                    x = b.add("cat", Concat(2), x, skip)
                    x = stage.site.attended(b, stage.block.lay(b, x, stage.site))
        return x

    def enlarged(self, b: Builder, x: Value, like: Value, kit: Kit) -> Value:
        """enlarged, up: the map at the next larger size, and a 3x3 convolution that keeps the width."""
        outer, b.site = b.site, f"{b.prefix}up"
        x = kit.unit(b, Names("up", "bn_up"), resized(b, "enlarged", x, like, "nearest"), Unit(x.channels, 3))
        b.site = outer
        return x
