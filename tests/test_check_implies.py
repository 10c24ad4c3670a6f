"""What `check` says a file implies: held against `run`, against closed forms, against the trace; and the words of it."""

import json
import math
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_opening_book import desk
from typer.testing import CliRunner

from servsim import run
from servsim.cli.commands import app
from servsim.engine_parameters import to_sheet
from servsim.event_codes import Happening, Kind, Reason
from servsim.model.fast import simulate
from servsim.model.rules.demand import KIND_BITS
from servsim.scenario.read import read_scenario
from servsim.scenario.scenario import Scenario
from servsim.show.check import outlook_parts
from servsim.study.check import first_year as look
from servsim.study.check.before_simulation import outlook
from servsim.study.check.first_year import CAUSES, METRICS, FirstYear, first_year, lost_by_cause
from servsim.study.check.first_year_against_stated import QUESTION, early, moving, sentences, staying, unserved, whole
from servsim.study.execution.options import HERE
from servsim.study.histories.opening_book import Book, book_of
from servsim.study.histories.steady_state import SettledBook
from servsim.study.run import Run
from servsim.units import DAY

ROOT = Path(__file__).parents[1]
FILES = sorted([*ROOT.glob("scenarios/*.toml"), *ROOT.glob("src/servsim/templates/*.toml")])
WIDE = {"bank-1999-relationship", "bank-1999", "phone"}
"""Files whose replications have so many visits that few are simulated; a hundredth is noise there."""


def invoked(*words: object) -> str:
    """What a command prints."""
    done = CliRunner().invoke(app, [*map(str, words)])
    assert done.exit_code == 0, done.output
    return done.stdout


# Held against `run`


@cache
def year_of(file: Path) -> FirstYear | None:
    """What `check` looks at."""
    return first_year(read_scenario(file))


def found(file: Path) -> Run:
    """What `run` finds in other replications; of one year, as nothing here is of later ones."""
    scenario = read_scenario(file)
    short = scenario.horizon.model_copy(update={"years": max(1.0, scenario.horizon.weeks * 7 / 365)})
    replications = 3 if file.stem in WIDE else 8
    return run(scenario.model_copy(update={"horizon": short}), replications=replications, controls=False, seed=2)


def of_run(result: Run, name: str) -> np.ndarray:
    """The same metric as `run` has it, replication by replication."""
    if name == "visits":
        return result.sample("arrivals") * 365 / 7
    return result.sample(name)


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_what_check_says_is_what_run_finds(file):
    year = year_of(file)
    if year is None:
        assert read_scenario(file).horizon.warmup_weeks > 0
        return
    result, known = found(file), dict(year.known())
    for number, metric in enumerate(METRICS):
        if metric.name in ("newcomers_stay", "wages_share") or metric.name not in known:
            continue
        said, true = year.metrics[:, number], of_run(result, metric.name)
        spread = np.concatenate([said - said.mean(), true - true.mean()])
        error = math.sqrt((spread**2).sum() / (len(spread) - 2) * (1 / len(said) + 1 / len(true)))
        little = 0.01 * abs(true.mean()) if file.stem in WIDE else 0.0
        assert abs(said.mean() - true.mean()) <= max(4 * error, little), (metric.name, said.mean(), true.mean(), error)


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_all_who_leave_leave_for_some_reason(file):
    year = year_of(file)
    if year is not None and year.stated_retention is not None:
        assert year.lost.sum(axis=1) == pytest.approx(1 - year.metrics[:, 0])
        shares = [own.share for own in year.scenario.segments] or [1.0]
        assert float(year.own.mean(axis=0) @ shares) == pytest.approx(1 - year.lost.sum(axis=1).mean(), abs=0.01)


@pytest.mark.parametrize("name", ["salon", "manager", "train-or-advertise"])
def test_wages_are_what_of_all_costs_is_neither_bought_nor_fixed(name):
    scenario = read_scenario(ROOT / f"scenarios/{name}.toml")
    year, result = year_of(ROOT / f"scenarios/{name}.toml"), found(ROOT / f"scenarios/{name}.toml")
    bought = sum(np.nan_to_num(result.sample(cost)) for cost in ("advertising_cost", "training_cost"))
    wages = result.sample("costs") - bought - 12 * scenario.money.fixed_costs_per_month
    assert year["wages_share"].mean == pytest.approx((wages / result.sample("revenue")).mean(), rel=0.03)


