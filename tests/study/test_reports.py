"""Reports of searches: figures, Markdown, a page in a real browser, a picture, the dashboard's own server."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from resspec.errors import SearchError
from resspec.spec.loading import load_spec
from resspec.study.dashboard import dashboard_of
from resspec.study.reporting.charts import short
from resspec.study.reporting.importance import importances
from resspec.study.reporting.page import page, spec_text, tiles
from resspec.study.reporting.png import png
from resspec.study.reporting.summary import bounded, front_sheet, status
from resspec.study.reporting.writing import written
from resspec.study.result import Result
from resspec.study.run import run_search
from resspec.study.tables import status_lines
from study.formula import SPACE, stated

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
PROBE = """
<script>
addEventListener("load", () => setTimeout(() => {
  const at = document.getElementById("pareto");
  at.emit("plotly_click", {points: [{customdata: 3}]});
  const cost = document.getElementById("cost");
  cost.value = "macs";
  cost.dispatchEvent(new Event("change"));
  const out = {
    drawn: [...document.querySelectorAll(".js-plotly-plot")].map((one) => one.id),
    chosen: document.querySelector("#chosen pre").textContent,
    axis: at.layout.xaxis.title.text,
    asked: performance.getEntriesByType("resource").map((one) => one.name),
    errors: window.faults,
  };
  const told = document.createElement("script");
  told.id = "told"; told.type = "application/json"; told.textContent = JSON.stringify(out);
  document.body.append(told);
}, 500));
</script>
"""
FAULTS = "<script>window.faults = []; addEventListener('error', (e) => window.faults.push(e.message));</script>"


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A search for accuracy and macs whose space has a choice beside depths and widths."""
    space = SPACE | {"shortcut": ["projection", "pad"]}
    pruner = {"kind": "median", "startup": 5}
    asked = stated(objectives=["accuracy", "macs"], trials=30, space=space, pruner=pruner, sampler="random")
    return run_search(asked, path=tmp_path_factory.mktemp("several") / "run")


def test_the_status_counts_states_and_tells_how_near_the_budgets_are(several: Result):
    told = status(several)
    assert sum(told["trials"].values()) == 30
    assert several.best is not None
    (use,) = told["budgets"]
    assert use["share"] == several.best.costs.params / 12_000
    assert use["front"] == [trial.costs.params for trial in several.pareto]
    assert json.loads(json.dumps(told))["front"] == [trial.number for trial in several.pareto]


def test_what_is_best_among_several_objectives_is_called_a_compromise(several: Result, search: Callable[..., Result]):
    assert ", best compromise " in status_lines(several)[0]
    assert "accuracy of the best compromise" in "".join(tiles(several))
    alone = search(trials=3, final=None)
    assert ", best " in status_lines(alone)[0]
    assert "compromise" not in status_lines(alone)[0] + "".join(tiles(alone))


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("params <= 12,000", None, 12_000),
        ("macs >= 1,000", 1_000, None),
        ("1,000 <= macs <= 2,000,000", 1_000, 2_000_000),
    ],
)
def test_stored_budgets_are_read_as_they_were_written(text: str, low: int | None, high: int | None):
    budget = bounded(text)
    assert (budget.low, budget.high, str(budget)) == (low, high, text)


def test_the_table_for_a_pull_request_has_a_row_for_each_network_of_the_front(several: Result):
    table = front_sheet(several).markdown()
    rows = [line for line in table.splitlines() if line.startswith("| trial")]
    assert len(rows) == len(several.pareto) + (several.base not in several.pareto)
    assert several.best is not None
    assert f"| trial {several.best.number} (" in table
    assert "hypervolume" in table


def test_importance_shares_sum_to_one_for_every_goal(several: Result):
    found = importances(several)
    assert [one.goal for one in found] == ["accuracy", "macs"]
    for one in found:
        assert set(one.fanova) == set(several.trials[0].params)
        assert sum(one.fanova.values()) == pytest.approx(1)
        assert all(share >= 0 for share in one.ped_anova.values())
    macs = found[1].fanova
    assert macs["shortcut"] < macs["stages.1.width"]


def test_the_report_in_json_holds_status_trials_and_importance(several: Result):
    data = json.loads(written(several, "json"))
    assert len(data["result"]["trials"]) == 30
    assert data["status"]["name"] == several.name
    assert {one["goal"] for one in data["importance"]} == {"accuracy", "macs"}


def test_every_spec_on_the_page_is_a_file_that_loads(several: Result, tmp_path: Path):
    for trial in several.pareto:
        file = tmp_path / f"{trial.number}.yaml"
        file.write_text(spec_text(several, trial))
        assert load_spec(file).stages == trial.spec.stages


