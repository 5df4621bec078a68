"""Tables that are handed on: levels, the zoo, CSV, Markdown, the page."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

import resspec
from networks import small
from resspec.analysis.report import LEVELS
from resspec.pages.html import page
from resspec.pages.levels import level_sheet
from resspec.pages.sheet import Sheet
from resspec.pages.zoo import entries, zoo

COSTS = ("params", "buffers", "macs", "flops", "activations")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ["resnet50", "preact_resnet164_cifar10", "cspresnet50"])
def test_the_rows_of_every_level_sum_to_the_totals_in_csv(name: str, level: str):
    report = resspec.report(name).for_batch(3)
    rows = list(csv.DictReader(io.StringIO(level_sheet(report, level, whole=True).csv())))
    for cost in COSTS:
        assert sum(int(row[cost]) for row in rows) == getattr(report, cost)


def test_parts_are_stem_body_and_head():
    assert [row.name for row in resspec.report("resnet50").parts] == ["stem", "body", "head"]
    assert [row.name for row in resspec.report("preact_resnet164_cifar10").parts] == ["stem", "body", "head"]


@pytest.mark.parametrize("channels", [1, 3, 12])
@pytest.mark.parametrize("side", [32, 40])
def test_a_batch_multiplies_work_and_no_tensors(channels: int, side: int):
    one = resspec.report(small(input=[channels, side, side]))
    eight = one.for_batch(8)
    assert (eight.params, eight.buffers) == (one.params, one.buffers)
    assert (eight.macs, eight.flops, eight.activations) == (8 * one.macs, 8 * one.flops, 8 * one.activations)
    assert "8 images" in eight.convention
    assert [row.macs for row in eight.layers] == [8 * row.macs for row in one.layers]


def test_the_zoo_costs_what_the_reports_say():
    names = resspec.list_specs("res*50*")
    for entry in entries(names):
        report = resspec.report(entry.name)
        assert entry.costs == report.costs
        assert entry.input == report.input
    assert len(zoo(list(entries(names))).rows) == len(names)


def test_the_zoo_takes_overrides():
    (entry,) = entries(["resnet50"], "classes=10")
    assert entry.costs.params == resspec.report(resspec.load("resnet50", classes=10)).params


def test_markdown_is_a_table_with_marks_of_its_own_escaped():
    sheet = Sheet("t", ("name", "macs"), [("a|b", 1234)], ("total", 1234))
    assert sheet.markdown() == (
        "**t**\n\n| name | macs |\n| --- | ---: |\n| a\\|b | 1,234 |\n| **total** | **1,234** |\n"
    )


@pytest.mark.parametrize("word", ["=1+1", "+1", "-1", "@x"])
def test_a_word_is_no_formula_in_a_spreadsheet(word: str):
    assert Sheet("t", ("name", "macs"), [(word, 1)]).csv() == f"name,macs\n'{word},1\n"


class Tags(HTMLParser):
    """The elements of a page, and those that are open at its end."""

    VOID = ("meta", "input")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.rows += tag == "tr"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_holds_every_row_and_needs_nothing_else():
    graph = resspec.graph("resnet50")
    report = resspec.report("resnet50")
    text = page(graph)
    tags = Tags()
    tags.feed(text)
    assert tags.open == []
    assert tags.rows == 4 * 2 + sum(len(report.rows(level)) for level in ("layers", "blocks", "stages", "parts"))
    assert f"{report.macs:,}" in text
    addresses = set(re.findall(r"https?://[^\"' <)]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<(link|img|iframe)|@import|url\(|fetch\(", text)


CLICKS = """<script>{
const table = document.querySelector("table[data-level=stages]");
const heads = [...table.tHead.rows[0].cells];
const column = (place) => [...table.tBodies[0].rows].map((row) => row.cells[place].textContent);
const macs = heads.findIndex((head) => head.textContent === "macs");
heads[macs].click();
const down = column(macs);
heads[macs].click();
const up = column(macs);
document.querySelector("button[data-level=layers]").click();
const filter = document.querySelector("input[type=search]");
filter.value = "layer3.0";
filter.dispatchEvent(new Event("input"));
const layers = document.querySelector("table[data-level=layers]");
const left = [...layers.tBodies[0].rows].filter((row) => !row.hidden && row.getClientRects().length);
const said = document.createElement("pre");
said.textContent = "SAID" + JSON.stringify({ down, up, left: left.map((row) => row.cells[0].textContent) }) + "DIAS";
document.body.append(said);
}</script></body>"""


@pytest.mark.slow
def test_a_browser_sorts_and_filters_the_tables(tmp_path: Path):
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("there is no chromium here to open the page in")
    file, report = tmp_path / "page.html", resspec.report("resnet50")
    file.write_text(page(resspec.graph("resnet50")).replace("</body>", CLICKS), encoding="utf-8")
    words = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--dump-dom")
    done = subprocess.run([browser, *words, file.as_uri()], capture_output=True, text=True, timeout=120, check=True)
    said = json.loads(done.stdout.partition("<pre>SAID")[2].partition("DIAS")[0])
    figures = sorted((row.macs for row in report.stages), reverse=True)
    assert said["down"] == [f"{value:,}" for value in figures]
    assert said["up"] == said["down"][::-1]
    assert said["left"] == [row.name for row in report.layers if row.name.startswith("layer3.0.")]


def test_a_name_cannot_leave_its_place_in_the_page():
    text = page(resspec.graph(small(name="</title><script>alert(1)</script>")))
    assert "<script>alert" not in text
