"""The settled book: held against a closed form, against ten years of its own, and against what `check` prints of it."""

import json
import tomllib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from servsim.cli.commands import app
from servsim.engine_parameters import in_world, to_sheet
from servsim.event_codes import Happening
from servsim.model.compilation import readable
from servsim.model.rules.quality_and_satisfaction import judged
from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.show.check import book_lines, outlook_parts
from servsim.study.check.before_simulation import outlook, unsettled
from servsim.study.execution.replications import PIECE, engine_named
from servsim.study.histories import steady_state as search
from servsim.study.histories.opening_book import Book, Own, as_loyal, book_of, staying_by_tenure, with_book
from servsim.study.histories.steady_state import MEMBER, SettledBook, extent, members, moves, ratchet, settled_book
from servsim.units import DAY, MILLIONTHS, YEAR

STREET = 1 << 60
"""The key of the first candidate of the first day."""


def desk(**tables: Any) -> Scenario:
    """A desk for ever open, with agents enough, whose customers spend and may leave."""
    usual = {
        "opening": {"always": True},
        "demand": {"prospects_per_hour": 0.02, "opening_book": 300, "visit_gap_days": 60.0},
        "staff": {"agents": 3},
        "service": {"core_minutes": 10.0},
        "spending": {"conversion": 0.9, "conversion_slope": 0.0, "second_thought_probability": 0.0},
        "loyalty": {},
    }
    both = {name: usual.get(name, {}) | own if isinstance(own, dict) else own for name, own in (usual | tables).items()}
    return checked(both, "desk")


# Where it leads


@pytest.mark.parametrize("customers", [150, 600])
def test_where_nothing_but_chance_decides_the_settled_number_is_that_of_the_closed_form(customers):
    """Customers leave at each visit with 1 − r^(g/365), and a newcomer must not leave at the first."""
    book = settled_book(
        desk(
            demand={"opening_book": customers, "gap_between_cv": 0.0, "prospects_per_hour": 0.04},
            loyalty={"yearly_retention": 0.7, "tenure_slope": 0.0},
        )
    )
    stays = 0.7 ** (60 / 365)
    won = 0.04 * 24 * 365 * 0.9 * stays
    assert book is not None
    assert book.settled.customers == pytest.approx(won / ((1 - stays) * 365 / 60), rel=0.04)
    assert book.is_far


JUDGING = {
    "waiting": {},
    "quality": {"opening_satisfaction": 8.5},
    "investment": {"minutes_per_visit": 3.0},
    "loyalty": {"tenure_slope": 0.3, "yearly_retention": 0.75},
    "demand": {"prospects_per_hour": 0.12, "opening_book": 400, "gap_between_cv": 0.2},
}


