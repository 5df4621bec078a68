"""The language: what a spec file may say. Parts are kept as written here; the plan gives them their meaning."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, field_validator

from resspec.errors import quoted
from resspec.parts import FAMILIES
from resspec.record import Listed, Record, refusal
from resspec.spec.limits import LIMITS, Limits
from resspec.spec.tree import Entry
from resspec.spec.units import parse_size
from resspec.spec.writing import shorthand, yaml_text

MAX_SIDE = 16_384


def _spelled_out(value: Any) -> Any:
    if isinstance(value, str):
        return {"kind": value}
    if value is None:
        return {"kind": "none"}
    if isinstance(value, dict):
        return {str(key): _within(str(key), field) for key, field in value.items()}
    raise refusal("part_type", f"a part is a kind's name or a mapping, not {quoted(value)}", "write {kind: …}")


def _within(key: str, field: Any) -> Any:
    """A field of a part; where it names a part itself, that is spelled out as well, but nothing stays nothing."""
    return _spelled_out(field) if key in FAMILIES and isinstance(field, (str, dict)) else field


def _sides(value: Any) -> Any:
    """An input as a tuple; `224x224` has three channels."""
    if isinstance(value, list):
        return tuple(value)
    size = parse_size(value)
    if size is None:
        law = f"an input is [channels, height, width] or a size, not {value!r}"
        raise refusal("input_size", law, "write [3, 224, 224], 3x224x224, or 224x224 for three channels")
    return (3, *size)[-3:]


PartRef = Annotated[dict[str, Any], BeforeValidator(_spelled_out)]
"""A part as written: a kind's name, or a mapping of `kind` and fields; without a kind it changes the part above it."""

Positive = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, lt=1)]
Side = Annotated[int, Field(ge=1, le=MAX_SIDE)]


class Parts(Record):
    """The parts that a net, a stage or a single block may choose; each level changes the one above it."""

    block: PartRef | None = None
    """The residual block."""
    conv: PartRef | None = None
    """How convolutions are made."""
    down: PartRef | None = None
    """How a block lowers the resolution."""
    shortcut: PartRef | None = None
    """The path round a block."""
    norm: PartRef | None = None
    """The normalisation."""
    act: PartRef | None = None
    """The activation."""
    gate: PartRef | None = None
    """Channel attention inside blocks."""
    attention: PartRef | None = None
    """Attention between places, behind blocks."""


class StageParts(Parts):
    """The parts that a net or a stage may choose."""

    stage: PartRef | None = None
    """How the blocks of a stage are joined."""


class StageSpec(StageParts):
    """A run of blocks; the first carries the stride and the change of width."""

    depth: Positive
    """Number of blocks."""
    width: Positive
    """Output channels of every block."""
    stride: Positive = 1
    """Stride of the first block."""
    name: str | None = None
    """A name to merge and tap by."""
    blocks: dict[str, Parts] | None = None
    """Changes of single blocks, by position from 0."""

    @field_validator("name")
    @classmethod
    def _name_is_a_word(cls, name: str | None) -> str | None:
        if name is not None and not name.isidentifier():
            raise refusal(
                "stage_name", f"{quoted(name)} cannot name a stage", "use letters, digits and _, not a digit first"
            )
        return name


class Origin:
    """Where a spec was read: `root` with rules for stages written out, `written` as a person wrote it. Specs that say
    the same are equal wherever they came from."""

    def __init__(self, root: Entry | None = None, written: Entry | None = None, limits: Limits = LIMITS) -> None:
        self.root = root or Entry({})
        self.written = written or self.root
        self.limits = limits

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Origin)

    def __hash__(self) -> int:
        return 0


ORDER = (
    *("resspec", "name", "source", "input", "condition", "mean", "std", "depth", "width", "stride", "stem", "stage"),
    *(
        "block",
        "conv",
        "down",
        "shortcut",
        "norm",
        "act",
        "gate",
        "attention",
        "output_stride",
        "dilate_entry",
        "drop_path",
        "stages",
        "blocks",
        "final",
        "head",
        "neck",
        "decoder",
        "heads",
        "budgets",
    ),
)
"""The order in which specs are written."""


def _in_order(data: dict[str, Any]) -> dict[str, Any]:
    return {key: data[key] for key in sorted(data, key=ORDER.index)}


class NetSpec(StageParts):
    """A network as a person wrote it."""

    resspec: Literal[1] = 1
    """Version of the language."""
    name: str = "net"
    """The network's name; by default the file's."""
    source: str | None = None
    """Where the network comes from: a paper, a library."""
    input: Annotated[tuple[Positive, Side, Side], BeforeValidator(_sides)] = (3, 224, 224)
    """Channels, height and width of an image: [3, 224, 224], 3x224x224, or 224x224 for three channels."""
    condition: PartRef | None = None
    """What the net is told beside its image: a time step, a class."""
    mean: Annotated[tuple[float, ...], Listed] | None = None
    """Mean of each input channel, of images scaled to 0..1."""
    std: Annotated[tuple[float, ...], Listed] | None = None
    """Standard deviation of each input channel."""
    stem: PartRef
    """The layers before the first stage."""
    stages: Annotated[list[StageSpec], Field(min_length=1)]
    """The runs of blocks; a file may have a rule for them in its place, such as `{kind: regnet, w0: 24, …}`."""
    final: PartRef | None = None
    """The layers between the last stage and the head."""
    head: PartRef | None = None
    """The layers that turn the last map into the output."""
    neck: PartRef | None = None
    """The maps of stages made into a pyramid of levels."""
    decoder: PartRef | None = None
    """The maps of stages, or the levels of a neck, made into one map."""
    heads: PartRef | None = None
    """The layers that turn the levels of a neck or the map of a decoder into the outputs; takes the place of `head`."""
    output_stride: Annotated[int, Field(ge=1)] | None = None
    """The factor below which the body may not lower the resolution; further strides become dilation. One of
    the strides that stem and stages reach, or a larger one."""
    dilate_entry: bool = False
    """Whether the first block of a stage whose stride became dilation is dilated like the rest of it already."""
    drop_path: Share = 0.0
    """Stochastic depth: the drop rate of the last block; earlier ones follow linearly from 0 (arXiv:1603.09382)."""
    budgets: dict[str, str | int | float] | None = None
    """Bounds that `resspec check` holds the network to, on params, macs, flops, activations, memory or latency:
    `<= 25M`, `1G..4.1G`, `<= 200MB`, `<= 12ms`, `<= 60% of resnet50`."""

    _origin: Origin = PrivateAttr(default_factory=Origin)

    @property
    def dense(self) -> bool:
        """Whether the net predicts for places, from several maps, rather than for the whole image."""
        return bool(self.neck or self.decoder or self.heads)

    @property
    def origin(self) -> Origin:
        """Where each value was written."""
        return self._origin

    def located(self, root: Entry, written: Entry | None = None, limits: Limits = LIMITS) -> NetSpec:
        """The same spec, knowing the tree it was read from and the limits it is held to."""
        self._origin = Origin(root, written, limits)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The spec as plain data: what was written, inheritance merged, nothing defaulted."""
        data = self.model_dump(mode="json", exclude_unset=True)
        data["stages"] = [_in_order(stage) for stage in data["stages"]]
        return _in_order(data)

    def to_yaml(self) -> str:
        """The spec as a complete file."""
        return yaml_text(shorthand(self.to_dict()))
