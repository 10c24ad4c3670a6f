"""Word of mouth that grows without end: expected, refused before the run, stopped during it; and what `check` says."""

import math
from pathlib import Path
from typing import Any

import pytest
from test_cli import no_nan, servsim

from servsim.engine_parameters import to_sheet
from servsim.errors import ScenarioError, ServsimError
from servsim.event_codes import Happening
from servsim.model.fast import simulate
from servsim.scenario.read import checked
from servsim.study.check.before_simulation import outlook
from servsim.study.cost_estimate import affordable
from servsim.study.execution import replications as engines
from servsim.study.execution.replications import REFERRED_AT_MOST, REFERRED_FOR_EACH, counted, watch
from servsim.study.expected_visits import reproduction, weekly_visits

OPEN = {"opening": {"monday": "09:00-17:00"}, "demand": {"prospects_per_hour": 10.0}}
"""80 prospects a week come by themselves."""
LOYAL = {
    "spending": {"conversion": 0.5},
    "loyalty": {"natural_churn": 0.0, "satisfaction_slope": 0.5, "yearly_retention": 0.5},
}
"""Of the served half buy; of customers at 8 points half stay for a year."""
YEARLY = {"demand": {"prospects_per_hour": 10.0, "visit_gap_days": 365.0, "gap_between_cv": 0.0}}
TWICE_A_YEAR = {"demand": {"prospects_per_hour": 10.0, "visit_gap_days": 182.5, "gap_between_cv": 0.0}}


def told(mentions: float, share: float, **others: Any) -> dict[str, Any]:
    """Word of mouth by which so many are told by a customer at 8 points, a share of whom come."""
    return {"word_of_mouth": {"mentions": mentions, "referral_share": share} | others}


def scenario_of(*tables: dict[str, Any]) -> Any:
    """The open desk with these tables."""
    merged: dict[str, Any] = dict(OPEN)
    for own in tables:
        merged |= own
    return checked(merged, "test")


# How many others a newcomer brings

BROUGHT = [
    ("nobody tells anybody", [LOYAL, YEARLY], 0.0),
    ("told by nobody who counts", [told(2.0, 0.25, on=False)], 0.0),
    ("one visit, 2 told, a quarter of them come", [told(2.0, 0.25)], 0.5),
    ("at 8 points nobody is delighted", [told(2.0, 0.25, praises=3.0), {"quality": {"opening_satisfaction": 8.0}}], 0.5),
    ("at 9 points all are", [told(2.0, 0.25, praises=3.0), {"quality": {"opening_satisfaction": 9.0}}], 0.75),
    ("half buy, and come again 1 time on average", [told(2.0, 0.25), LOYAL, YEARLY], 1.5 * 0.5),
    ("twice a year: 1 / (√2 − 1) times", [told(2.0, 0.25), LOYAL, TWICE_A_YEAR], (1 + 0.5 / (math.sqrt(2) - 1)) * 0.5),
    ("natural churn is within that half", [told(2.0, 0.25), LOYAL | {"loyalty": {"yearly_retention": 0.5, "natural_churn": 0.2}}, YEARLY], 1.5 * 0.5),
    ("a point more: √e times", [told(0.0, 0.25, praises=2.0), LOYAL, YEARLY, {"quality": {"opening_satisfaction": 9.0}}],
     (1 + 0.5 * math.exp(0.5)) * 0.5),
    ("nothing to buy: nobody becomes a customer", [told(2.0, 0.25), {"loyalty": LOYAL["loyalty"]}, YEARLY], 0.5),
    ("nobody stays where there is no loyalty", [told(2.0, 0.25), {"spending": LOYAL["spending"]}, YEARLY], 0.5),
]  # fmt: skip
"""What is the case, what differs from the open desk, how many others a newcomer brings."""


@pytest.mark.parametrize(("tables", "expected"), [pytest.param(*case[1:], id=case[0]) for case in BROUGHT])
def test_how_many_others_a_newcomer_brings(tables, expected):
    assert reproduction(scenario_of(*tables)) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("share", "times"), [(0.0, 1), (0.25, 2), (0.4, 5), (0.475, 20), (0.6, 20)])
def test_visits_to_reckon_with_are_those_of_all_who_are_brought(share, times):
    """1 / (1 − m) for each who comes by themselves, and 20 times at most."""
    assert weekly_visits(scenario_of(told(2.0, share))) == pytest.approx(80 * times)


FEW_DAYS = {"referral_days": 0.5, "potential_customers": 0}
QUICK = {"staff": {"agents": 20}, "service": {"core_minutes": 1.0}, "opening": {"always": True}}


def referred_for_each(scenario: Any) -> float:
    """Referred prospects for each who came by themselves, in a simulated replication."""
    rows = simulate(to_sheet(scenario))
    referred = len(rows.of(Happening.REFERRED))
    return referred / (len(rows.of(Happening.ARRIVED)) - referred)


def test_where_a_newcomer_brings_half_another_as_many_are_brought_as_come_by_themselves():
    desk = scenario_of(told(2.0, 0.25, **FEW_DAYS), QUICK, {"horizon": {"weeks": 8.0}})
    assert referred_for_each(desk) == pytest.approx(1.0, rel=0.1)