def ten_years(scenario: Scenario, replications: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Customers at the end of each of ten years, and the satisfaction that is judged by in it, over some replications."""
    sheet, customers, points = to_sheet(scenario), [], []
    for number in range(replications):
        rows = np.concatenate([*engine_named("fast").pieces(in_world(sheet, 77, number, 10 * YEAR), PIECE)])
        won, lost, judging = (rows[rows[:, 1] == word] for word in (Happening.WON, Happening.LOST, Happening.JUDGED))
        by_year = [np.bincount(own[:, 0] // YEAR, minlength=10) for own in (won, lost, judging)]
        customers.append(scenario.demand.opening_book + np.cumsum(by_year[0] - by_year[1]))
        points.append(np.bincount(judging[:, 0] // YEAR, judging[:, 4] / MILLIONTHS) / by_year[2])
    return np.mean(customers, axis=0), np.mean(points, axis=0)


def test_a_settled_book_neither_grows_nor_declines_in_ten_years_and_stays_as_satisfied():
    """Today's does both: it loses a third of its customers and two points of their satisfaction."""
    today = desk(**JUDGING)
    book = settled_book(today)
    assert book is not None
    assert book.is_far
    settled = with_book(today, book.settled)
    customers, points = ten_years(settled)
    assert np.abs(customers / book.settled.customers - 1).max() < 0.06
    assert np.ptp(points) < 0.1
    customers, points = ten_years(today)
    assert customers[-1] < 0.75 * today.demand.opening_book
    assert np.ptp(points) > 0.5


def test_from_the_settled_book_nothing_is_far_any_more():
    book = settled_book(desk(**JUDGING))
    assert book is not None
    again = settled_book(with_book(book.scenario, book.settled))
    assert again is not None
    assert not again.is_far


def test_what_drifts_and_who_opens_next_door_is_no_part_of_where_today_leads():
    rivals = {"rival_quality": [7.0], "rival_drift": 0.0}
    still, moving = (
        settled_book(desk(**JUDGING | {"competitors": rivals | more, "quality": JUDGING["quality"] | drift}))
        for more, drift in (
            ({}, {}),
            ({"rival_drift": 1.0, "newcomer_quality": 9.0, "newcomer_week": 1.0}, {"should_drift": 0.5}),
        )
    )
    assert still is not None
    assert moving is not None
    assert moving.settled == still.settled


def test_every_segment_has_a_tenure_and_a_satisfaction_of_its_own():
    """Those who come seldom have judged less often, and those whose visits are hasty judge worse."""
    segments = [
        {"name": "often", "share": 0.5, "demand": {"visit_gap_days": 20.0}},
        {"name": "seldom", "share": 0.5, "demand": {"visit_gap_days": 180.0}, "investment": {"minutes_per_visit": 1.0}},
    ]
    book = settled_book(desk(**JUDGING, segments=segments))
    assert book is not None
    often, seldom = book.settled.own
    assert seldom.satisfaction < often.satisfaction - 1
    opened = with_book(book.scenario, book.settled)
    assert book_of(opened).customers == book.settled.customers
    assert [(own.tenure, own.satisfaction, own.expectation) for own in book_of(opened).own] == [
        (own.tenure, own.satisfaction, own.expectation) for own in book.settled.own
    ]
    assert opened.segments[1].investment.minutes_per_visit == 1.0
    assert opened.segments[0].investment is None


# Read by hand


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], (0, 0, 50.0)),
        ([(0.5, Happening.WON), (1.5, Happening.LOST)], (0, 0, 50.0)),
        ([(2.5, Happening.WON)], (1, 0, 50.75)),
        ([(3.0, Happening.WON_BACK), (3.0, Happening.LOST), (3.0, Happening.LOST)], (1, 2, 49.5)),
    ],
)
def test_customers_won_and_lost_count_in_the_later_half(rows, expected):
    """Of four years the last two; the mean number is over those."""
    told = np.array([(int(year * YEAR), what, 7, -1, 0) for year, what in rows], np.int64).reshape(-1, 5)
    assert moves(told, 50, 4) == pytest.approx(expected)


def test_members_are_read_from_who_remains_and_from_their_visits():
    """Customer 3 was served twice since the opening, and expects more by a tenth of what the better visit had more."""
    sheet = readable(to_sheet(desk(quality={"opening_satisfaction": 6.0, "opening_expectation": 7.0})))
    rows = [
        (1 * DAY, Happening.FINISHED, 3, 0, 9 * MILLIONTHS),
        (2 * DAY, Happening.FINISHED, STREET, 0, 8 * MILLIONTHS),
        (3 * DAY, Happening.FINISHED, 3, 0, 5 * MILLIONTHS),
        (4 * DAY, Happening.FINISHED, 4, 0, 5 * MILLIONTHS),
        (YEAR, Happening.REMAINS, 3, -1, 5 * MILLIONTHS),
        (YEAR, Happening.REMAINS, 9, -1, 6 * MILLIONTHS),
        (YEAR, Happening.REMAINS, STREET, -1, 7 * MILLIONTHS),
    ]
    found = members(sheet, np.array(rows, np.int64))
    assert found["served"].tolist() == [12, 10, 1]
    assert found["satisfaction"].tolist() == [5.0, 6.0, 7.0]
    assert found["should"].tolist() == pytest.approx([7.2, 7.0, 7.1])