def test_newcomers_who_come_again_are_counted_one_by_one_in_the_trace():
    """Those who first came in the first 250 days, and whether they were ever won."""
    scenario = read_scenario(ROOT / "scenarios/salon.toml")
    came = won = 0
    for number in range(6):
        rows = simulate(to_sheet(scenario, 5, number)).rows
        of_street = rows[(rows[:, 2] >> KIND_BITS) == Kind.PROSPECT]
        first = of_street[(of_street[:, 1] == Happening.ARRIVED) & (of_street[:, 0] < 250 * DAY)]
        early = set(first[:, 2].tolist())
        came += len(early)
        won += len(early & set(of_street[of_street[:, 1] == Happening.WON, 2].tolist()))
    share = won / came
    year = year_of(ROOT / "scenarios/salon.toml")
    assert year["newcomers_stay"].mean == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / came))


# Held against closed forms

LASTING = {"tenure_slope": 0.0, "yearly_retention": 0.8}


def test_customers_satisfied_at_eight_stay_as_is_stated_and_nothing_is_said_of_it():
    """Without quality all are judged at 8: as many stay as the file says."""
    year = first_year(desk(loyalty=LASTING, demand={"gap_between_cv": 0.0, "opening_book": 1000}))
    assert year.stated_retention == pytest.approx(0.8)
    assert year["retention"].mean == pytest.approx(0.8, abs=0.015)
    assert staying(year) == []


def test_who_comes_every_three_years_stays_as_is_stated():
    seldom = {
        "visit_gap_days": 1095.0, "gap_between_cv": 0.0, "gap_distribution": "exponential", "opening_book": 1000,
    }  # fmt: skip
    year = first_year(desk(loyalty=LASTING, demand=seldom))
    assert year["retention"].mean == pytest.approx(0.8, abs=0.015)
    assert staying(year) == []


# Words, on metrics made by hand


def made(
    scenario: Scenario, satisfaction: float = 5.9, lost: tuple[float, ...] = (0.0,) * 4, **metrics: float
) -> FirstYear:
    """A year of five equal replications with these metrics."""
    row = [metrics.get(metric.name, math.nan) for metric in METRICS]
    return FirstYear(
        scenario, np.tile(row, (5, 1)), np.tile(lost, (5, 1)), np.full(5, satisfaction), np.full((5, 1), 0.5)
    )


@pytest.mark.parametrize(
    ("retention", "satisfaction", "lost", "said"),
    [
        (0.80, 5.9, (0.20, 0.0, 0.0, 0.0), None),
        (0.78, 5.9, (0.20, 0.02, 0.0, 0.0), None),
        (0.82, 8.4, (0.18, 0.0, 0.0, 0.0), None),
        (
            0.556, 5.94, (0.162, 0.282, 0.0, 0.0),
            "44 of 100 customers of today leave within a year. loyalty.yearly_retention = 0.8 may sound like 20, but is "
            "meant of customers satisfied at 8 of 10. Of the 44, 16 would have left anyway; 28 leave because they "
            "are less satisfied than that (5.9 at the end of the year). If you know how many of yours stay, change that setting until "
            "the table shows as many.",
        ),
        (
            0.60, 7.0, (0.17, 0.10, 0.08, 0.05),
            "40 of 100 customers of today leave within a year. loyalty.yearly_retention = 0.8 may sound like 20, but is "
            "meant of customers satisfied at 8 of 10. Of the 40, 17 would have left anyway; 10 leave because they "
            "are less satisfied than that (7.0 at the end of the year); 8 leave because something went wrong; 5 leave because rivals "
            "have become better. If you know how many of yours stay, change that setting until the table shows as many.",
        ),
        (
            0.87, 8.84, (0.13, 0.0, 0.0, 0.0),
            "87 of 100 customers of today are still there after a year, more than loyalty.yearly_retention = 0.8 says of "
            "customers satisfied at 8 of 10: they are more satisfied (8.8 at the end of the year).",
        ),
        (
            0.87, 7.8, (0.13, 0.0, 0.0, 0.0),
            "87 of 100 customers of today are still there after a year, more than loyalty.yearly_retention = 0.8 says of "
            "customers satisfied at 8 of 10.",
        ),
    ],
)  # fmt: skip
def test_that_fewer_or_more_stay_than_is_stated_is_said_with_the_reasons(retention, satisfaction, lost, said):
    year = made(desk(loyalty={"yearly_retention": 0.8}), satisfaction, lost, retention=retention)
    assert staying(year) == ([said] if said else [])


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"demand": {"opening_tenure": 10}}, ""),
        ({"demand": {"opening_tenure": 1}}, "they have few visits behind them: demand.opening_tenure"),
        ({"demand": {"opening_tenure": 1}, "loyalty": {"tenure_slope": 0.0}}, ""),
        (
            {"demand": {"opening_tenure": 0}, "loyalty": {"tenure_slope": 0.0, "early_loss": 0.4}},
            "they have few visits behind them: demand.opening_tenure",
        ),
        ({"spending": {"price_level": 1.2}}, "prices are higher: spending.price_level"),
    ],
)
def test_why_more_leave_in_any_case_than_is_stated(tables, said):
    assert early(desk(**tables)) == (f" (more than stated, as {said})" if said else "")
    year = made(desk(**tables), 5.9, (0.3, 0.0, 0.0, 0.0), retention=0.7)
    assert f"30 would have left anyway{early(desk(**tables))}." in staying(year)[0]