OF_TWO_KINDS = {"segments": [{"name": "few", "share": 0.25} | told(3.0, 0.5, referral_days=0.5),
                             {"name": "many", "share": 0.75} | told(0.5, 0.5, referral_days=0.5)]}  # fmt: skip
"""Those whom a newcomer brings are of either kind, whoever brought them: m = 0.25 · 1.5 + 0.75 · 0.25 = 0.5625."""


def test_where_one_kind_of_customer_brings_more_than_one_other_growth_may_end_all_the_same():
    desk = scenario_of(told(0.0, 0.5, **FEW_DAYS), OF_TWO_KINDS, QUICK, {"horizon": {"weeks": 8.0}})
    assert referred_for_each(desk) == pytest.approx(0.5625 / (1 - 0.5625), rel=0.15)


def test_a_newcomer_is_of_any_kind():
    desk = scenario_of(told(0.0, 0.5, **FEW_DAYS), OF_TWO_KINDS)
    assert reproduction(desk) == pytest.approx(0.5625)


def test_who_comes_more_often_tells_more_often():
    """Customers who stay half a year on average come (1 + cv²) times as often as at the mean gap.

    Visits of a customer with the gap g are about L / g, L the time stayed, and E[1 / g] = (1 + cv²) / E[g].
    """
    daily = {"demand": {"prospects_per_hour": 10.0, "visit_gap_days": 1.0}}
    alike, apart = ({"demand": daily["demand"] | {"gap_between_cv": cv}} for cv in (0.0, 1.0))
    few = told(0.01, 0.1)
    assert reproduction(scenario_of(few, LOYAL, apart)) == pytest.approx(
        2 * reproduction(scenario_of(few, LOYAL, alike)), rel=0.05
    )


# Refused before the run


def test_growth_without_end_is_refused():
    with pytest.raises(ScenarioError) as refusal:
        affordable(scenario_of(told(2.0, 0.6, potential_customers=0)), "grows.toml", None)
    assert str(refusal.value) == (
        "grows.toml: word of mouth would grow without end: every newcomer would bring about 1.20 others; lower "
        "word_of_mouth.praises, mentions or referral_share, or say in word_of_mouth.potential_customers how many there are."
    )


@pytest.mark.parametrize(("mentions", "potential"), [(2.0, 10_000), (1.6, 0), (1.6, 10_000)])
def test_growth_that_ends_is_not_refused(mentions, potential):
    desk = scenario_of(told(mentions, 0.6, potential_customers=potential))
    assert affordable(desk, "test", 1) is desk


@pytest.mark.parametrize(
    "command", [["check"], ["run"], ["evaluate"], ["compare", "--to", "staff.agents=2"], ["verify", "--quick"]]
)
def test_every_command_refuses_it_in_one_sentence(command, tmp_path):
    path = tmp_path / "grows.toml"
    path.write_text("[word_of_mouth]\nmentions = 2.0\nreferral_share = 0.6\npotential_customers = 0\n")
    result = servsim(command[0], str(path), *command[1:])
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{path}: word of mouth would grow without end: ")
    assert result.stderr.count("\n") == 1


# Stopped during it


def test_a_world_is_stopped_beyond_the_limit_and_not_at_it():
    limit = REFERRED_AT_MOST + REFERRED_FOR_EACH * 50
    watch(limit, 50.0, 3)
    with pytest.raises(ServsimError) as stop:
        watch(limit + 1, 50.0, 3)
    assert str(stop.value) == (
        "stopped: by week 3 word of mouth had brought 21,001 prospects, where 50 visits were to be expected in all: it "
        "grows without end. Lower word_of_mouth.praises, mentions or referral_share, or word_of_mouth.potential_customers."
    )


GROWS = """
[opening]
always = true
[demand]
prospects_per_hour = 20
[staff]
agents = 100
[service]
core_minutes = 1
[word_of_mouth]
mentions = 3.0
referral_share = 1.0
referral_days = 1.0
potential_customers = 2000000000
[horizon]
weeks = 10
[evaluate]
replications = 2
"""
"""Each newcomer brings three within days, of more than are ever reached."""


@pytest.fixture
def grows(tmp_path: Path) -> Path:
    """That scenario in a folder of its own."""
    path = tmp_path / "grows.toml"
    path.write_text(GROWS)
    return path


@pytest.mark.parametrize("workers", [pytest.param("1", marks=pytest.mark.nightly), "2"])
def test_a_world_that_grows_without_end_is_stopped_with_a_sentence(grows, workers):
    result = servsim("run", str(grows), "--json", "--quiet", "--workers", workers)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("stopped: by week ")
    assert result.stderr.endswith("or word_of_mouth.potential_customers.\n")
    assert result.stderr.count("\n") == 1


def test_a_world_whose_people_are_few_is_not_stopped(grows):
    """2,000 could come, and then nobody."""
    result = servsim("run", str(grows), "--json", "--set", "word_of_mouth.potential_customers=2000", "--set", "horizon.weeks=2",
                     "--set", "word_of_mouth.deterred_share=0", "--set", "word_of_mouth.referral_share=0.3")  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert no_nan(result.stdout)["metrics"]["referrals"]["mean"] > 0


