"""The report: whole in one file, its numbers those of `evaluate`, its words safe, its parts there."""

import base64
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import servsim_here

from servsim.cli.report import command, report
from servsim.errors import ServsimError
from servsim.scenario.read import checked, read_scenario
from servsim.show.evaluation_summary import lines
from servsim.show.formatting import cell_text, level, sentence, with_half
from servsim.show.report.html_report import coded, report_page
from servsim.show.report.settings_section import evidence, groups
from servsim.show.years_ahead import payback_words
from servsim.study.report_contents import findings

FILE = """
title = "Shop <b>& more</b> </title>"
[opening]
monday = "09:00-15:00"
[demand]
prospects_per_hour = 4
opening_book = 60
visit_gap_days = 7
[staff]
agents = 2
[investment]
minutes_per_visit = 6
[waiting]
[quality]
[loyalty]
yearly_retention = 0.7
[spending]
[[segments]]
name = "<i>best</i>"
share = 1.0
[segments.spending]
basket_mean = 30
[horizon]
weeks = 10
years = 2
[uncertain]
loyalty.yearly_retention = [0.5, 0.9]
[evaluate]
levels = [0, 2, 6, 10]
replications = 4
constraints = ["abandoned_share <= 0.9"]
"""
SECTIONS = ("question", "advice", "years", "why", "time", "today", "rests", "method", "again", "settings")
VOID = {"meta", "img", "br"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A scenario file whose words would break a page that does not look out."""
    path = tmp_path_factory.mktemp("report") / "shop.toml"
    path.write_text(FILE)
    return path


@pytest.fixture(scope="module")
def found(shop):
    """What its report tells."""
    return findings(read_scenario(shop))


@pytest.fixture(scope="module")
def page(found):
    """The report."""
    return report_page(found, "servsim report shop.toml --seed 1")


class Reader(HTMLParser):
    """A page taken apart; every element must be closed by its own end."""

    def __init__(self, page):
        super().__init__()
        self.open, self.elements, self.text = [], [], []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def all(self, tag):
        """The attributes of every element with this name."""
        return [attributes for name, attributes in self.elements if name == tag]


def test_the_page_is_well_formed_and_has_every_section(page):
    reader = Reader(page)
    assert [own["id"] for own in reader.all("h2")] == list(SECTIONS)
    assert [own["aria-labelledby"] for own in reader.all("section")] == list(SECTIONS)
    assert reader.all("html") == [{"lang": "en"}]
    assert len(reader.all("h1")) == len(reader.all("main")) == len(reader.all("title")) == 1


def test_the_page_needs_nothing_else(page):
    reader = Reader(page)
    assert {"script", "link", "iframe"}.isdisjoint(tag for tag, _ in reader.elements)
    assert all(own["src"].startswith("data:image/") for own in reader.all("img"))
    assert not re.search(r"https?://|url\(|@import", page)


def test_every_plot_is_told_to_who_cannot_see_it(page):
    images = Reader(page).all("img")
    assert len(images) >= 9
    assert all(len(own["alt"]) > 20 for own in images)
    for own in images:
        kind, data = own["src"].split(";base64,")
        assert base64.b64decode(data).startswith(b"<?xml" if kind.endswith("svg+xml") else b"\x89PNG")


def test_titles_and_names_are_text_and_nothing_else(page):
    assert "Shop <b>" not in page
    assert "<i>best" not in page
    assert "Shop &lt;b&gt;&amp; more" in page
    assert "&lt;i&gt;best&lt;/i&gt;" in page


def test_tables_say_what_their_columns_and_rows_are(page):
    reader = Reader(page)
    heads = [own for own in reader.all("th") if own.get("scope") in ("col", "row")]
    assert len(heads) == len(reader.all("th"))
    assert len(reader.all("table")) == len([own for own in reader.all("div") if own.get("role") == "region"])


def test_numbers_are_those_of_evaluate(page, found):
    e = found.evaluation
    text = "".join(Reader(page).text)
    for about, said in lines(e, found.staff):
        assert about in text
        assert said in text
    for value in e.levels:
        cells = re.search(rf'<tr[^>]*><th scope="row">{level(value)}(?: [a-z~! ]+)?</th>(.*?)</tr>', page)[1]
        assert cell_text(e.at(value, "retention").mean, "retention") in cells


def test_numbers_are_those_of_evaluate_json(shop, found):
    done = servsim_here("evaluate", shop, "--no-staff", "--no-doubt", "--json")
    assert done.returncode == 0, done.stderr
    told, e = json.loads(done.stdout), found.evaluation
    assert (told["best"], told["today"], told["digest"]) == (e.best, e.today, e.to_dict()["digest"])
    for own in told["levels"]:
        assert own["metrics"]["value"]["mean"] == pytest.approx(e.at(own["level"], "value").mean, rel=1e-12)


def test_the_years_ahead_are_those_of_todays_level_and_of_the_best(page, found):
    e = found.evaluation
    assert e.best not in (None, e.today)
    for value, words in ((e.today, f"{level(e.today)} (today)"), (e.best, level(e.best))):
        caption = f"investment.minutes_per_visit = {words}, by year"
        (table,) = [part for part in page.split("<table>") if f"<caption>{caption}</caption>" in part]
        cells = re.search(r'<th scope="row">revenue, k EUR</th>(.*?)</tr>', table)[1]
        assert re.findall("<td>(.*?)</td>", cells) == [
            with_half(e.of_year(value, year, "revenue"), 1e3) for year in (1, 2)
        ]


def test_the_payback_is_told_and_drawn(page, found):
    e = found.evaluation
    words = sentence(payback_words(e, e.payback(e.best)))
    assert words in "".join(Reader(page).text)
    assert sum("The years ahead." in own["alt"] for own in Reader(page).all("img")) == 1
    assert sum(own["alt"] == words for own in Reader(page).all("img")) == 1


def test_the_same_findings_give_the_same_page(found, page):
    assert report_page(found, "servsim report shop.toml --seed 1") == page


def test_how_to_get_the_same_again_is_said(page, found):
    for words in ("servsim report shop.toml --seed 1", found.evaluation.to_dict()["digest"], ">seed</dt><dd>1<"):
        assert words in page
    again = command(Path("my shop.toml"), ["staff.agents=3", "title=A B"], 8, 5)
    assert again == "servsim report 'my shop.toml' --set staff.agents=3 --set 'title=A B' --replications 8 --seed 5"


def test_settings_tell_given_ones_from_defaults(found):
    some = {group.name: group for group in groups(found.scenario)}
    staff = {line.setting.key: (line.value, line.given) for line in some["staff"].lines}
    assert staff["agents"] == ("2", True)
    assert staff["wage_per_hour"][1] is False
    assert [line.value for line in some["segment <i>best</i>"].lines] == ["30"]
    assert "outreach" not in some
    assert "optimise" not in some
    assert next(line.unit for line in some["staff"].lines if line.setting.key == "wage_per_hour") == "EUR/h"
    counts = evidence(list(some.values()))
    assert sum(counts.values()) == sum(line.setting.is_number for group in some.values() for line in group.lines)
    assert counts["given"] >= 9


def test_what_a_person_types_looks_like_it_and_nothing_else_does():
    assert coded("`servsim run` & <b>") == "<code>servsim run</code> &amp; &lt;b&gt;"


def test_a_textbook_desk_has_a_report_too():
    """Nobody stays, spends or is satisfied, and the best level is today's: what there is nothing to say of is left out."""
    desk = {
        "title": "M/M/2", "opening": {"always": True}, "demand": {"prospects_per_hour": 10.0, "opening_book": 0},
        "staff": {"agents": 2}, "service": {"core_minutes": 5.0, "core_distribution": "exponential"}, "horizon": {"weeks": 0.2},
        "evaluate": {"lever": "staff.agents", "levels": [2.0, 1.0], "objective": "wait_mean", "replications": 3},
    }  # fmt: skip
    reader = Reader(report_page(findings(checked(desk, "test")), "servsim report desk.toml"))
    assert [own["id"] for own in reader.all("h2")] == [name for name in SECTIONS if name not in ("why", "years")]


def test_the_command_writes_the_page_and_says_the_advice(shop, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    report(shop, overrides=["horizon.weeks=3", "horizon.years=0.5"], replications=2, output=Path("made.html"))
    shown = capsys.readouterr()
    assert "minutes of care per visit" in shown.out
    assert "Report: made.html" in shown.err
    assert Path("made.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    with pytest.raises(ServsimError, match=re.escape("--output made.pdf: it must end in .html.")):
        report(shop, output=Path("made.pdf"))
