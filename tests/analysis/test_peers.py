"""What other counters give, derived: goldens of ResNet-50 and ResNeXt-50, and fvcore on every network it was run on."""

from __future__ import annotations

import pytest

import peers
import resspec
from networks import small
from resspec.analysis.cost_table import listed
from resspec.analysis.peers import KINDS, PEERS, SPELLINGS, counted, reconcile
from resspec.errors import SpecError
from resspec.ir import Builder, Op, Shape, ops

BY_NAME = {peer.name: peer for peer in PEERS}
SHIPPED = {name: resspec.load(name).source for name in resspec.list_specs()}
ROWS = [
    row
    for row in peers.rows()
    if "fvcore_total" in row
    and row["name"] in SHIPPED
    and (SHIPPED[row["name"]] == row["source"] or row["source"] == "timm")
]

MEASURED = {
    "resnet50": {
        "torch": 8_178_368_512,
        "torchvision": 4.089,
        "pycls": 4_089_185_256,
        "ptflops aten": 4_089_185_256,
        "torchinfo": 4_089_238_376,
        "torchprofile": 4_100_300_288,
        "fvcore": 4_111_512_576,
        "fvcore activations": 11_114_984,
        "ptflops pytorch": 4_132_436_968,
        "thop": 4_133_742_592,
        "calflops": 8_211_108_352,
    },
    "resnext50_32x4d": {
        "torch": 8_460_959_744,
        "torchvision": 4.23,
        "pycls": 4_230_480_872,
        "ptflops aten": 4_230_480_872,
        "torchinfo": 4_230_549_096,
        "torchprofile": 4_244_882_432,
        "fvcore": 4_259_381_248,
        "fvcore activations": 14_401_512,
        "ptflops pytorch": 4_286_878_696,
        "thop": 4_288_184_320,
        "calflops": 8_503_559_168,
    },
}
"""Totals that the counters themselves gave at 224 x 224; pycls and torchvision have a formula and a table instead."""


@pytest.mark.parametrize("name", MEASURED)
def test_every_counter_is_met_to_the_last_digit(name: str):
    assert {row.peer.name: row.total for row in reconcile(resspec.graph(name))} == MEASURED[name]


def test_fvcore_is_met_on_every_network_it_was_run_on():
    assert len(ROWS) >= 190
    wrong = {}
    for row in ROWS:
        graph = resspec.graph(resspec.load(row["name"], input=row["input_size"]))
        spelling = SPELLINGS["timm" if row["source"] == "timm" else "resspec"]
        total = counted(graph, BY_NAME["fvcore"], spelling)
        outputs = counted(graph, BY_NAME["fvcore activations"], spelling)
        if (total, outputs) != (row["fvcore_total"], row.get("fvcore_activations", outputs)):
            wrong[row["name"]] = (total, row["fvcore_total"])
    assert wrong == {}