@pytest.mark.parametrize(
    ("shares", "total", "expected"),
    [
        ([0.162, 0.282, 0.0], 44, [16, 28, 0]),
        ([0.163, 0.284, 0.003], 45, [16, 29, 0]),
        ([0.334, 0.333, 0.333], 100, [34, 33, 33]),
    ],
)
def test_parts_in_whole_customers_add_up(shares, total, expected):
    assert whole(shares, total) == expected


@pytest.mark.parametrize(("share", "said"), [(0.15, False), (0.221, True), (math.nan, False)])
def test_that_staff_is_short_is_said_from_fifteen_in_a_hundred_on(share, said):
    words = unserved(made(desk(), unserved_share=share))
    assert [text[:37] for text in words] == (["22 of 100 visits are not served. If t"] if said else [])
    assert all("staff.agents" in text for text in words)


def test_a_book_that_is_far_from_the_settled_one_is_spoken_of_and_the_question_comes_last():
    today = desk(quality={"opening_satisfaction": 8.0})
    own = book_of(today).own[0]
    near, far = (
        SettledBook(today, Book((own,)), Book((replace(own, customers=own.customers * by),))) for by in (1.05, 1.5)
    )
    assert (moving(None), moving(near)) == ([], [])
    assert "open with the settled one, the last lines below" in moving(far)[0]
    assert "You need not change the opening book" in moving(far)[0]
    assert sentences(made(today, retention=0.8), far) == [QUESTION, *moving(far)]


def test_reasons_are_sorted_into_the_causes_that_are_told():
    fate = np.array(
        [0, Reason.NATURAL, Reason.CHANCE, Reason.WAIT, Reason.CARE, Reason.CARE, Reason.MISTAKE, Reason.COMPETITOR]
    )
    assert lost_by_cause(fate) == [2 / 8, 3 / 8, 1 / 8, 1 / 8]
    told = [reason for reasons in CAUSES.values() for reason in reasons]
    assert sorted([Reason.NONE, *told]) == sorted(Reason)


# What is shown


SHOP = """
[demand]
prospects_per_hour = 1
opening_book = 40
visit_gap_days = 20
[service]
core_minutes = 20
[waiting]
[quality]
opening_satisfaction = 5.0
[loyalty]
yearly_retention = 0.9
[spending]
[money]
currency = "CHF"
"""