NINE_TIMES = scenario_of(told(3.0, 0.3, **FEW_DAYS), QUICK, {"horizon": {"weeks": 4.0}})
NINE_TIMES_LATER = scenario_of(told(3.0, 0.3, **FEW_DAYS), QUICK, {"horizon": {"weeks": 4.0, "warmup_weeks": 3.9}})
"""Nine are referred for each who comes by themselves; the same, and nothing counts until the end."""


@pytest.mark.parametrize("desk", [
    pytest.param(NINE_TIMES, id="from the first week on"),
    pytest.param(NINE_TIMES_LATER, id="in the warm-up"),
])  # fmt: skip
def test_replications_are_watched(desk, monkeypatch):
    """With a limit of 100, and one for three visits to be expected: not reached in the days that count."""
    monkeypatch.setattr(engines, "REFERRED_AT_MOST", 100)
    monkeypatch.setattr(engines, "REFERRED_FOR_EACH", 0.3)
    with pytest.raises(ServsimError, match="stopped: by week 1 "):
        counted(desk, to_sheet(desk), 1, 0, "fast")


def test_a_large_book_that_tells_few_is_not_stopped(monkeypatch):
    """2,000 customers a week bring 50 newcomers, each of whom brings one in forty: nothing grows."""
    monkeypatch.setattr(engines, "REFERRED_AT_MOST", 100)
    book = {"demand": {"prospects_per_hour": 0.0, "opening_book": 2000, "visit_gap_days": 7.0, "gap_between_cv": 0.0}}
    desk = scenario_of(told(0.5, 0.05, **FEW_DAYS), QUICK, book, {"horizon": {"weeks": 6.0}})
    assert reproduction(desk) == pytest.approx(0.025)
    counted(desk, to_sheet(desk), 1, 0, "fast")


# What `check` says

ENOUGH = {"staff": {"agents": 50}}
"""Agents, so that no load is worth a word."""


def said(*tables: str) -> tuple[str, ...]:
    """What `check` says of a desk on which these tables are on."""
    return outlook(scenario_of(ENOUGH, {name: {} for name in tables}), "test").warnings


IDLE = {
    "[budget] is on without [advertising] and [training]: it is spent on nothing.": ["budget"],
    "[budget] is on without [advertising]: only the share for training is spent.": ["budget", "training"],
    "[budget] is on without [training]: only the share for advertising is spent.": ["budget", "advertising"],
    "[internal] is on without [mistakes]: neglecting colleagues costs nothing but their time.": ["internal"],
    "[competitors] is on without [loyalty]: nobody leaves for them.": ["competitors", "quality"],
    "[word_of_mouth] is on without [quality]: everybody tells others what one satisfied at 8 does.": ["word_of_mouth"],
    "[recognition] is on without [quality]: being known is worth nothing.": ["recognition"],
}
"""What `check` says → tables that are on."""


@pytest.mark.parametrize(("sentence", "tables"), IDLE.items(), ids=[" ".join(tables) for tables in IDLE.values()])
def test_what_is_on_and_has_nothing_to_work_on_is_said(sentence, tables):
    assert said(*tables) == (sentence,)


@pytest.mark.parametrize("tables", [
    ("budget", "advertising", "training"), ("advertising",), ("training",), ("internal", "mistakes"), ("phone",), ("load",),
    ("competitors", "loyalty", "quality"), ("word_of_mouth", "quality"), ("recognition", "quality"), (),
])  # fmt: skip
def test_what_has_something_to_work_on_is_not_mentioned(tables):
    assert said(*tables) == ()


def test_tables_that_are_there_and_switched_off_are_not_on():
    off = {"budget": {}, "advertising": {"on": False}, "training": {"on": False}}
    assert outlook(scenario_of(off), "test").warnings == (next(iter(IDLE)),)


JUDGED = {"quality": {"opening_satisfaction": 8.0}}


def test_growth_until_nobody_is_left_is_said():
    found = outlook(scenario_of(told(2.0, 0.6), JUDGED, ENOUGH), "test")
    assert found.warnings == ("every newcomer brings about 1.20 others: customers grow until nobody is left to come.",)


@pytest.mark.parametrize("share", [0.1, 0.49])
def test_growth_that_ends_by_itself_is_not(share):
    assert outlook(scenario_of(told(2.0, share), JUDGED, ENOUGH), "test").warnings == ()


def test_check_prints_what_it_has_to_say_within_80_columns(tmp_path):
    path = tmp_path / "grows.toml"
    path.write_text("[word_of_mouth]\nmentions = 2.0\nreferral_share = 0.6\n[budget]\n[waiting]\n")
    result = servsim("check", str(path))
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("Warning: ") == 4
    assert "the desk is asked for 3.33 times the time it has" in result.stdout.replace("\n", " ")
    assert "customers grow until nobody is left to come." in result.stdout.replace("\n", " ")
    assert max(map(len, result.stdout.splitlines())) <= 80