@pytest.mark.parametrize("price", [1.0, 1.4])
def test_what_should_happen_is_reckoned_for_many_as_the_rule_reckons_it_for_one(price):
    sheet = readable(to_sheet(desk(quality={"should_ratchet": 0.3}, spending={"price_level": price})))
    random = np.random.default_rng(5)
    found = np.zeros(40, MEMBER)
    found["should"] = before = random.uniform(0, 10, 40)
    quality = random.uniform(0, 10, 40)
    ratchet(sheet, found, np.arange(40), quality)
    assert found["should"] == pytest.approx(
        [judged(sheet, 0, 5, 6.0, 6.0, should, points, 0)[2] for should, points in zip(before, quality, strict=True)]
    )


def test_where_tenure_does_not_bind_all_tenures_stay_a_year_alike():
    """Six visits, each with r^(60/365); with a slope the newer leave more, until the next visit is the tenth."""
    alike = staying_by_tenure(readable(to_sheet(desk(loyalty={"tenure_slope": 0.0}))), 0)
    assert alike == pytest.approx(np.full(11, 0.8 ** (6 * 60 / 365)))
    binding = staying_by_tenure(readable(to_sheet(desk(loyalty={"tenure_slope": 0.4}))), 0)
    assert (np.diff(binding[:10]) > 0).all()
    assert binding[9:] == pytest.approx(alike[9:])


@pytest.mark.parametrize(
    ("by_tenure", "served", "tenure"),
    [
        ([0.2, 0.6, 0.8, 0.9], [0, 3], 1),
        ([0.2, 0.6, 0.8, 0.9], [3, 3], 3),
        ([0.5, 0.5, 0.5, 0.5], [0, 3, 3], 2),
        ([0.0, 0.9, 0.9, 0.9], [1, 3, 3], 2),
    ],
)
def test_alike_customers_have_the_tenure_with_which_as_many_stay(by_tenure, served, tenure):
    assert as_loyal(np.array(by_tenure), np.array(served)) == tenure


def own(customers: float = 100.0, satisfaction: float | None = 7.0, staying: float = 0.7) -> Own:
    """Customers of a segment."""
    return Own(customers, 5, satisfaction, satisfaction, staying, customers * 6.0)


@pytest.mark.parametrize(
    ("today", "far"),
    [
        ([own(), own()], False),
        ([own(109), own(109)], False),
        ([own(120), own(120)], True),
        ([own(60), own(140)], False),
        ([own(), own(satisfaction=6.6)], True),
        ([own(), own(staying=0.85)], True),
        ([own(satisfaction=None), own()], False),
    ],
)
def test_a_book_is_far_in_number_in_satisfaction_or_in_how_it_stays(today, far):
    assert Book(tuple(today)).is_far_from(Book((own(), own()))) is far


# What check says


def lines_of(book: SettledBook) -> dict[str, Any]:
    """The lines that are printed, read as a file."""
    return tomllib.loads("\n".join(book_lines(book)))


def test_the_lines_are_those_of_a_file_and_mean_the_book():
    today = desk(**JUDGING)
    book = SettledBook(today, book_of(today), Book((Own(1_234_567.2, 4, 6.75, 7.1, 0.5, 9e6),)))
    assert lines_of(book) == {
        "demand": {"opening_book": 1234567, "opening_tenure": 4},
        "quality": {"opening_satisfaction": 6.75, "opening_expectation": 7.1},
    }
    assert book_lines(book)[1] == "opening_book = 1234567      # today 400"
    assert book_of(with_book(today, book.settled)).own[0].tenure == 4


def test_the_lines_of_segments_are_under_their_names():
    segments = [
        {"name": 'big "spenders"', "share": 0.25, "quality": {"opening_satisfaction": 8.0}},
        {"name": "others", "share": 0.75, "quality": {"on": False}},
    ]
    today = desk(**JUDGING, segments=segments)
    settled = Book((Own(30.0, 4, 6.75, 7.0, 0.5, 1.0), Own(70.0, 3, None, None, 0.5, 1.0)))
    assert lines_of(SettledBook(today, book_of(today), settled)) == {
        "demand": {"opening_book": 100},
        "segments": [
            {
                "name": 'big "spenders"',
                "demand": {"opening_tenure": 4},
                "quality": {"opening_satisfaction": 6.75, "opening_expectation": 7.0},
            },
            {"name": "others", "demand": {"opening_tenure": 3}},
        ],
    }