@pytest.fixture
def unsettled(monkeypatch: pytest.MonkeyPatch) -> None:
    """No settled book is looked for, which takes longer than the rest."""
    monkeypatch.setattr("servsim.study.check.before_simulation.settled_book", lambda scenario: None)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A small shop as a file."""
    path = tmp_path / "shop.toml"
    path.write_text(SHOP)
    return path


def test_check_shows_the_year_and_the_same_as_json(shop):
    shown = invoked("check", shop)
    words = " ".join(shown.split())
    assert max(map(len, shown.splitlines())) <= 80
    order = (
        QUESTION, "What these settings imply", "customers today 40 demand.opening_book", "of 100, still there in a year",
        "customers in a year", "customers once settled", "newcomers who come again, of 100", "visits a year, served or not",
        "visits not served, of 100", "mean wait, min", "agents at work, of 100 minutes", "revenue a year, k CHF",
        "wages, of 100 CHF of revenue", "profit a year, ", "Averages over 20 simulated years; ±",
        "the file states no fixed costs, such as rent.", "of 100 customers of today leave within a year.",
        "Warning:", "If you open with the settled book",
    )  # fmt: skip
    places = [words.find(part) for part in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)
    told = json.loads(invoked("check", shop, "--json"))["implies"]
    assert [*told["metrics"]] == [metric.name for metric in METRICS]
    assert (told["replications"], told["stated_retention"], [*told["reasons"]]) == (20, 0.9, [*CAUSES])
    stay = told["metrics"]["retention"]
    assert f"{100 * stay['mean']:.1f} ± {50 * (stay['high'] - stay['low']):.1f} loyalty.yearly_retention" in words
    assert told["words"][0] == QUESTION
    assert all(text in words for text in told["words"])


@pytest.mark.usefixtures("unsettled")
def test_fixed_costs_are_part_of_the_profit_and_then_not_missed(shop):
    rent, free = (
        json.loads(invoked("check", shop, "--set", f"money.fixed_costs_per_month={own}", "--json")) for own in (1000, 0)
    )
    profits = [told["implies"]["metrics"]["profit"]["mean"] for told in (free, rent)]
    assert profits[0] - profits[1] == pytest.approx(12_000)
    assert "after goods, wages and fixed costs" in " ".join(
        invoked("check", shop, "--set", "money.fixed_costs_per_month=1000").split()
    )


WITHOUT_MONEY = ["revenue", "wages_share", "profit", "newcomers_stay"]
DESK = ["visits", "unserved_share", "wait_mean", "occupancy"]


@pytest.mark.usefixtures("unsettled")
@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ({"spending": {"on": False}}, ["retention", "customers_end", *DESK]),
        ({"loyalty": {"on": False}}, [*DESK, "revenue", "wages_share", "profit"]),
        ({"loyalty": {"on": False}, "spending": {"on": False}, "demand": {"opening_book": 0}}, DESK),
        (
            {"demand": {"opening_book": 0}},
            ["customers_end", "newcomers_stay", *DESK, "revenue", "wages_share", "profit"],
        ),
    ],
)
def test_what_does_not_apply_is_left_out(tables: dict[str, Any], expected: list[str], monkeypatch):
    monkeypatch.setattr(look, "REPLICATIONS", 4)
    scenario = desk(**tables)
    seen = outlook(scenario, "test", HERE)
    assert [name for name, _ in seen.year.known()] == expected
    shown = [part for part in outlook_parts(seen) if isinstance(part, str)]
    assert QUESTION in shown
    assert any("Profit is" in part for part in shown) is ("profit" in expected)
    retains = "retention" in expected
    assert (seen.year.stated_retention is not None, bool(seen.to_dict()["implies"]["reasons"])) == (retains, retains)


def test_nothing_is_shown_where_a_steady_state_is_asked_for():
    file = ROOT / "scenarios/erlang-a.toml"
    warmed = ["--set", "horizon.weeks=0.05", "--set", "staff.agents=55"]
    assert "imply" not in invoked("check", file, *warmed)
    assert json.loads(invoked("check", file, *warmed, "--json"))["implies"] is None


@pytest.mark.usefixtures("unsettled")
@pytest.mark.parametrize("few", [1, 3])
def test_few_replications_have_no_intervals(few, monkeypatch, shop):
    monkeypatch.setattr(look, "REPLICATIONS", few)
    shown = " ".join(invoked("check", shop).split())
    assert (
        f"From {'one simulated year' if few == 1 else '3 simulated years'}, as more would take too long here" in shown
    )
    assert "±" not in shown
    assert json.loads(invoked("check", shop, "--json"))["implies"]["metrics"]["visits"]["low"] is None


@pytest.mark.usefixtures("unsettled")
def test_a_desk_of_too_many_visits_is_told_so_and_not_looked_at(monkeypatch, shop):
    monkeypatch.setattr(look, "VISITS", 1000)
    shown = " ".join(invoked("check", shop).split())
    assert (
        "What these settings imply for the first year is not shown: with so many visits it would take too long" in shown
    )
    assert "Is that your business" not in shown


@pytest.mark.usefixtures("unsettled")
def test_a_window_that_is_no_year_is_named(shop):
    shown = " ".join(invoked("check", shop, "--set", "horizon.weeks=8").split())
    assert "customers after 8 weeks" in shown
    assert "Averages over 20 simulated stretches of 8 weeks" in shown
    assert "Of the " not in shown


@pytest.mark.usefixtures("unsettled")
def test_segments_are_shown_below_the_whole():
    told = json.loads(invoked("check", ROOT / "scenarios/public-office.toml", "--json"))["implies"]
    assert [*told["segments"]] == ["residents", "tradespeople"]
    whole_book = 0.85 * told["segments"]["residents"]["mean"] + 0.15 * told["segments"]["tradespeople"]["mean"]
    assert whole_book == pytest.approx(told["metrics"]["retention"]["mean"], abs=0.005)


@pytest.mark.usefixtures("unsettled")
def test_ctrl_c_ends_check_with_a_sentence_and_shows_nothing(typed, monkeypatch, shop):
    told = iter([look.counted] * 2)

    def counted(*words: Any) -> Any:
        if (count := next(told, None)) is None:
            raise KeyboardInterrupt
        return count(*words)

    monkeypatch.setattr(look, "counted", counted)
    code, out, said = typed("check", shop)
    assert (code, out) == (130, "")
    assert said.startswith("2 of 20 replications are finished; none are kept.\n")


@pytest.mark.usefixtures("unsettled")
def test_check_is_silent_beside_its_answer(typed, shop):
    for words in ((), ("--quiet",), ("--json",)):
        code, _, said = typed("check", shop, *words)
        assert (code, said) == (0, "")
