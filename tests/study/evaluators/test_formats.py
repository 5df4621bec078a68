"""Tables of trained networks: every code is a network and back, costs are the tables' own, damaged files are named."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

import resspec
from resspec.compile import compile_spec
from resspec.errors import DataError
from resspec.plan import resolve
from resspec.pricing import Pricer
from resspec.study.evaluators.formats import TableFormat
from resspec.study.evaluators.formats.nas_bench_macro import NasBenchMacro
from resspec.study.evaluators.formats.transnas_macro import TransNasMacro

TABLES = Path(__file__).parents[2] / "golden" / "tables"
FILES = {
    "nas-bench-macro": "nas_bench_macro.json",
    "transnas-macro": "transnas_macro.json",
    "resnet-curves": "resnet_curves.csv",
}
WHOLE = Path(os.environ.get("RESSPEC_TABLES", "tables"))
"""Where the whole tables lie, for those who have them."""


@pytest.mark.parametrize("kind", FILES)
def test_every_code_of_a_table_is_a_network_and_the_network_has_the_code(kind: str):
    form = TableFormat.read(kind)
    for code in form.rows(TABLES / FILES[kind]):
        spec = form.spec(code)
        again = form.code(resolve(spec))
        assert again is not None
        assert compile_spec(form.spec(again)).fingerprint == compile_spec(spec).fingerprint, code
        assert again == code


@pytest.mark.parametrize("kind", FILES)
def test_the_base_of_a_format_is_in_its_table(kind: str):
    form = TableFormat.read(kind)
    rows = form.rows(TABLES / FILES[kind])
    assert form.code(resolve(resspec.load(form.base))) in rows


def test_costs_of_nas_bench_macro_are_the_tables_own():
    form = NasBenchMacro()
    for code, row in json.loads((TABLES / FILES[form.kind]).read_text()).items():
        report = resspec.report(form.spec(code))
        assert (report.params, report.macs) == (row["params"], row["flops"]), code


@pytest.mark.slow
def test_costs_of_all_6561_codes_are_the_tables_own():
    from resspec.study.evaluators.formats.nas_bench_macro import BLOCKS, LAYERS

    file = WHOLE / "nas-bench-macro_cifar10.json"
    if not file.is_file():
        pytest.skip(f"no {file}: set RESSPEC_TABLES to the folder of the whole tables")
    places = [(stage, block) for stage, layers in enumerate(LAYERS, 1) for block in range(layers)]
    pricer = Pricer(resspec.load("nas_bench_macro"))
    table = json.loads(file.read_text())
    for code, row in table.items():
        values = {f"stages.{s}.blocks.{b}.block": BLOCKS[digit] for (s, b), digit in zip(places, code, strict=True)}
        costs = pricer.price(values)
        assert (costs.params, costs.macs) == (row["params"], row["flops"]), code
    assert len(table) == 6561


def test_where_a_layer_is_skipped_within_its_stage_makes_no_other_network_but_for_the_first():
    form = NasBenchMacro()
    codes = ("00000012", "00000102", "00000120")
    projected, skipped_second, skipped_third = (compile_spec(form.spec(code)).fingerprint for code in codes)
    assert skipped_second == skipped_third
    assert projected != skipped_second, "the first layer of a stage changes the width, also where it is skipped"


def test_a_transnas_network_is_found_however_its_modules_are_cut_into_stages():
    form = TransNasMacro()
    longer = form.spec("64-2331-basic").to_dict()
    *rest, third, _ = longer["stages"]
    longer["stages"] = [*rest, {**third, "depth": 4}]
    spec = resspec.load(longer)
    assert form.code(resolve(spec)) == "64-2331-basic"
    assert compile_spec(spec).fingerprint == compile_spec(form.spec("64-2331-basic")).fingerprint


def test_a_transnas_network_of_fewer_modules_skips_stages():
    form = TransNasMacro()
    spec = resspec.load(
        form.spec("64-234111-basic"), "stages.5.block=skip", "stages.6={block: skip}", name="four_modules"
    )
    assert form.code(resolve(spec)) == "64-2341-basic"
    assert compile_spec(spec).fingerprint == compile_spec(form.spec("64-2341-basic")).fingerprint


def shorter(text: str) -> str:
    return text[: len(text) // 2]


@pytest.mark.parametrize(
    ("kind", "harm", "said"),
    [
        ("nas-bench-macro", shorter, "is damaged or no such table"),
        ("nas-bench-macro", lambda text: text.replace("test_acc", "acc"), "11111111 has no list `test_acc`"),
        ("nas-bench-macro", lambda text: text.replace("11111111", "1111"), "'1111' is no code of eight digits"),
        ("nas-bench-macro", lambda _: "[]", "expected an object of codes"),
        ("nas-bench-macro", lambda _: '{"11111111": {"test_acc": ["x"]}}', "has the accuracy 'x'"),
        ("nas-bench-macro", lambda _: '{"11111111": {"test_acc": [NaN]}}', "has the accuracy nan"),
        ("transnas-macro", lambda _: '{"64-2331-basic": 55}', "expected pairs of a code and an accuracy"),
        ("transnas-macro", lambda _: '[["64-2331-basic", 155]]', "which is not between 0 and 100"),
        ("transnas-macro", lambda _: '[["64-2391-basic", 55]]', "is no code such as 64-2331-basic"),
        ("resnet-curves", lambda text: text.replace("num_blocks", "blocks"), "there is no column num_blocks"),
        ("resnet-curves", lambda text: text.split("\n")[0], "it has no line"),
        ("resnet-curves", lambda text: text.rstrip()[:-3] + "x", "line 33 has no number for each epoch"),
    ],
)
def test_a_damaged_table_is_named_with_what_is_wrong(tmp_path: Path, kind: str, harm: Callable[[str], str], said: str):
    file = tmp_path / "table"
    file.write_text(harm((TABLES / FILES[kind]).read_text()))
    with pytest.raises(DataError, match="RS653") as caught:
        TableFormat.read(kind).rows(file)
    assert said in str(caught.value)
    assert str(file) in str(caught.value)


@pytest.mark.parametrize("kind", FILES)
def test_a_missing_table_is_named_with_a_remedy(tmp_path: Path, kind: str):
    with pytest.raises(DataError, match=r"RS652.*none\.json[\s\S]*evaluator\.file"):
        TableFormat.read(kind).rows(tmp_path / "none.json")