GROWING = """
[opening]
always = true
[demand]
prospects_per_hour = 0.05
opening_book = 100
[loyalty]
[spending]
[quality]
opening_satisfaction = 9.5
"""


def test_check_offers_a_book_with_todays_values_beside_it(tmp_path):
    file = tmp_path / "growing.toml"
    file.write_text(GROWING)
    shown = CliRunner().invoke(app, ["check", str(file)]).stdout
    words = " ".join(shown.split())
    assert "the opening book is not settled: under today's policy 100 customers become" in words
    assert "and their satisfaction goes from 9.5 to" in words
    assert "put these lines in place of those in the file: [demand] opening_book = " in words
    assert "# today 100 opening_tenure = " in words
    assert "value adds up 10 years (horizon.years), all of them simulated." in words
    assert max(map(len, shown.splitlines())) <= 80
    told = json.loads(CliRunner().invoke(app, ["check", str(file), "--json"]).stdout)
    assert told["years"] == 10
    assert told["settled_book"]["is_far"]
    offered = told["settled_book"]["settings"]
    assert [change["setting"] for change in offered] == [
        "demand.opening_book", "demand.opening_tenure", "quality.opening_satisfaction", "quality.opening_expectation",
    ]  # fmt: skip
    assert [change["today"] for change in offered] == [100, 10, 9.5, 9.5]
    assert f"opening_book = {offered[0]['settled']}" in words


NO_BOOK = "No settled book is offered"


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"loyalty": {"on": False}}, False),
        ({"spending": {"on": False}}, False),
        ({"horizon": {"weeks": 4.0, "warmup_weeks": 1.0}}, False),
        ({"demand": {"opening_book": 0}}, False),
        ({"demand": {"prospects_per_hour": 0.0}}, True),
        ({"demand": {"opening_book": 100_000}}, True),
    ],
)
def test_no_book_is_offered_where_none_is_asked_for_or_found(tables, said):
    look = outlook(desk(**tables), "test")
    assert look.book is None
    assert any(NO_BOOK in part for part in outlook_parts(look) if isinstance(part, str)) is said


def test_a_desk_that_grows_too_large_is_given_up(monkeypatch):
    monkeypatch.setattr(search, "ROWS_AT_MOST", 50_000)
    assert settled_book(desk(demand={"opening_book": 10, "prospects_per_hour": 1.0}, staff={"agents": 10})) is None


def test_a_book_that_is_nearly_settled_is_not_offered():
    today = desk(**JUDGING)
    near = Book((replace(book_of(today).own[0], satisfaction=8.4),))
    look = outlook(desk(spending={"on": False}), "test")
    for settled, offered in ((near, False), (Book((replace(near.own[0], satisfaction=7.9),)), True)):
        parts = outlook_parts(replace(look, book=SettledBook(today, book_of(today), settled)))
        assert any("opening_book =" in part for part in parts if isinstance(part, str)) is offered


def test_that_settled_customers_come_more_often_is_said_where_no_file_can_say_it():
    today = desk(**JUDGING)
    own = book_of(today).own[0]
    alike, often = (
        SettledBook(today, Book((own,)), Book((replace(own, visits=own.visits * by),))) for by in (1.05, 1.2)
    )
    assert unsettled(alike) == []
    (words,) = unsettled(often)
    assert words.startswith("settled customers come 20 % more often than a file can say of today's")


@pytest.mark.parametrize(
    ("customers", "gap", "expected"), [(0, 60.0, (10, 8)), (2_000, 30.0, (9, 1)), (10_000_000, 30.0, (5, 0))]
)
def test_a_search_is_as_long_as_its_visits_allow(customers, gap, expected):
    assert extent(desk(demand={"opening_book": customers, "visit_gap_days": gap})) == expected
