"""Self-attention of generators and critics."""

from typing import ClassVar

from resspec.errors import Fault, GraphError
from resspec.ir import Builder, Value
from resspec.ir.ops import Add, Gain, MapAttention, MaxPool2d
from resspec.parts.families import Attention, Names, Site, Unit


class PooledAttention(Attention):
    """x + g W o, o = softmax(q' k) v between the places of a map and those of its 2x2 maxima, with an eighth of the
    channels for queries and keys, half of them for values, and a gain g that starts at 0 (SAGAN, arXiv:1805.08318)."""

    kind: ClassVar[str] = "pooled"

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """In scope attn: theta, phi, phi_pool, g, g_pool, attention, o, gain, add."""
        if x.channels < 8:
            law = f"queries take an eighth of the channels, and there are {x.channels}"
            raise GraphError(Fault("RS305", law, node=f"{b.prefix}attn", remedy="make it 8 channels wide"))
        with b.scope("attn", "PooledAttention", self.kind, self.about()):
            b.name_quantities(channels=x.channels)
            q = self.seen(b, "theta", x, x.channels // 8, site)
            k = b.add("phi_pool", MaxPool2d(2, 2, 0), self.seen(b, "phi", x, x.channels // 8, site))
            v = b.add("g_pool", MaxPool2d(2, 2, 0), self.seen(b, "g", x, x.channels // 2, site))
            y = self.seen(b, "o", b.add("attention", MapAttention(), q, k, v), x.channels, site)
            return b.add("add", Add(), x, b.add("gain", Gain(), y))

    def seen(self, b: Builder, name: str, x: Value, width: int, site: Site) -> Value:
        """A 1x1 convolution in the site's way, without bias."""
        return site.conv.lay(b, Names(name, f"bn_{name}"), x, Unit(width, unbiased=True))