MAP = (6, 8, 10)
ALONE: dict[str, tuple[Op, list[Shape]]] = {
    "transposed": (ops.TransposedConv2d(8, 6, 4, 2, 1), [(8, 10, 12)]),
    "nearest": (ops.ResizeLike("nearest"), [(8, 10, 12), (3, 20, 24)]),
    "bilinear": (ops.ResizeLike("bilinear"), [(8, 10, 12), (3, 20, 24)]),
    "twice": (ops.Upsample("bilinear"), [(8, 10, 12)]),
    "grid": (ops.AdaptiveAvgPool2d(3), [(8, 10, 12)]),
    "frozen": (ops.FrozenBatchNorm2d(8), [(8, 10, 12)]),
    "prelu": (ops.PReLU(), [MAP]),
    "times": (ops.Times(0.5), [MAP]),
    "gain": (ops.Gain(), [(96, 64, 64)]),
    "modulate": (ops.Modulate(0), [MAP, (12,)]),
    "inner": (ops.AddInner(), [(1,), (1536,), (1536,)]),
    "instance": (ops.InstanceNorm2d(64), [(64, 256, 256)]),
    "affine instance": (ops.InstanceNorm2d(6, affine=True), [MAP]),
    "bare": (ops.BareBatchNorm2d(6), [MAP]),
    "uncounted": (ops.UncountedBatchNorm2d(6), [MAP]),
    "uncounted bare": (ops.UncountedBatchNorm2d(1536, affine=False), [(1536, 4, 4)]),
    "layer": (ops.LayerNorm2d(6), [MAP]),
    "colours": (ops.ColourShift((-114.444, -111.4605, -103.02)), [(3, 96, 96)]),
    "spectral": (ops.SpectralConv2d(6, 8, 3, 2, 1, 1, 2, bias=False), [MAP]),
    "spectral bias": (ops.SpectralConv2d(3, 128, 3, 1, 1, bias=True), [(3, 32, 32)]),
    "spectral linear": (ops.SpectralLinear(7, 5), [(7,)]),
    "spectral table": (ops.SpectralEmbedding(10, 64), [()]),
    "power": (ops.PowerConv2d(6, 8, 3, 1, 1, bias=False), [MAP]),
    "power linear": (ops.PowerLinear(20, 24576), [(20,)]),
    "power table": (ops.PowerEmbedding(10, 256), [()]),
    "table": (ops.Embedding(1000, 128), [()]),
    "waves": (ops.SinusoidLinear(8, 5, cosine_first=True, last=False), [()]),
    "point": (ops.PointConv1d(256, 768), [(256, 256)]),
    "packed": (ops.PackedAttention(4), [(768, 256)]),
    "places": (ops.MapAttention(), [(12, 64, 64), (12, 32, 32), (48, 32, 32)]),
    "pairs": (ops.PairAttention(), [(64, 16, 16), (64, 16, 16), (2048, 16, 16)]),
    "regions": (ops.RoIAlign(3, 2, 5, 3), [(4, 16, 16), (4, 8, 8), (4, 4, 4), (11, 4)]),
}
MEASURED_ALONE = {
    "transposed": (184_320, 92_160, 2_880, 368_640, 368_640, 371_520, 95_040, 95_040, 184_500),
    "nearest": (0, 3_840, 0, 0, 0, 0, 3_840, 0, 480),
    "bilinear": (0, 15_360, 0, 0, 15_360, 0, 3_840, 0, 480),
    "twice": (0, 15_360, 0, 0, 15_360, 0, 3_840, 0, 960),
    "grid": (0, 960, 0, 1_032, 72, 0, 1_920, 0, 960),
    "frozen": (0, 0, 0, 0, 976, 0, 0, 0, 0),
    "prelu": (0, 0, 0, 480, 0, 1, 960, 0, 480),
    "times": (0, 0, 0, 0, 480, 0, 0, 0, 0),
    "gain": (0, 0, 0, 0, 393_216, 1, 0, 0, 0),
    "modulate": (0, 0, 0, 0, 480, 0, 0, 0, 0),
    "inner": (0, 0, 0, 0, 1_536, 0, 0, 0, 0),
    "instance": (0, 16_777_216, 0, 8_388_608, 0, 0, 4_194_304, 0, 16_777_216),
    "affine instance": (0, 2_400, 0, 1_920, 480, 12, 960, 0, 2_400),
    "bare": (0, 480, 0, 960, 0, 0, 480, 0, 480),
    "uncounted": (0, 960, 0, 0, 480, 12, 0, 0, 960),
    "uncounted bare": (0, 24_576, 0, 0, 0, 0, 0, 0, 24_576),
    "layer": (0, 2_400, 0, 0, 480, 12, 0, 0, 2_400),
    "colours": (165_888, 82_944, 27_648, 0, 82_944, 12, 0, 110_592, 193_536),
    "spectral": (8_640, 4_320, 160, 0, 4_320, 1_728, 0, 4_320, 8_640),
    "spectral bias": (7_077_888, 3_538_944, 131_072, 0, 3_538_944, 573_440, 0, 3_670_016, 7_208_960),
    "spectral linear": (70, 35, 5, 0, 35, 180, 0, 40, 70),
    "spectral table": (0, 0, 0, 0, 0, 40_960, 0, 0, 0),
    "power": (69_120, 34_560, 640, 0, 34_560, 34_560, 0, 34_560, 69_120),
    "power linear": (983_040, 491_520, 24_576, 0, 491_520, 516_096, 0, 516_096, 983_040),
    "power table": (0, 0, 0, 0, 0, 2_560, 0, 0, 0),
    "table": (0, 0, 0, 0, 0, 128_000, 0, 0, 0),
    "waves": (80, 40, 5, 0, 48, 45, 0, 45, 80),
    "point": (
        *(100_663_296, 50_331_648, 196_608, 50_331_648, 50_331_648),
        *(50_528_256, 50_528_256, 50_528_256, 100_859_904),
    ),
    "packed": (0, 0, 0, 0, 33_554_432, 0, 0, 0, 0),
    "places": (503_316_480, 251_658_240, 4_390_912, 0, 251_658_240, 0, 4_194_304, 251_658_240, 4_194_304),
    "pairs": (276_824_064, 138_412_032, 589_824, 0, 138_412_032, 0, 0, 138_412_032, 0),
    "regions": (0, 0, 0, 0, 11_367, 0, 0, 0, 0),
}
"""Totals that torch, fvcore 0.1.5 (FLOPs, activations), thop 0.1.1, torchprofile 0.1.0, torchinfo 1.8.0, ptflops 0.7.5
(pytorch, aten) and calflops 0.3.2 gave for a module of the one operation; to the last two with a parameter beside it
where it has none, and each counter on functions of torch that the one before had given back."""
COUNTERS = (
    *("torch", "fvcore", "fvcore activations", "thop", "torchprofile", "torchinfo"),
    *("ptflops pytorch", "ptflops aten", "calflops"),
)
UNSEEN: dict[str, tuple[Op, list[Shape]]] = {
    "tanh": (ops.Tanh(), [(3, 128, 128)]),
    "sum": (ops.GlobalSum(), [(256, 8, 8)]),
    "reflected": (ops.ReflectPad(2), [MAP]),
    "offset": (ops.ColourOffset((-0.4488, -0.4371, -0.404)), [(3, 96, 96)]),
    "vector": (ops.AddVector(), [(128, 32, 32), (128,)]),
    "piece": (ops.Chunk(6), [(120,)]),
    "map": (ops.Unflatten(4), [(24576,)]),
    "row": (ops.PlacesToRow(), [(256, 8, 8)]),
    "tokens": (ops.PlacesToTokens(), [(256, 8, 8)]),
    "row back": (ops.RowToPlaces(), [(256, 64), (256, 8, 8)]),
    "tokens back": (ops.TokensToPlaces(), [(64, 256), (256, 8, 8)]),
}
"""Operations to which each of these counters gave 0."""