def test_a_search_without_a_complete_trial_has_nothing_to_draw(tmp_path: Path):
    with pytest.raises(SearchError):
        run_search(stated(trials=2, evaluator={"kind": "formula", "fails": [0, 1]}), path=tmp_path / "run")
    from resspec.study.result import open_result

    empty = open_result(tmp_path / "run")
    assert status(empty)["trials"] == {"failed": 2}
    for form in ("html", "png"):
        with pytest.raises(SearchError, match="no trial is complete yet"):
            written(empty, form)


def test_the_picture_is_a_png(several: Result):
    pytest.importorskip("matplotlib", reason="the PNG report needs the extra `report`")
    drawn = png(several)
    assert drawn.startswith(b"\x89PNG")
    assert int.from_bytes(drawn[16:20]) == 1800


def test_the_page_names_no_other_place(several: Result):
    pytest.importorskip("plotly", reason="the HTML report needs the extra `report`")
    text = page(several)
    own = text[: text.index("<script>")]
    assert not re.findall(r"(?:src|href)=\"(?!data:|#)[^\"]*", own)
    assert "</script>" not in own.split('type="application/json">')[1].removesuffix("</script>\n")


@pytest.mark.skipif(BROWSER is None, reason="no chromium here: the page is not opened in a real browser")
def test_the_page_opens_in_a_browser_without_an_error_or_a_request(several: Result, tmp_path: Path):
    pytest.importorskip("plotly", reason="the HTML report needs the extra `report`")
    file = tmp_path / "report.html"
    file.write_text(page(several).replace("<head>", "<head>" + FAULTS).replace("</body>", PROBE + "</body>"))
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--dump-dom"]
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    ended = subprocess.run(
        [str(BROWSER), *flags, profile, "--virtual-time-budget=15000", "--enable-logging=stderr", file.as_uri()],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    found = re.search(r'id="told"[^>]*>(.*?)</script>', ended.stdout, re.DOTALL)
    assert found, ended.stderr[-2000:]
    told: dict[str, Any] = json.loads(found[1])
    assert told["errors"] == []
    assert "Uncaught" not in ended.stderr
    assert set(told["drawn"]) == {"pareto", "history", "volume", "importance", "parallel"}
    assert [name for name in told["asked"] if not name.startswith(("file:", "data:", "blob:"))] == []
    assert told["axis"] == "macs"
    assert told["chosen"] == spec_text(several, several.trials[3])


def test_the_dashboard_serves_the_study_with_the_spaces_own_names(several: Result):
    pytest.importorskip("optuna_dashboard", reason="the dashboard needs the extra `dashboard`")
    with dashboard_of(several) as server:
        root = server.url.split("/dashboard")[0]
        with urllib.request.urlopen(server.url, timeout=30) as answer:
            assert "<html" in answer.read().decode().lower()
        with urllib.request.urlopen(f"{root}/api/studies", timeout=30) as answer:
            (summary,) = json.load(answer)["study_summaries"]
        assert summary["study_name"] == "small"
        with urllib.request.urlopen(f"{root}/api/studies/{summary['study_id']}?after=0", timeout=30) as answer:
            detail = json.load(answer)
        assert detail["directions"] == ["maximize", "minimize"]
        assert len(detail["trials"]) == 30
        assert {space["name"] for space in detail["union_search_space"]} == set(several.trials[0].params)
        with pytest.raises(SearchError, match="cannot be served from"), dashboard_of(several, port=int(root[-5:])):
            pass


def test_choosing_within_bounds_takes_the_most_accurate_that_keeps_them(search: Callable[..., Result]):
    from resspec.study.choosing import nearest, within

    result = search(trials=30, final=None)
    limit = sorted(trial.costs.macs for trial in result.trials)[10]
    inside = [trial for trial in result.trials if trial.costs.macs <= limit]
    assert within(result, [f"macs<={limit}"]) is max(inside, key=lambda trial: trial.figures["accuracy"])
    assert within(result, ["macs<=100% of base", "params >= 1"]) is not None
    assert within(result, ["macs <= 1"]) is None
    assert nearest(result, ["macs <= 1"]) is min(result.trials, key=lambda trial: trial.costs.macs)
    for wrong in ("mac<=1", "macs", "macs<=60% of resnet50", "macs<=many"):
        with pytest.raises(ValueError, match=r"RS40[12]"):
            within(result, [wrong])


def test_a_parts_name_fits_between_two_axes():
    assert short("skip") == "skip"
    assert short("inverted-residual(ratio=6.0,kernel=5)") == "inv…(6.0,5)"
    assert short("a-long-word-without-brackets") == "a-long-word-without-brackets"
