"""The page in a browser: what a person moves, sees and is told; that nothing leaves the machine; that all can use it."""

import json
import shutil
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from servsim.page.server import Served
from servsim.study.objective import read_question
from servsim.study.one_lever.evaluate import evaluate
from servsim.study.run import run

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on the PATH; apt-get install chromium")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install .[test]")

QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
"""Chromium by itself: no updates, no reports, no graphics card."""
DESK = """\
# What it shows: a small desk.
title = "Small"
[opening]
monday = "09:00-13:00"
[demand]
prospects_per_hour = 4
opening_book = 60
visit_gap_days = 14
[staff]
inattentive_minutes = 3
[investment]
minutes_per_visit = 3
[waiting]
[quality]
[loyalty]
[spending]
[horizon]
weeks = 10
years = 3
[evaluate]
levels = [0, 2, 4, 6, 8, 12]
replications = 8
"""
PATIENCE = 30_000
"""Milliseconds until an answer is there, on a machine with much else to do."""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small desk."""
    path = tmp_path_factory.mktemp("browser") / "small.toml"
    path.write_text(DESK)
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium."""
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


class Tab:
    """A tab with the page, settled; what it asked for and what went wrong in it is noted."""

    def __init__(self, browser: Any, served: Served, **options: Any) -> None:
        """Open the page and wait for its first answer."""
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self.page = browser.new_page(**({"viewport": {"width": 1200, "height": 900}} | options))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on(
            "console", lambda said: self.wrong.append(said.text) if said.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.goto(served.address)
        self.settled()

    def settled(self, changes: dict[str, str] | None = None) -> None:
        """Wait until the answer to these changes is there to the end."""
        words = json.dumps(json.dumps(changes or {}, separators=(",", ":")))
        self.page.wait_for_selector(f"body[data-settled={words}]", timeout=PATIENCE)

    def metric(self, name: str) -> dict[str, float]:
        """A metric of the strip, to the digit."""
        cell = self.page.locator(f'[data-figure="{name}"]')
        return {key: float(cell.get_attribute(f"data-{key}")) for key in ("today", "new", "low", "high", "change")}

    def curve(self) -> str:
        """The path of the first curve."""
        found: str = self.page.locator(".chart.tall path.line").get_attribute("d")
        return found

    def type(self, key: str, text: str) -> None:
        """Write a value into the field beside a slider."""
        self.page.fill(f'[data-lever="{key}"] input[type="text"]', text)
        self.page.keyboard.press("Tab")


@pytest.fixture
def tab(browser: Any, served: Served) -> Iterator[Tab]:
    """A tab; when it is left, nothing has gone wrong in it and nothing has left this machine."""
    opened = Tab(browser, served)
    yield opened
    opened.page.close()
    assert opened.wrong == []
    assert all(url.startswith((served.address, "data:", "blob:")) for url in opened.asked)


def press(tab: Tab, key: str, arrow: str, times: int) -> None:
    """Move a slider with the keyboard."""
    tab.page.locator(f'[data-lever="{key}"] input[type="range"]').focus()
    for _ in range(times):
        tab.page.keyboard.press(arrow)


def test_moving_a_slider_changes_the_curve_and_agrees_with_the_command_line(tab, file):
    before = tab.curve()
    press(tab, "staff.agents", "ArrowLeft", 1)
    tab.settled({"staff.agents": "1"})
    assert tab.curve() != before
    today, new = run(read_question(file)), run(read_question(file, ["staff.agents=1"]))
    for name in ("cash", "customers_end", "unserved_share", "value"):
        found, expected = tab.metric(name), new[name]
        assert (found["new"], found["low"], found["high"]) == (expected.mean, expected.low, expected.high)
        assert found["today"] == today[name].mean
    e = evaluate(read_question(file, ["staff.agents=1"]))
    tab.page.click("text=The curve as a table")
    rows = tab.page.locator("#levels tbody tr")
    playwright.expect(rows).to_have_count(len(e.levels))
    assert [float(rows.nth(n).locator("th").text_content()) for n in range(rows.count())] == list(e.levels)
    assert f"best {e.best:g}" in tab.page.locator(".chart.tall svg").text_content()
    commands = tab.page.locator("#commands").text_content()
    assert f"servsim run {file} --set staff.agents=1" in commands


WATCH = """
  window.captions = [];
  new MutationObserver(() => {
    const chart = document.querySelector(".chart.tall"), said = `${chart.querySelector("figcaption").textContent} ${chart.classList.contains("early") ? "(pale)" : ""}`.trim();
    if (window.captions.at(-1) !== said) window.captions.push(said);
  }).observe(document.getElementById("charts"), { subtree: true, childList: true, attributes: true, characterData: true });
"""
"""Notes what is written above the first curve as it changes."""


def test_the_first_year_is_drawn_pale_and_gives_way_to_all_years(tab):
    tab.page.evaluate(WATCH)
    tab.type("waiting.patience_minutes", "21")
    tab.settled({"waiting.patience_minutes": "21"})
    unit = "EUR in today's money"
    seen = tab.page.evaluate("window.captions")
    assert seen[-2:] == [f"Money of the first year only, {unit} (pale)", f"Money of 3 years, {unit}"]
    assert len(seen) <= 3
    rows = tab.page.locator("#years tbody tr")
    playwright.expect(rows).to_have_count(3)
    assert "…" not in tab.page.locator("#years").text_content()
    assert tab.page.locator('[data-figure="value"]').get_attribute("class") != "cell early"
    assert tab.page.locator('[data-figure="value"] h3').text_content() == "Money of 3 years, EUR"
    assert tab.page.locator("#far").text_content().startswith("Settled: 8 replications of 3 years;")


def test_moving_the_lever_walks_along_the_same_curve(tab, file):
    tab.page.click("text=The curve as a table")
    playwright.expect(tab.page.locator("#levels tbody tr")).to_have_count(6 + 1)
    curve = tab.page.locator("#levels").text_content()
    tab.type("investment.minutes_per_visit", "6")
    tab.settled({"investment.minutes_per_visit": "6"})
    assert tab.page.locator("#levels").text_content() == curve
    assert tab.page.locator(".chart.tall path.yours").count() == 1
    assert tab.metric("value")["new"] == run(read_question(file, ["investment.minutes_per_visit=6"]))["value"].mean


def test_an_impossible_value_gets_the_sentence_beside_its_field(tab):
    tab.type("staff.agents", "-1")
    wrong = tab.page.locator('[data-lever="staff.agents"] .wrong')
    playwright.expect(wrong).to_have_text("staff.agents is -1; it must be a whole number between 0 and 1,000.")
    field = tab.page.locator('[data-lever="staff.agents"] input[type="text"]')
    assert field.get_attribute("aria-invalid") == "true"
    assert field.get_attribute("aria-describedby") == wrong.get_attribute("id")
    tab.type("staff.agents", "2")
    playwright.expect(wrong).to_have_text("")
    tab.settled()


def test_a_question_too_large_is_refused_and_the_page_goes_on(tab):
    tab.type("demand.prospects_per_hour", "20000")
    playwright.expect(tab.page.locator("#mistakes")).to_contain_text("This is too large for the page")
    tab.page.click("#reset")
    tab.settled()
    playwright.expect(tab.page.locator("#mistakes")).to_be_empty()


def test_two_tabs_do_not_disturb_each_other(browser, served, tab, file):
    other = Tab(browser, served)
    tab.type("staff.agents", "1")
    other.type("staff.agents", "3")
    tab.type("waiting.patience_minutes", "5")
    tab.settled({"staff.agents": "1", "waiting.patience_minutes": "5"})
    other.settled({"staff.agents": "3"})
    mine = run(read_question(file, ["staff.agents=1", "waiting.patience_minutes=5"]))
    assert tab.metric("cash")["new"] == mine["cash"].mean
    assert other.metric("cash")["new"] == run(read_question(file, ["staff.agents=3"]))["cash"].mean
    assert other.wrong == []
    other.page.close()


def test_dragging_a_slider_shows_answers_on_the_way(tab):
    seen = set()
    for minutes in range(4, 16):
        tab.type("waiting.patience_minutes", str(minutes))
        tab.page.wait_for_timeout(150)
        seen.add(tab.metric("cash")["new"])
    tab.settled({"waiting.patience_minutes": "15"})
    assert len(seen) > 2


def test_every_setting_can_be_found_moved_and_put_back(tab, file):
    tab.page.fill("#search", "perception")
    playwright.expect(tab.page.locator("#found")).to_have_text("1 settings")
    field = tab.page.locator('#tables [data-key="quality.perception_sd"]')
    playwright.expect(field).to_be_visible()
    field.fill("2.5")
    field.press("Enter")
    tab.settled({"quality.perception_sd": "2.5"})
    new = run(read_question(file, ["quality.perception_sd=2.5"]))
    assert tab.metric("customers_end")["new"] == new["customers_end"].mean
    tab.page.click("#reset")
    tab.settled()
    assert field.input_value() == "0.5"


def test_a_mechanism_left_out_is_switched_on_by_moving_one_of_its_settings(tab):
    tab.page.fill("#search", "mistake share")
    field = tab.page.locator('#tables [data-key="mistakes.mistake_share"]')
    switch = tab.page.locator('#tables [data-key="mistakes.on"]')
    assert not switch.is_checked()
    field.fill("0.2")
    field.press("Enter")
    tab.settled({"mistakes.mistake_share": "0.2"})
    assert switch.is_checked()
    assert "Mistakes share" in tab.page.locator("#all").text_content()


def test_another_preset_begins_anew(tab):
    tab.type("staff.agents", "1")
    tab.page.select_option("#preset", "textbook")
    playwright.expect(tab.page.locator("#title")).to_have_text("M/M/2")
    tab.settled()
    assert tab.page.locator('[data-lever="staff.agents"] input[type="text"]').input_value() == "2"
    assert tab.page.locator('[data-figure="cash"]').count() == 0
    playwright.expect(tab.page.locator("#by-year")).to_be_hidden()


def test_the_desk_is_filmed_for_both_sides_and_can_be_wound(tab):
    tab.type("staff.agents", "1")
    tab.settled({"staff.agents": "1"})
    playwright.expect(tab.page.locator("#films figcaption")).to_have_text(["Today", "New"], timeout=PATIENCE)
    tab.page.locator("#seek").fill(str(11 * 3600))
    playwright.expect(tab.page.locator("#clock")).to_have_text("11:00")
    playwright.expect(tab.page.locator("#said")).to_contain_text("Today: ")


def test_what_is_taken_home_is_saved_under_a_name(tab, tmp_path):
    for words, name in (("Scenario (TOML)", "small-scenario.toml"), ("Table of levels (CSV)", "small-levels.csv")):
        with tab.page.expect_download() as saved:
            tab.page.click(f"text={words}")
        assert saved.value.suggested_filename == name
        path = tmp_path / name
        saved.value.save_as(path)
        assert path.stat().st_size > 300


def test_all_of_it_is_reached_by_the_keyboard(tab):
    order = []
    tab.page.locator("body").press("Tab")
    for _ in range(30):
        order.append(tab.page.evaluate("document.activeElement.id || document.activeElement.dataset.key || ''"))
        tab.page.keyboard.press("Tab")
    wanted = ["preset", "staff.agents", "reset", "seed", "lever"]
    assert [name for name in order if name in wanted] == wanted


@pytest.mark.parametrize("width", [360, 800, 1600])
def test_nothing_is_wider_than_the_screen(browser, served, width):
    tab = Tab(browser, served, viewport={"width": width, "height": 800})
    tab.type("staff.agents", "1")
    tab.settled({"staff.agents": "1"})
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.wrong == []
    tab.page.close()


def test_metrics_keep_their_place_while_they_change(tab):
    places = "[...document.querySelectorAll('.cell, #levers, .chart.tall')].map(e => JSON.stringify(e.getBoundingClientRect()))"
    before = tab.page.evaluate(places)
    tab.type("waiting.patience_minutes", "3")
    tab.page.wait_for_selector(".cell .was:not(:empty)")
    tab.settled({"waiting.patience_minutes": "3"})
    assert tab.page.evaluate(places) == before


def test_who_wants_no_motion_gets_a_film_that_stands_still(browser, served):
    tab = Tab(browser, served, reduced_motion="reduce")
    playwright.expect(tab.page.locator("#films canvas")).to_have_count(1, timeout=PATIENCE)
    tab.page.locator("#films").scroll_into_view_if_needed()
    playwright.expect(tab.page.locator("#play")).to_have_text("Play")
    tab.page.close()


@pytest.mark.parametrize("width", [360, 1200])
def test_axe_finds_nothing_serious(browser, served, width):
    """As it opens, with something moved, with a value refused, and with all that can be opened open."""
    tab = Tab(browser, served, viewport={"width": width, "height": 900})
    tab.page.evaluate((files("axe_core_python") / "axe.min.js").read_text("utf-8") + "\n;0")
    found = {"today": serious(tab)}
    tab.type("staff.agents", "1")
    tab.settled({"staff.agents": "1"})
    found["moved"] = serious(tab)
    tab.type("staff.agents", "-1")
    tab.page.wait_for_selector(".wrong:not(:empty)")
    found["refused"] = serious(tab)
    tab.type("staff.agents", "1")
    playwright.expect(tab.page.locator('[data-lever="staff.agents"] .wrong')).to_have_text("")
    tab.page.evaluate("document.querySelectorAll('details').forEach(box => { box.open = true; })")
    found["open"] = serious(tab)
    assert not any(found.values()), found
    tab.page.close()


def serious(tab: Tab) -> list[tuple[str, list[str], str]]:
    """What axe finds serious or critical on the page as it is."""
    found = tab.page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        (one["id"], node["target"], node["failureSummary"])
        for one in found["violations"] if one["impact"] in ("serious", "critical") for node in one["nodes"]
    ]  # fmt: skip


def test_a_closed_tab_leaves_no_work_behind(browser, served):
    other = Tab(browser, served)
    other.page.fill("#search", "years")
    other.page.locator('#tables [data-key="horizon.years"]').fill("50")
    other.page.keyboard.press("Enter")
    other.page.wait_for_selector(".setting.changed")
    other.page.wait_for_timeout(300)
    other.page.close()
    until = time.monotonic() + 10
    while served.page.answers.waiting and time.monotonic() < until:
        time.sleep(0.05)
    assert served.page.answers.waiting == {}