def totals(op: Op, shapes: list[Shape]) -> tuple[int | float, ...]:
    """What each counter is said to give for one operation."""
    b = Builder()
    last = ops.Boxes(shapes[-1][0], 64, 64) if isinstance(op, ops.RoIAlign) else None
    given = [ops.Input(shape) if shape else ops.Index(10) for shape in shapes]
    values = [b.add(f"x{place}", given) for place, given in enumerate([*given[:-1], last or given[-1]])]
    graph = b.graph({"output": b.add("op", op, *values)})
    return tuple(counted(graph, BY_NAME[counter]) for counter in COUNTERS)


@pytest.mark.parametrize("name", ALONE)
def test_every_counter_is_met_on_one_operation(name: str):
    assert totals(*ALONE[name]) == MEASURED_ALONE[name]


@pytest.mark.parametrize("name", UNSEEN)
def test_no_counter_sees_some_operations(name: str):
    assert totals(*UNSEEN[name]) == (0,) * len(COUNTERS)


WHOLE: dict[str, tuple[list[str], tuple[int, ...]]] = {
    "iddpm_cifar10": (
        [],
        (
            *(16_274_030_592, 8_160_849_920, 6_848_768, 8_136_949_760, 8_392_933_504),
            *(8_143_906_048, 8_157_674_752, 8_143_864_064, 16_308_493_120),
        ),
    ),
    "biggan_cifar10_d": (
        [],
        (
            *(2_162_033_152, 1_081_016_576, 851_969, 99_072, 1_081_115_904),
            *(1_081_871_105, 1_742_848, 1_081_868_545, 2_163_756_544),
        ),
    ),
    "cganpd32_g": (
        [],
        (
            *(3_362_258_944, 1_684_836_352, 1_039_360, 1_683_038_208, 1_684_574_208),
            *(1_682_200_064, 1_685_195_776, 1_682_168_832, 3_365_112_832),
        ),
    ),
    "maskrcnn_resnet50_fpn_v2": (
        ["heads.proposals=7", "input=[3,128,128]"],
        (
            *(17_007_443_968, 8_516_229_120, 8_715_053, 9_607_032_832, 9_588_818_250),
            *(9_585_426_093, 8_533_403_437, 8_506_355_501, 17_028_184_828),
        ),
    ),
}
"""Totals of whole networks that the counters gave, as above."""


@pytest.mark.parametrize("name", WHOLE)
def test_every_counter_is_met_on_networks_that_make_images_or_find_things(name: str):
    changes, measured = WHOLE[name]
    graph = resspec.graph(resspec.load(name, *changes))
    assert tuple(counted(graph, BY_NAME[counter]) for counter in COUNTERS) == measured


def test_torch_counts_twice_our_macs_where_there_is_no_attention():
    for name in ("resnet18", "seresnet50", "resnetblur50", "wrn16_4_cifar10"):
        assert counted(resspec.graph(name), BY_NAME["torch"]) == 2 * resspec.report(name).macs


def test_every_profile_makes_a_statement_on_every_operation():
    assert {op.kind for op in listed()} <= KINDS
    for peer in PEERS:
        assert peer.rules.keys() | peer.ignores == KINDS
        assert not peer.rules.keys() & peer.ignores
        assert peer.about


def test_an_operation_that_no_profile_knows_is_not_counted_as_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ops.ReLU, "kind", "mish")
    rows = reconcile(resspec.graph(small()))
    assert {row.total for row in rows} == {None}
    assert "does not say what it counts for mish" in rows[0].about


def test_an_unknown_spelling_is_refused_with_the_nearest():
    with pytest.raises(SpecError, match="RS219") as caught:
        reconcile(resspec.graph("resnet18"), "tim")
    assert "timm" in str(caught.value)
