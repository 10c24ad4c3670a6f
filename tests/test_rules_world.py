"""Rules of the world around the desk and of the house: others who serve, what is told, taught, asked, and tires.

Expected values come from the equations of the docstrings written anew, from closed forms, from scipy, or by hand. What a
docstring says and its rule does not do is a test that is expected to fail, and says why.
"""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from test_rules import ALWAYS, CALM, CARED_FOR, LOYAL, MANY, SAME_GAP, SOME, is_about, judged, rows, staying, visited

from servsim.event_codes import Kind, Purpose, Reason, Remedy
from servsim.model import calendar
from servsim.model.random_numbers import drawn
from servsim.model.rules import (
    advertising,
    competitors,
    dispatch,
    loyalty,
    mistakes,
    phone,
    recognition,
    spending,
    training,
    waiting,
    word_of_mouth,
)
from servsim.model.rules import internal_requests as internal
from servsim.model.rules import load_and_fatigue as load
from servsim.model.rules import quality_and_satisfaction as quality
from servsim.model.rules import transaction_and_care_steps as service
from servsim.model.rules.demand import next_visit, usual_gap
from servsim.opening_hours_and_rates import MOST_LAYERS, MOST_TRAINING
from servsim.units import DAY, DAYS_PER_YEAR, HOUR, MINUTE, MONTH, NEVER, WEEK

NUMBER = 3
"""The visit that rules are asked about, so that its number is seen to count."""
NOW = DAY + 10 * HOUR
YEAR = 365 * DAY
EXACTLY = {"steepness": math.log(10)}
"""Quality of a step is exactly 0.9 at its standard minutes."""


def share_of(happens: list) -> float:
    """Share of those to whom it happens."""
    return float(np.mean(happens))


# Decided by one draw

DECISIONS = rows(
    ("praise brings a prospect", Purpose.REFERRAL, lambda p: {"word_of_mouth": {"referral_share": p}},
     lambda sheet, who: word_of_mouth.refers(sheet, 0, who, NUMBER)),
    ("a warning keeps somebody away", Purpose.DETERRENCE, lambda p: {"word_of_mouth": {"deterred_share": p}},
     lambda sheet, who: word_of_mouth.deters(sheet, 0, who, NUMBER)),
    ("a visit is a call", Purpose.BY_PHONE, lambda p: {"phone": {"phone_share": p}},
     lambda sheet, who: phone.by_phone(sheet, 0, who, NUMBER)),
    ("recognised by the agent of the last visit", Purpose.RECOGNISED, lambda p: {"recognition": {"recognised_share": p}},
     lambda sheet, who: recognition.is_recognised(sheet, 0, who, NUMBER, 5, 5)),
    ("recognised from notes", Purpose.RECOGNISED, lambda p: {"recognition": {"notes_share": p}},
     lambda sheet, who: recognition.is_recognised(sheet, 0, who, NUMBER, 5, 6)),
)  # fmt: skip


@pytest.mark.parametrize(("purpose", "tables", "happens"), DECISIONS)
def test_it_happens_to_those_whose_draw_lies_below_its_share(world, purpose, tables, happens):
    for share in (0.0, 0.25, 0.75, 1.0):
        sheet = world(**tables(share))
        these = [bool(happens(sheet, who)) for who in range(SOME)]
        assert these == [drawn(sheet, who, NUMBER, purpose) < share for who in range(SOME)]


@pytest.mark.parametrize(("purpose", "tables", "happens"), DECISIONS[2:])
def test_it_does_not_happen_where_its_table_is_off(world, purpose, tables, happens):
    sheet = world(**{name: settings | {"on": False} for name, settings in tables(1.0).items()})
    assert not any(happens(sheet, who) for who in range(50))


# Word of mouth

TELLS = {"quality": {}, "word_of_mouth": {"praises": 1.5, "warnings": 2.5, "mentions": 0.5}}
VISITED, MISTAKEN, BROKEN, VAIN = (
    word_of_mouth.AFTER_VISIT, word_of_mouth.AFTER_MISTAKE, word_of_mouth.AFTER_BROKEN_PROMISE, word_of_mouth.IN_VAIN,
)  # fmt: skip


def told(sheet: np.ndarray, topic: int, satisfaction: float, who: int = 7) -> tuple[int, bool]:
    """How many people a customer tells, and whether they are warned."""
    count, is_warning = word_of_mouth.tellings(sheet, 0, who, NUMBER, topic, satisfaction)
    return int(count), bool(is_warning)


@pytest.mark.parametrize(("topic", "satisfaction", "mean", "is_warning"), rows(
    ("delighted", VISITED, 8.1, 1.5, False),
    ("at the limit of delight: one of all others", VISITED, 8.0, 0.5, False),
    ("content", VISITED, 6.0, 0.5, False),
    ("at the limit of disappointment: still one of all others", VISITED, 4.0, 0.5, False),
    ("disappointed", VISITED, 3.9, 2.5, True),
    ("a failure, and disappointed", MISTAKEN, 3.9, 2.5, True),
    ("a broken promise, and disappointed", BROKEN, 0.0, 2.5, True),
    ("in vain, and disappointed", VAIN, 3.9, 2.5, True),
    ("nothing good is said of a failure", MISTAKEN, 10.0, 0.0, False),
    ("nor of a broken promise", BROKEN, 10.0, 0.0, False),
    ("nor of having come in vain", VAIN, 6.0, 0.0, False),
))  # fmt: skip
def test_how_many_are_told_by_how_satisfied_the_customer_is(world, topic, satisfaction, mean, is_warning):
    sheet = world(**TELLS)
    assert is_about(lambda who: told(sheet, topic, satisfaction, who)[0], stats.poisson.expect(
        lambda count: np.minimum(count, 8), args=(mean,)
    ))  # fmt: skip
    assert told(sheet, topic, satisfaction)[1] == is_warning


def test_where_nobody_judges_customers_are_satisfied_at_8_and_neither_praise_nor_warn(world):
    sheet = world(word_of_mouth={"praises": 3.0, "warnings": 3.0, "mentions": 0.0})
    assert {told(sheet, topic, quality.SATISFIED, who) for topic in range(4) for who in range(50)} == {(0, False)}


@given(st.floats(0, 3), st.floats(0, 1, exclude_max=True))
def test_how_many_are_told_is_poisson_and_at_most_8(mean, u):
    count = word_of_mouth.poisson(mean, u)
    assert count == min(stats.poisson.ppf(u, mean), 8) if u > 0 else count == 0


@pytest.mark.parametrize(("u", "expected"), [(0.988, 7), (0.99, 8), (0.9999999, 8)])
def test_at_the_largest_mean_eight_are_told_and_no_more(u, expected):
    """P(N ≤ 6) = 0.9665, P(N ≤ 7) = 0.9881 and P(N ≤ 8) = 0.9962 at a mean of 3."""
    assert word_of_mouth.poisson(3.0, u) == expected


def test_more_are_told_the_larger_the_mean():
    for u in np.linspace(0, 0.999, 50):
        counts = [word_of_mouth.poisson(mean, u) for mean in np.linspace(0, 3, 20)]
        assert counts == sorted(counts)
        assert counts[0] == 0


def test_every_telling_has_an_occasion_of_its_own():
    tellings = list(itertools.product(range(50), range(4), range(word_of_mouth.MOST_TOLD)))
    assert len({word_of_mouth.occasion(*telling) for telling in tellings}) == len(tellings)


@pytest.mark.parametrize(("reason", "topic"), [(Reason.MISTAKE, MISTAKEN), (Reason.BROKEN_PROMISE, BROKEN)])
def test_what_a_swallowed_failure_gives_to_talk_about(reason, topic):
    assert word_of_mouth.about(reason) == topic


@pytest.mark.parametrize(("remedy", "topic"), [
    (Remedy.NOTHING, VISITED), (Remedy.RECOVERED, VISITED), (Remedy.FAILED, VAIN),
])  # fmt: skip
def test_what_a_complaint_gives_to_talk_about(remedy, topic):
    assert word_of_mouth.about_complaint(remedy) == topic


@pytest.mark.parametrize(("tables", "expected"), rows(
    ("on", {"word_of_mouth": {}}, True), ("off", {"word_of_mouth": {"on": False}}, False), ("left out", {}, False),
))  # fmt: skip
def test_where_customers_tell_others(world, tables, expected):
    assert word_of_mouth.tells(world(**tables), 0) == expected


def test_referred_customers_have_names_of_their_own_the_same_at_every_desk(world):
    one, other = world(word_of_mouth={}), world(word_of_mouth={"referral_share": 1.0}, staff={"agents": 9})
    names = [int(word_of_mouth.referred_key(one, who, telling)) for who in range(100) for telling in range(20)]
    assert len(set(names)) == len(names)
    assert {name >> 60 for name in names} == {Kind.REFERRED}
    assert names == [word_of_mouth.referred_key(other, who, telling) for who in range(100) for telling in range(20)]


@pytest.mark.parametrize("rule", [word_of_mouth.referral_arrives, word_of_mouth.word_arrives])
def test_word_takes_its_mean_in_days_and_is_never_there_at_once(world, rule):
    sheet = world(**ALWAYS, word_of_mouth={"referral_days": 3.0})
    assert is_about(lambda who: (rule(sheet, 0, who, NUMBER, NOW) - NOW) / DAY, 3)
    soon = world(**ALWAYS, word_of_mouth={"referral_days": 1e-12})
    assert {int(rule(soon, 0, who, NUMBER, NOW)) for who in range(50)} == {NOW + 1}


@pytest.mark.parametrize(("days", "expected"), [(180.0, NOW + 180 * DAY), (0.5, NOW + 12 * HOUR), (1e-12, NOW + 1)])
def test_how_long_a_warning_lasts(world, days, expected):
    assert word_of_mouth.deterred_until(world(word_of_mouth={"deterred_days": days}), NOW) == expected


@pytest.mark.parametrize(("share", "book", "teller", "expected"), rows(
    ("no friends", 0.0, 100, 3, 0), ("nobody in the opening book", 1.0, 0, 3, 0), ("all have friends", 1.0, 100, 10**6, 1),
    ("some have", 0.2, 100, 10**6, 0.2), ("nobody is a friend of their own", 1.0, 2, 1, 0.5),
    ("the only customer has none", 1.0, 1, 0, 0),
))  # fmt: skip
def test_who_is_a_friend_of_whom(world, share, book, teller, expected):
    sheet = world(word_of_mouth={"friend_share": share}, demand={"opening_book": book})
    friends = [int(word_of_mouth.warned_friend(sheet, 0, teller, telling)) for telling in range(MANY)]
    assert all(-1 <= friend < book and friend != teller for friend in friends)
    error = 3 * math.sqrt(expected * (1 - expected) / MANY)
    assert share_of([friend >= 0 for friend in friends]) == pytest.approx(expected, abs=error)


def test_every_customer_of_the_opening_book_is_as_likely_a_friend(world):
    sheet = world(word_of_mouth={"friend_share": 1.0}, demand={"opening_book": 10})
    friends = [int(word_of_mouth.warned_friend(sheet, 0, 99, telling)) for telling in range(MANY)]
    assert stats.chisquare(np.bincount(friends, minlength=10)).pvalue > 0.001


@pytest.mark.parametrize(("tables", "satisfaction", "expected"), rows(
    ("cools", {"quality": {}, "word_of_mouth": {"friend_loss": 0.5}}, 7.0, 6.5),
    ("not below 0", {"quality": {}, "word_of_mouth": {"friend_loss": 10.0}}, 7.0, 0),
    ("nobody judges", {"word_of_mouth": {"friend_loss": 5.0}}, 8.0, 8),
))  # fmt: skip
def test_satisfaction_after_a_friends_warning(world, tables, satisfaction, expected):
    assert word_of_mouth.after_warning(world(**tables), 0, satisfaction) == expected


POOL = {"word_of_mouth": {"potential_customers": 100}}
OF_180 = {"word_of_mouth": {"potential_customers": 180}, "demand": {"opening_book": 80}}
"""A hundred who are no customers today."""


@pytest.mark.parametrize(("tables", "deterred", "members", "away", "already"), rows(
    ("nobody warned, no customers", POOL, 0, 0, 0, 0),
    ("some warned", POOL, 30, 0, 0.3, 0.3),
    ("some customers", POOL, 0, 20, 0, 0.2),
    ("both", POOL, 30, 20, 0.3, 0.5),
    ("the pool is empty", POOL, 0, 100, 0, 1),
    ("more warned than there are", POOL, 250, 10, 1, 1),
    ("more customers than there are", POOL, 0, 250, 0, 1),
    ("no end to them", {"word_of_mouth": {"potential_customers": 0}}, 10**6, 10**6, 0, 0),
    ("today's customers are none of those who could be won", OF_180, 0, 80, 0, 0),
    ("won since today", OF_180, 0, 105, 0, 0.25),
    ("warned, and won since today", OF_180, 30, 105, 0.3, 0.55),
    ("off", {"word_of_mouth": {"potential_customers": 100, "on": False}}, 250, 250, 0, 0),
    ("left out", {}, 10**6, 10**6, 0, 0),
))  # fmt: skip
def test_which_candidates_stay_away_and_which_are_customers_already(world, tables, deterred, members, away, already):
    """One draw for both: new = candidates · (1 − (won since today + deterred) / who could be won)."""
    sheet = world(**tables)
    assert is_about(lambda who: word_of_mouth.is_deterred(sheet, 0, who, deterred), away)
    assert is_about(lambda who: word_of_mouth.is_customer_already(sheet, 0, who, deterred, members), already)


def test_word_of_mouth_changes_nothing_about_who_comes_today(world):
    """The file's prospects_per_hour is what comes today, when the book is the opening book and nobody is warned."""
    sheet = world(demand={"opening_book": 1000}, word_of_mouth={})
    assert word_of_mouth.strangers_today(sheet) == 9000
    for members in (0, 1000):
        assert not any(word_of_mouth.is_customer_already(sheet, 0, who, 0, members) for who in range(MANY))


# Competitors


def pull_of(slope, weight, should, without, today, by_now):
    """The pull of rivals as two sums of the logit, in the plainest order."""
    demanding = math.exp(weight * (should - 7))

    def market(qualities):
        return math.exp(slope * without) + demanding * sum(math.exp(slope * quality) for quality in qualities)

    return market(by_now) / market(today)


def market(slope: float = 0.5, **settings: object) -> dict:
    """Tables in which satisfaction has this slope, and rivals pull."""
    return {"loyalty": {"satisfaction_slope": slope}, "competitors": settings}


@given(
    st.floats(0, 5), st.floats(0, 2), st.floats(0, 10), st.floats(0, 10), st.floats(-5, 5), st.floats(0, 20),
    st.lists(st.floats(0, 10), min_size=1, max_size=10), st.floats(0.01, 10), st.floats(0, 1040), st.floats(0, 20),
)  # fmt: skip
def test_pull(world, slope, weight, should, without, drift, years, rivals, newcomer, week, drift_years):
    """All drift from the beginning, or from when they open, until the years are over in which anybody does."""
    now = int(years * YEAR)
    settings = {
        "rival_quality": rivals, "rival_drift": drift, "newcomer_quality": newcomer, "newcomer_week": week,
        "without_quality": without, "demanding_weight": weight,
    }  # fmt: skip
    opened = [(rival, 0) for rival in rivals] + [(newcomer, week * WEEK / YEAR)]
    drifted = [(each, max(0.0, min(now / YEAR, drift_years) - since)) for each, since in opened if now >= since * YEAR]
    by_now = [min(max(each + drift * years_of_it, 0), 10) for each, years_of_it in drifted]
    sheet = world(**market(slope, **settings), horizon={"drift_years": drift_years})
    found = competitors.pull(sheet, 0, should, now)
    assert found == pytest.approx(pull_of(slope, weight, should, without, rivals, by_now), rel=1e-9)
    assert 0 < found < math.inf


@pytest.mark.parametrize(("tables", "now", "expected"), rows(
    ("left out", {}, 10 * YEAR, 1),
    ("off", {"competitors": {"on": False, "rival_drift": 5.0}}, 10 * YEAR, 1),
    ("today", market(rival_drift=5.0), 0, 1),
    ("nothing drifts, nobody opens", market(rival_drift=0.0), 10 * YEAR, 1),
    ("usual: two rivals and doing without", market(rival_drift=1.0, without_quality=6.0), YEAR,
     (1 + math.exp(0.75) + math.exp(0.5)) / (2 + math.exp(0.25))),
    ("they become worse, as bad as nothing", market(rival_quality=[6.0], rival_drift=-5.0, without_quality=0.0), 3 * YEAR,
     2 / (1 + math.exp(3.0))),
    ("rivals are at most 10", market(rival_quality=[10.0], rival_drift=5.0), YEAR, 1),
    ("the instant before somebody opens", market(rival_drift=0.0, newcomer_quality=6.0), 26 * WEEK - 1, 1),
    ("somebody opens, as good as doing without", market(rival_quality=[6.0], rival_drift=0.0, newcomer_quality=6.0),
     26 * WEEK, 1.5),
))  # fmt: skip
def test_pull_at_the_edges(world, tables, now, expected):
    assert competitors.pull(world(**tables), 0, 7.0, now) == pytest.approx(expected)


def test_better_rivals_pull_more_and_most_at_those_who_are_used_to_better(world):
    sheet = world(**market(rival_drift=1.0), horizon={"drift_years": 4.0})
    by_year = [competitors.pull(sheet, 0, 7.0, year * YEAR) for year in range(5)]
    by_should = [competitors.pull(sheet, 0, should, YEAR) for should in (0.0, 3.0, 7.0, 10.0)]
    for found in (by_year, by_should):
        assert found == sorted(set(found))
    by_slope = [competitors.pull(world(**market(slope, rival_drift=1.0)), 0, 7.0, YEAR) for slope in (0.0, 0.5, 2.0)]
    assert by_slope == sorted(set(by_slope))
    assert by_slope[0] == 1


def test_a_rival_who_opens_is_then_as_good_as_the_file_says(world):
    sheet = world(**market(rival_quality=[6.0], rival_drift=-1.0, newcomer_quality=8.0, newcomer_week=104.0))
    now = 104 * WEEK
    old = 6 - now / YEAR
    late = pull_of(0.5, 0.2, 7.0, 6.0, [6.0], [old, 8.0])
    assert competitors.pull(sheet, 0, 7.0, now) == pytest.approx(late)


@pytest.mark.parametrize(("drift_years", "year", "points"), rows(
    ("it goes on for three years where nothing is said", None, 2.5, 1.25),
    ("until its end", None, 3, 1.5), ("and stops", None, 3.5, 1.5), ("for ever", None, 10, 1.5),
    ("a year of it", 1.0, 0.75, 0.375), ("and no more", 1.0, 4, 0.5),
    ("none at all", 0.0, 5, 0), ("for longer than anybody looks", 50.0, 10, 5),
))  # fmt: skip
def test_drifts_end(world, drift_years, year, points):
    """Rivals and what customers expect become better by half a point a year, from 5 points, until it ends."""
    horizon = {} if drift_years is None else {"horizon": {"drift_years": drift_years}}
    now = int(year * YEAR)
    tables = market(rival_quality=[5.0], rival_drift=0.5, demanding_weight=0.0, without_quality=0.0)
    pulled = competitors.pull(world(**tables, **horizon), 0, 7.0, now)
    assert pulled == pytest.approx(pull_of(0.5, 0.0, 7.0, 0.0, [5.0], [5.0 + points]))
    asked = quality.expected(world(quality={"should_drift": 0.5}, **horizon), 0, 5.0, now)
    assert asked == pytest.approx(5.0 + points)


@pytest.mark.parametrize(("opens", "year", "points"), rows(
    ("before it ends", 1.0, 1.5, 0.25), ("at its end", 1.0, 2, 0.5), ("after it", 1.0, 9, 0.5),
    ("opens at its end", 2.0, 2, 0), ("opens later", 3.0, 3, 0), ("and stays as it is", 3.0, 9, 0),
))  # fmt: skip
def test_a_rival_who_opens_drifts_no_longer_than_the_others(world, opens, year, points):
    drifting = {"rival_drift": 0.5, "newcomer_quality": 6.0, "newcomer_week": opens * YEAR / WEEK}
    tables = market(rival_quality=[5.0], demanding_weight=0.0, without_quality=0.0, **drifting)
    sheet, now = world(**tables, horizon={"drift_years": 2.0}), int(year * YEAR)
    others = 5.0 + 0.5 * min(year, 2.0)
    expected = pull_of(0.5, 0.0, 7.0, 0.0, [5.0], [others, 6.0 + points])
    assert competitors.pull(sheet, 0, 7.0, now) == pytest.approx(expected)


@given(st.floats(1, 3650), st.floats(0, 10), st.integers(0, 20), st.floats(0, 10), st.floats(0, 20), st.booleans())
def test_staying_is_the_logit_among_all_who_pull(world, gap, satisfaction, served, should, years, judging):
    """Where nobody judges, all are used to 7, whatever they pay."""
    now = int(years * YEAR)
    tables = {"rival_drift": 1.0, "newcomer_quality": 7.0, "newcomer_week": 100.0}
    prices = {"price_level": 1.5, "price_slope": 2.0}
    sheet = world(**LOYAL, competitors=tables, spending=prices, quality={"price_expectation": 2.0, "on": judging})
    asked = min(max(should + 2 * math.log(1.5), 0), 10) if judging else 7
    at_eight = (0.8 / 0.95) ** (gap / DAYS_PER_YEAR)
    x = math.log(at_eight / (1 - at_eight)) + 0.5 * (satisfaction - 8) + 0.05 * (min(served, 10) - 10)
    x -= 2 * math.log(1.5)
    strength = competitors.pull(sheet, 0, asked, now)
    found = staying(sheet, gap, satisfaction, served, should=should, now=now)
    assert found == pytest.approx(math.exp(x) / (math.exp(x) + strength), rel=1e-9)
    assert 0 <= found <= 1


@given(st.floats(0, 10), st.integers(0, 20), st.booleans(), st.floats(0.01, 100))
def test_a_pull_divides_the_odds_of_staying(world, satisfaction, served, unrecovered, strength):
    sheet = world(**LOYAL, recovery={})
    freely, found = (
        loyalty.staying_against(sheet, 0, 36.5, satisfaction, served, unrecovered, pulled) for pulled in (1.0, strength)
    )
    assert freely == staying(sheet, 36.5, satisfaction, served, unrecovered)
    assert found / (1 - found) == pytest.approx(freely / (1 - freely) / strength)


def reasons(sheet: np.ndarray, satisfaction: float, should: float, now: int) -> np.ndarray:
    """Why each of many customers of ten visits leaves who decide for a year, or does not."""
    return np.array([
        loyalty.decides(sheet, 0, who, NUMBER, 365.0, 10, satisfaction, should, now, Reason.CARE) for who in range(MANY)
    ])  # fmt: skip


@pytest.mark.parametrize("satisfaction", [3.0, 6.0, 8.0, 9.5])
@pytest.mark.parametrize(("settings", "now"), rows(
    ("today", {"rival_drift": 2.0}, 0), ("rivals are better by two points", {"rival_drift": 2.0}, YEAR),
    ("rivals are worse", {"rival_drift": -5.0}, YEAR), ("rivals do not change", {"rival_drift": 0.0}, 5 * YEAR),
    ("off", {"rival_drift": 5.0, "on": False}, 5 * YEAR),
))  # fmt: skip
def test_a_competitor_is_why_those_leave_who_would_have_stayed_in_todays_market(world, settings, now, satisfaction):
    """At S = 8 and a visit a year: 0.8 stay today, x = log(0.8 / 0.15), and rivals take e^x / (e^x + 1) − e^x / (e^x + pull).

    Of the others, those leave for what fell short who would have stayed at S = 8 among the rivals of now.
    """
    sheet = world(**LOYAL, competitors=settings)
    at_eight, strength = 0.8 / 0.15, competitors.pull(sheet, 0, 7.0, now)
    odds = at_eight * math.exp(0.5 * (satisfaction - 8))
    stay, today, satisfied = odds / (odds + strength), odds / (odds + 1), at_eight / (at_eight + strength)
    here = max(stay, today)
    found = reasons(sheet, satisfaction, 7.0, now)
    shares = {
        Reason.NONE: 0.95 * stay, Reason.NATURAL: 0.05, Reason.COMPETITOR: 0.95 * max(0, today - stay),
        Reason.CARE: 0.95 * max(0, satisfied - here), Reason.CHANCE: 0.95 * (1 - max(here, satisfied)),
    }  # fmt: skip
    assert sum(shares.values()) == pytest.approx(1)
    for reason, share in shares.items():
        error = 3 * math.sqrt(share * (1 - share) / MANY)
        assert share_of(found == reason) == pytest.approx(share, abs=error + 1e-12), reason


def test_rivals_take_customers_and_give_none_of_the_others_another_reason(world):
    before, after = (reasons(world(**LOYAL, competitors={"rival_drift": 2.0}), 8.0, 7.0, now) for now in (0, YEAR))
    moved = before != after
    assert moved.any()
    assert set(before[moved]) == {Reason.NONE}
    assert set(after[moved]) == {Reason.COMPETITOR}


EVEN = {"opening": {"always": True}, "demand": {"gap_distribution": "fixed"}}
"""Gaps that do not vary, on a clock that never stops."""
RETURNS = {"competitors": {"return_share": 0.5}}


def gaps_away(sheet: np.ndarray, who: int, gap: float = 30.0, reason: Reason = Reason.CARE) -> float:
    """After how many usual gaps a lost customer comes back; infinite if never."""
    instant = int(competitors.comes_back(sheet, 0, who, NUMBER, gap, NOW, reason))
    return math.inf if instant == NEVER else (instant - NOW) / DAY / gap


@pytest.mark.parametrize("share", [0.5, 0.2, 1.0])
def test_lost_customers_visit_the_rival_a_geometric_number_of_times(world, share):
    """They come back a gap after the last of those visits, the first of which is a gap after the last one here."""
    sheet = world(**EVEN, competitors={"return_share": share})
    exact = np.array([gaps_away(sheet, who) - 1 for who in range(MANY)])
    visits = np.round(exact)
    assert np.allclose(exact, visits, atol=1e-6)
    assert is_about(lambda who: visits[who], 1 / share)
    assert visits.min() == 1
    for number in (1, 2, 5):
        left = (1 - share) ** (number - 1)
        assert share_of([seen > number - 0.5 for seen in visits]) == pytest.approx(left, abs=3 * math.sqrt(0.25 / MANY))


@pytest.mark.parametrize(("tables", "reason"), rows(
    ("nobody comes back by default", {"competitors": {}}, Reason.CARE),
    ("off", {"competitors": {"return_share": 1.0, "on": False}}, Reason.CARE),
    ("left out", {}, Reason.CARE),
    ("not who moved away", {"competitors": {"return_share": 1.0}}, Reason.NATURAL),
))  # fmt: skip
def test_who_never_comes_back(world, tables, reason):
    sheet = world(**ALWAYS, **tables)
    assert {gaps_away(sheet, who, reason=reason) for who in range(50)} == {math.inf}


def test_the_last_gap_before_a_return_varies_as_gaps_do(world):
    """All gaps but the last are usual ones, and the last is the one that the customer would have had here."""
    demand = {"gap_distribution": "lognormal", "gap_cv": 0.7}
    sheet, even = (world(**EVEN | {"demand": each}, **RETURNS) for each in (demand, EVEN["demand"]))
    last = np.array([gaps_away(sheet, who) - gaps_away(even, who) + 1 for who in range(MANY)])
    assert np.mean(last) == pytest.approx(1, abs=3 * 0.7 / math.sqrt(MANY))
    assert np.std(last) == pytest.approx(0.7, rel=0.1)
    for who in range(50):
        here = (next_visit(sheet, 0, who, NUMBER, 30.0, NOW) - NOW) / DAY / 30.0
        assert last[who] == pytest.approx(here, abs=1e-6)


def test_a_return_too_rare_to_reckon_with_never_comes(world):
    for share in (0.0, 1e-17, 0.9e-9):
        sheet = world(**EVEN, competitors={"return_share": share})
        assert {gaps_away(sheet, who) for who in range(50)} == {math.inf}


@pytest.mark.parametrize("share", [1e-3, 1e-6, 1e-9])
def test_the_rarer_the_return_the_later(world, share):
    sheet = world(**ALWAYS, competitors={"return_share": share})
    assert all(gaps_away(sheet, who, 1.0) > 1e-3 / share for who in range(100))


def test_who_comes_back_gives_us_the_share_that_the_docstring_says(world):
    """Leaving with p a visit gives us return / (return + p) of all visits: 0.5 / (0.5 + 0.2)."""
    sheet = world(**ALWAYS, **RETURNS)
    leaving = 0.2
    at_the_rival = np.mean([gaps_away(sheet, who) - 1 for who in range(MANY)])
    with_us = 1 / leaving
    assert with_us / (with_us + at_the_rival) == pytest.approx(0.5 / (0.5 + leaving), abs=0.02)


# Advertising


def adstock(ratio: float, carry_over: float, month: int) -> float:
    """What has accumulated in a month, as a multiple of what the usual spending keeps up, month by month."""
    stock = usual = 1 / (1 - carry_over)
    for _ in range(month + 1):
        stock = ratio + carry_over * stock
    return stock / usual


@given(
    st.floats(0, 2000), st.floats(1, 1000), st.floats(0, 1), st.floats(0, 0.99), st.floats(0.001, 1), st.floats(0, 10),
    st.floats(0, 1), st.integers(0, 60),
)  # fmt: skip
def test_lift(world, budget, usual, elasticity, carry_over, least, points, pull, month):
    settings = {
        "budget_per_month": budget, "usual_per_month": usual, "elasticity": elasticity, "carry_over": carry_over,
        "least_effect": least, "promised_points": points, "promise_pull": pull,
    }  # fmt: skip
    sheet = world(advertising=settings)
    stock = max(least, adstock(budget / usual, carry_over, month))
    expected = min(stock**elasticity * (1 + pull * points), MOST_LAYERS)
    for now in (month * MONTH, (month + 1) * MONTH - 1):
        assert advertising.lift(sheet, now) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(("tables", "now", "expected"), rows(
    ("left out", {}, 0, 1),
    ("off", {"advertising": {"budget_per_month": 9e3, "on": False}}, YEAR, 1),
    ("the usual spending", {"advertising": {}}, YEAR, 1),
    ("nothing works where the elasticity is 0", {"advertising": {"budget_per_month": 0.0, "elasticity": 0.0}}, YEAR, 1),
    ("nothing spent, nothing carried over", {"advertising": {"budget_per_month": 0.0, "carry_over": 0.0, "elasticity": 0.1}}, 0, 0.01**0.1),
    ("nothing spent, for ever", {"advertising": {"budget_per_month": 0.0, "elasticity": 0.1}}, 20 * YEAR, 0.01**0.1),
    ("four times as much, for ever", {"advertising": {"budget_per_month": 2000.0, "elasticity": 0.1}}, 20 * YEAR, 4**0.1),
    ("four times as much, in its first month", {"advertising": {"budget_per_month": 2000.0, "elasticity": 0.1}}, 0, 2.5**0.1),
    ("half of a common sum", {"advertising": {"elasticity": 0.1}, "training": {}, "budget": {"money_per_month": 2000.0}}, 20 * YEAR,
     2**0.1),
    ("two points promised", {"advertising": {"promised_points": 2.0}}, 0, 1.1),
    ("two points promised, and nothing else works", {"advertising": {"promised_points": 2.0, "elasticity": 0.0}}, YEAR, 1.1),
    ("more than the stream has room for", {"advertising": {"promised_points": 10.0, "promise_pull": 1.0, "elasticity": 1.0,
     "budget_per_month": 5000.0, "carry_over": 0.0}}, YEAR, MOST_LAYERS),
))  # fmt: skip
def test_lift_at_the_edges(world, tables, now, expected):
    assert advertising.lift(world(**tables), now) == pytest.approx(expected)


@pytest.mark.parametrize(("ratio", "elasticity", "layers"), rows(
    ("less than usual", 0.5, 1.0, 1), ("as usual", 1.0, 1.0, 1), ("a little more", 1.01, 1.0, 2),
    ("four times, root", 4.0, 0.5, 2), ("nine times, root", 9.0, 0.5, 3), ("too much", 100.0, 1.0, MOST_LAYERS),
))  # fmt: skip
def test_layers_are_enough_for_what_ever_comes(world, ratio, elasticity, layers):
    settings = {"usual_per_month": 100.0, "budget_per_month": 100.0 * ratio, "elasticity": elasticity}
    sheet = world(advertising=settings)
    assert sheet[0]["layers"] == layers
    assert max(advertising.lift(sheet, month * MONTH) for month in range(120)) <= layers + 1e-9


def test_layers_are_enough_for_what_is_promised(world):
    sheet = world(advertising={"promised_points": 3.0, "promise_pull": 0.5, "budget_per_month": 0.0})
    assert sheet[0]["layers"] == 3
    assert advertising.lift(sheet, 0) == pytest.approx(2.5 * 0.5**0.2)


@pytest.mark.parametrize(("ratio", "shares"), rows(
    ("half", 0.5, (0.5, 0)), ("usual", 1.0, (1, 0)), ("2.25 times", 2.25, (1, 1, 0.25, 0)),
))  # fmt: skip
def test_which_candidates_come(world, ratio, shares):
    """Layer after layer is full before the next begins, so that more advertising loses nobody."""
    settings = {"usual_per_month": 100.0, "budget_per_month": 100.0 * ratio, "elasticity": 1.0, "carry_over": 0.0}
    sheet = world(advertising=settings)
    for layer, share in enumerate(shares):
        assert is_about(lambda who, layer=layer: advertising.comes(sheet, who, layer, NOW), share)


def test_who_comes_with_little_advertising_comes_with_more(world):
    sheets = [world(advertising={"budget_per_month": budget, "elasticity": 1.0}) for budget in (100.0, 300.0, 900.0)]
    for who in range(200):
        decisions = [advertising.comes(sheet, who, 0, 20 * YEAR) for sheet in sheets]
        assert decisions == sorted(decisions)


def test_as_many_come_as_lift_says_at_the_largest_budget(world):
    sheet = world(advertising={"budget_per_month": 1e9, "elasticity": 1.0, "promised_points": 10.0})
    assert advertising.lift(sheet, YEAR) <= sheet[0]["layers"]


def test_more_advertising_never_brings_fewer(world):
    """Up to the largest ratio of the new spending to the usual."""
    budgets = np.geomspace(1.0, 1e9, 30)
    lifts = [
        advertising.lift(world(advertising={"budget_per_month": b, "usual_per_month": 1.0}), YEAR) for b in budgets
    ]
    assert lifts == sorted(lifts)
    assert (lifts[0], lifts[-1]) == (1, MOST_LAYERS)


@pytest.mark.parametrize(("tables", "in_book", "expected"), rows(
    ("a newcomer", {"quality": {"first_expectation": 6.0}, "advertising": {"promised_points": 1.5}}, False, 7.5),
    ("at most 10", {"quality": {"first_expectation": 6.0}, "advertising": {"promised_points": 9.0}}, False, 10),
    ("the book is promised nothing", {"quality": {}, "advertising": {"promised_points": 1.5}}, True, 7),
    ("the book expects what the file says", {"quality": {"opening_expectation": 8.5}}, True, 8.5),
    ("nothing at all, if it says so", {"quality": {"opening_expectation": 0.0}}, True, 0),
    ("or what it is used to", {"quality": {"opening_satisfaction": 6.2}}, True, 6.2),
    ("newcomers expect what newcomers do", {"quality": {"opening_expectation": 8.5}}, False, 7),
    ("off", {"quality": {}, "advertising": {"promised_points": 1.5, "on": False}}, False, 7),
    ("left out", {"quality": {}}, False, 7),
))  # fmt: skip
def test_what_advertising_promises_is_expected_but_not_yet_lived(world, tables, in_book, expected):
    sheet = world(**tables)
    assert quality.expected_before(sheet, 0, in_book) == expected
    lived = (
        tables["quality"].get("opening_satisfaction", 7) if in_book else tables["quality"].get("first_expectation", 7)
    )
    assert quality.before_the_first_visit(sheet, 0, in_book) == lived


@pytest.mark.parametrize(("tables", "expected"), rows(
    ("promised", {"advertising": {"promised_points": 1.5}}, 1.5), ("by default nothing", {"advertising": {}}, 0),
    ("off", {"advertising": {"promised_points": 1.5, "on": False}}, 0), ("left out", {}, 0),
))  # fmt: skip
def test_points_promised(world, tables, expected):
    assert advertising.promised(world(**tables)) == expected


# Training


def test_without_training_nobody_is_taught(world):
    assert not training.trains(world())
    assert not training.trains(world(training={"on": False}))
    assert training.trains(world(training={}))


@pytest.mark.parametrize(("now", "month", "following"), [
    (0, 0, MONTH), (MONTH - 1, 0, MONTH), (MONTH, 1, 2 * MONTH), (YEAR, 12, 13 * MONTH),
])  # fmt: skip
def test_months_are_twelfths_of_a_year(now, month, following):
    assert (calendar.month_of(now), calendar.next_month(now)) == (month, following)
    assert 12 * MONTH == YEAR


@pytest.mark.parametrize("turnover", [0.0, 0.25, 0.9, 0.999999])
def test_so_many_agents_leave_within_a_year(world, turnover):
    sheet = world(training={"turnover": turnover})
    stays = [not any(training.is_replaced(sheet, agent, month) for month in range(1, 13)) for agent in range(MANY)]
    error = 3 * math.sqrt(turnover * (1 - turnover) / MANY)
    assert share_of(stays) == pytest.approx(1 - turnover, abs=error + 1e-5)


def after_months(sheet: np.ndarray, knowledge: float, months: int) -> float:
    """What an agent knows after so many months."""
    for _ in range(months):
        knowledge = training.knowledge_after(sheet, knowledge)
    return float(knowledge)


@pytest.mark.parametrize(("settings", "knowledge", "months", "expected"), rows(
    ("a year of forgetting alone", {"hours_per_month": 0.0, "forgotten_share": 0.2}, 0.8, 12, 0.3 + 0.5 * 0.8),
    ("nobody forgets below a newcomer", {"hours_per_month": 0.0, "forgotten_share": 0.9}, 0.2, 12, 0.2),
    ("twelve hours without forgetting", {"hours_per_month": 12.0, "forgotten_share": 0.0}, 0.0, 1, 1 - math.exp(-1)),
    ("the same hours in a year", {"hours_per_month": 1.0, "forgotten_share": 0.0}, 0.0, 12, 1 - math.exp(-1)),
    ("neither", {"hours_per_month": 0.0, "forgotten_share": 0.0}, 0.6, 12, 0.6),
    ("a long training", {"hours_per_month": 200.0, "training_scale": 1e-3}, 0.1, 1, 1),
    ("both: forgets first, then learns", {"hours_per_month": 6.0, "forgotten_share": 0.5}, 0.9, 1,
     1 - (1 - 0.3 - 0.6 * 0.5 ** (1 / 12)) * math.exp(-0.5)),
))  # fmt: skip
def test_knowledge_after_months(world, settings, knowledge, months, expected):
    assert after_months(world(training=settings), knowledge, months) == pytest.approx(expected)


def test_the_usual_hours_keep_knowledge_at_about_a_half(world):
    """Averaged over agents, of whom a quarter is replaced by newcomers within a year; here 0.53."""
    sheet, stays, known = world(training={}), 0.75 ** (1 / 12), 0.5
    for _ in range(600):
        known = stays * training.knowledge_after(sheet, known) + (1 - stays) * training.knowledge_after(sheet, 0.3)
    assert known == pytest.approx(0.5, abs=0.05)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 200), st.floats(0.01, 1000), st.floats(0, 0.999))
def test_knowledge_stays_a_share_and_more_hours_never_teach_less(world, knowledge, least, hours, scale, forgotten):
    settings = {"newcomer_knowledge": least, "training_scale": scale, "forgotten_share": forgotten}
    less, more = (
        after_months(world(training=settings | {"hours_per_month": each}), knowledge, 1) for each in (hours / 2, hours)
    )
    assert 0 <= less <= more <= 1
    assert less >= min(knowledge, least)


def test_who_is_new_and_who_is_here_today(world):
    settings = {"newcomer_knowledge": 0.2, "newcomer_cases": 30, "settled_cases": 400}
    sheet = world(training=settings, staff={"agent_knowledge": [0.9], "knowledge": 0.6})
    assert training.newcomer(sheet) == (0.2, 30)
    assert [training.knowledge_today(sheet, agent) for agent in range(2)] == [0.9, 0.6]
    assert training.cases_today(sheet) == 400


@pytest.mark.parametrize(("settings", "cases", "expected"), rows(
    ("settled", {}, 500, 1), ("beyond", {}, 10**6, 1), ("half of it", {}, 250, 1 / 0.85), ("a quarter", {}, 125, 1 / 0.85**2),
    ("nothing is learnt by doing", {"learning_rate": 1.0}, 1, 1), ("off", {"on": False}, 1, 1),
    ("the slowest allowed", {"learning_rate": 0.5, "settled_cases": 100_000}, 1, 100_000),
))  # fmt: skip
def test_pace(world, settings, cases, expected):
    assert training.pace(world(training=settings), cases) == pytest.approx(expected)


def test_who_has_served_more_is_never_slower(world):
    paces = [training.pace(world(training={}), cases) for cases in range(1, 600)]
    assert paces == sorted(paces, reverse=True)
    assert training.pace(world(), 1) == 1


@pytest.mark.parametrize(("tables", "hours"), rows(
    ("its own table", {"training": {"hours_per_month": 3.0}}, 3),
    ("half of a common sum: 450 for two agents at 25 + 20 an hour", {"training": {}, "budget": {"money_per_month": 900.0}}, 5),
    ("all of it", {"training": {}, "budget": {"money_per_month": 900.0, "training_share": 1.0}}, 10),
    ("a common sum that is off", {"training": {"hours_per_month": 3.0}, "budget": {"on": False}}, 3),
    ("no more than a person can", {"training": {}, "budget": {"money_per_month": 1e9}}, MOST_TRAINING),
    ("hours that cost nothing", {"training": {"fee_per_hour": 0.0}, "staff": {"wage_per_hour": 0.0}, "budget": {}},
     MOST_TRAINING),
    ("nobody trains", {"budget": {}}, 0),
    ("off", {"training": {"on": False}, "budget": {}}, 0),
))  # fmt: skip
def test_hours_of_training(world, tables, hours):
    assert world(**tables)[0]["training_hours"] == pytest.approx(hours)


# Colleagues

ASKS = {"internal": {"requests_per_hour": 6.0}}


def requests_of(sheet: np.ndarray, day: int) -> list[int]:
    """The instants of a day's requests."""
    reached, instants = calendar.clock(sheet, day * DAY), []
    while True:
        reached, instant = internal.request(sheet, day, len(instants), reached)
        if instant == NEVER:
            return instants
        instants.append(int(instant))


@pytest.mark.parametrize(("tables", "expected"), rows(
    ("on", ASKS, True), ("off", {"internal": {"on": False}}, False), ("left out", {}, False),
))  # fmt: skip
def test_who_has_colleagues(world, tables, expected):
    assert internal.has_colleagues(world(**tables)) == expected


def test_requests_come_in_opening_hours_at_their_rate(world):
    sheet = world(**ASKS)
    days = [requests_of(sheet, day) for day in range(100)]
    counts = [len(day) for number, day in enumerate(days) if number % 7 < 5]
    assert not any(days[number] for number in range(100) if number % 7 >= 5), "closed at the weekend"
    assert np.mean(counts) == pytest.approx(48, abs=3 * math.sqrt(48 / len(counts)))
    assert np.var(counts) == pytest.approx(48, rel=0.5)
    assert all(9 * HOUR <= instant % DAY < 17 * HOUR for day in days for instant in day)
    assert all(day == sorted(day) for day in days)


def test_colleagues_ask_when_the_desk_is_popular(world):
    profile = [0.0] * 24
    profile[10], profile[11] = 3.0, 1.0
    sheet = world(**ASKS, demand={"profile": profile})
    hours = [instant % DAY // HOUR for day in range(100) for instant in requests_of(sheet, day)]
    assert set(hours) == {10, 11}
    assert share_of([hour == 10 for hour in hours]) == pytest.approx(0.75, abs=3 * math.sqrt(0.1875 / len(hours)))


def test_no_request_where_there_are_none(world):
    assert requests_of(world(internal={"requests_per_hour": 0.0}), 0) == []


def test_requests_have_names_of_their_own():
    names = [int(internal.request_key(day, number)) for day in (0, 1, 7280) for number in (0, 1, 2**28)]
    assert len(set(names)) == len(names)
    assert {name >> 60 for name in names} == {Kind.COLLEAGUE}


@pytest.mark.parametrize(("settings", "cv"), rows(
    ("lognormal", {"request_cv": 0.7}, 0.7), ("all alike", {"request_cv": 0.0}, 0.0),
    ("exponential", {"request_distribution": "exponential"}, 1.0),
))  # fmt: skip
def test_work_on_requests_has_its_mean_and_variation(world, settings, cv):
    sheet = world(internal=settings | {"request_minutes": 8.0})
    assert is_about(lambda who: internal.request_work(sheet, who) / MINUTE, 8)
    assert is_about(lambda who: (internal.request_work(sheet, who) / MINUTE) ** 2, 64 * (1 + cv**2))


@pytest.mark.parametrize(("joined", "now", "expected"), rows(
    ("within a day", 10 * HOUR, 10 * HOUR + 7, 7), ("not at all", 10 * HOUR, 10 * HOUR, 0),
    ("over night", 16 * HOUR + 30 * MINUTE, DAY + 9 * HOUR + 15 * MINUTE, 45 * MINUTE),
    ("until the desk opens", 17 * HOUR, DAY + 9 * HOUR, 0), ("over the weekend", 4 * DAY + 16 * HOUR, 7 * DAY + 10 * HOUR, 2 * HOUR),
    ("a whole week", DAY + 12 * HOUR, 8 * DAY + 12 * HOUR, 40 * HOUR),
))  # fmt: skip
def test_colleagues_wait_while_the_desk_is_open(world, joined, now, expected):
    """From nine to five on five days, from Monday on."""
    assert internal.waited(world(**ASKS), joined, now) == expected


def test_at_a_desk_that_never_closes_colleagues_wait_by_the_clock(world):
    assert internal.waited(world(**ALWAYS, **ASKS), 17 * HOUR, 3 * DAY + 1) == 55 * HOUR + 1


@pytest.mark.parametrize(("memory", "usual", "waited", "expected"), [
    (0.05, 0.0, 100, 5.0), (0.05, 100.0, 100, 100.0), (1.0, 5.0, 100, 100.0), (0.5, 100.0, 0, 50.0),
])  # fmt: skip
def test_what_colleagues_are_used_to(world, memory, usual, waited, expected):
    assert internal.used_to(world(internal={"neglect_memory": memory}), usual, waited) == pytest.approx(expected)


def test_a_steady_wait_becomes_what_colleagues_are_used_to(world):
    sheet, usual = world(internal={"neglect_memory": 0.05}), 0.0
    for _ in range(1000):
        usual = internal.used_to(sheet, usual, 7 * MINUTE)
    assert usual == pytest.approx(7 * MINUTE)


@pytest.mark.parametrize(("usual", "oldest", "expected"), [(5.0, 3, 5.0), (5.0, 8, 8.0), (0.0, 0, 0.0)])
def test_neglect_is_what_is_usual_or_what_is_waited_now(world, usual, oldest, expected):
    assert internal.neglect(world(**ASKS), usual, oldest) == expected


@pytest.mark.parametrize(("tables", "minutes", "expected"), rows(
    ("nobody waits", ASKS, 0, 1), ("ten minutes", ASKS, 10, 1.01), ("an hour", ASKS, 60, 1.06),
    ("a strong effect", {"internal": {"neglect_effect": 10.0}}, 10, 11), ("no effect", {"internal": {"neglect_effect": 0.0}}, 600, 1),
    ("off", {"internal": {"neglect_effect": 10.0, "on": False}}, 600, 1), ("left out", {}, 600, 1),
))  # fmt: skip
def test_mistakes_of_neglect(world, tables, minutes, expected):
    assert internal.mistakes_of_neglect(world(**tables), float(minutes * MINUTE)) == pytest.approx(expected)


# Recognition


def test_who_is_at_an_agents_place_has_a_name(world):
    names = [recognition.name_of(agent, hires) for agent in (0, 1, 999) for hires in (0, 1, 240)]
    assert len(set(names)) == len(names)
    assert recognition.NOBODY not in names
    assert [recognition.place_of(name) for name in names] == [0, 0, 0, 1, 1, 1, 999, 999, 999]


KNOWN = {"recognition": {"recognised_share": 0.8, "notes_share": 0.3}}


@pytest.mark.parametrize(("tables", "known", "name", "share"), rows(
    ("the agent of the last visit, by sight or from notes", KNOWN, 4, 4, 1 - 0.2 * 0.7),
    ("without notes", {"recognition": {"recognised_share": 0.8}}, 4, 4, 0.8),
    ("everybody is in the notes", {"recognition": {"recognised_share": 0.0, "notes_share": 1.0}}, 4, 4, 1),
    ("both are certain", {"recognition": {"recognised_share": 1.0, "notes_share": 1.0}}, 4, 4, 1), ("another", KNOWN, 4, 5, 0.3), ("who has not been here", KNOWN, -1, 4, 0),
    ("a newcomer at the place of the last agent", KNOWN, recognition.name_of(4, 0), recognition.name_of(4, 1), 0.3),
    ("off", {"recognition": {"recognised_share": 1.0, "on": False}}, 4, 4, 0), ("left out", {}, 4, 4, 0),
))  # fmt: skip
def test_who_is_recognised(world, tables, known, name, share):
    sheet = world(**tables)
    assert is_about(lambda who: recognition.is_recognised(sheet, 0, who, NUMBER, known, name), share)


@pytest.mark.parametrize(("tables", "agents"), rows(
    ("any of three", {"recognition": {}, "staff": {"agents": 3}}, 3),
    ("the only one", {"recognition": {}, "staff": {"agents": 1}}, 1),
    ("a manager serves nobody", {"recognition": {}, "staff": {"agents": 2}, "manager": {}}, 2),
))  # fmt: skip
def test_every_agent_of_the_desk_is_as_likely_to_know_a_customer_of_the_opening_book(world, tables, agents):
    sheet = world(**tables)
    known = [int(recognition.known_today(sheet, 0, who)) for who in range(MANY)]
    assert set(known) == {recognition.name_of(agent, 0) for agent in range(agents)}
    assert agents == 1 or stats.chisquare(np.bincount(known)).pvalue > 0.001
    assert known == [int(agents * drawn(sheet, who, 0, Purpose.LAST_AGENT)) for who in range(MANY)]


@pytest.mark.parametrize("tables", [
    {}, {"recognition": {"on": False}}, {"recognition": {}, "demand": {"opening_tenure": 0}},
], ids=["left out", "off", "no visits behind them"])  # fmt: skip
def test_whom_nobody_knows_today(world, tables):
    assert {int(recognition.known_today(world(**tables), 0, who)) for who in range(50)} == {recognition.NOBODY}


@pytest.mark.parametrize(("tables", "name", "expected"), rows(
    ("own agent first", {"recognition": {"own_agent_first": True}}, 4, True),
    ("who has not been here", {"recognition": {"own_agent_first": True}}, -1, False),
    ("by default not", {"recognition": {}}, 4, False),
    ("off", {"recognition": {"own_agent_first": True, "on": False}}, 4, False),
    ("left out", {}, 4, False),
))  # fmt: skip
def test_who_wants_their_own_agent(world, tables, name, expected):
    assert recognition.wants_own_agent(world(**tables), 0, name) == expected


def test_being_recognised_gains_points(world):
    sheet = world(recognition={"recognised_gain": 0.7})
    assert [recognition.greeting_gain(sheet, 0, recognised) for recognised in (True, False)] == [0.7, 0]


# The telephone

CALLED = {"waiting": {}, "phone": {"phone_share": 1.0}}
COUNTER = {"waiting": {}, "phone": {"phone_share": 0.0}}


@pytest.mark.parametrize(("tables", "phones", "expected"), rows(
    ("at the counter", CALLED, False, (12, 1, 1)),
    ("on the telephone", {"phone": {"phone_core_factor": 0.5}}, True, (4, 0.5, 0.8)),
))  # fmt: skip
def test_what_is_different_on_the_telephone(world, tables, phones, expected):
    rules = (phone.usual_patience, phone.transaction_factor, phone.reaching)
    assert tuple(rule(world(**tables), 0, phones) for rule in rules) == expected


@pytest.mark.parametrize(("phones", "attentive", "expected"), [
    (False, 0, False), (False, 1, True), (True, 0, False), (True, 9, False),
])  # fmt: skip
def test_who_is_noticed(phones, attentive, expected):
    assert phone.is_noticed(phones, attentive) == expected


@pytest.mark.parametrize("law", ["exponential", "weibull", "lognormal", "fixed"])
def test_callers_have_their_own_patience_of_the_same_law(world, law):
    settings = {"patience_distribution": law, "patience_shape": 0.7}
    caller, other = (world(waiting=settings, phone={"phone_share": share}) for share in (1.0, 0.0))
    for who in range(100):
        expected = waiting.patience(other, 0, who, NUMBER) / 3
        assert abs(waiting.patience(caller, 0, who, NUMBER) - expected) <= 1
    assert waiting.patience(other, 0, 7, NUMBER) == waiting.patience(world(waiting=settings), 0, 7, NUMBER)


@pytest.mark.parametrize("tables", [{}, {"waiting": {"patience_distribution": "never"}}], ids=["left out", "never"])
def test_where_nobody_gives_up_callers_do_not_either(world, tables):
    assert waiting.patience(world(**tables, phone={"phone_share": 1.0}), 0, 7, NUMBER) == NEVER


def test_callers_do_not_see_the_queue(world):
    see = {"balk_scale_minutes": 1e-3}
    for share, expected in ((1.0, False), (0.0, True)):
        sheet = world(waiting=see, phone={"phone_share": share})
        assert {waiting.balks(sheet, 0, who, NUMBER, 99, agents) for who in range(50) for agents in (0, 1)} == {
            expected
        }


@pytest.mark.parametrize(("phones", "minutes", "expected"), rows(
    ("at the counter", False, 15, 2), ("on the telephone the patience is a third", True, 5, 2),
    ("within a caller's tolerance", True, 1, 0),
))  # fmt: skip
def test_waits_are_held_against_the_patience_of_their_kind(world, phones, minutes, expected):
    sheet = world(waiting={"informed": True}, phone={})
    assert waiting.wait_loss(sheet, 0, minutes * MINUTE, 0, True, phones) == pytest.approx(expected, abs=1e-12)


# Load

LOADED = {"load": {}}


@pytest.mark.parametrize(("tables", "waits", "agents", "expected"), rows(
    ("nobody waits", LOADED, 0, 2, 1), ("one for every agent", LOADED, 2, 2, 0.9), ("two for every agent", LOADED, 4, 2, 0.8),
    ("a crowd cuts no more", LOADED, 1000, 2, 0.8), ("nobody on the roster counts as one", LOADED, 1, 0, 0.9),
    ("everything is cut", {"load": {"queue_cut": 1.0}}, 9, 1, 0), ("off", {"load": {"queue_cut": 1.0, "on": False}}, 9, 1, 1),
    ("left out", {}, 9, 1, 1),
))  # fmt: skip
def test_what_is_left_of_the_six_steps_in_a_crowd(world, tables, waits, agents, expected):
    assert load.cut(world(**tables), waits, agents) == pytest.approx(expected)


@pytest.mark.parametrize(("tables", "waits", "agents", "tiredness", "expected"), rows(
    ("nobody waits, fresh", LOADED, 0, 2, 0.0, 1), ("half a customer for every agent", LOADED, 1, 2, 0.0, 1 / 1.05),
    ("one for every agent", LOADED, 2, 2, 0.0, 1 / 1.1), ("a crowd hurries no more", LOADED, 99, 2, 0.0, 1 / 1.1),
    ("not tired yet", LOADED, 0, 2, 0.85, 1), ("half way to exhaustion", LOADED, 0, 2, 0.925, 1 / 0.95),
    ("exhausted", LOADED, 0, 2, 1.0, 1 / 0.9), ("both", LOADED, 2, 2, 1.0, 1 / (1.1 * 0.9)),
    ("the slowest allowed", {"load": {"fatigue_slowdown": 0.9}}, 0, 1, 1.0, 10),
    ("off", {"load": {"fatigue_slowdown": 0.9, "speed_up": 5.0, "on": False}}, 9, 1, 1.0, 1), ("left out", {}, 9, 1, 1.0, 1),
))  # fmt: skip
def test_hurry(world, tables, waits, agents, tiredness, expected):
    assert load.hurry(world(**tables), waits, agents, tiredness) == pytest.approx(expected)


@given(st.floats(0, 1), st.booleans(), st.integers(0, YEAR), st.floats(0.01, 1e4))
def test_tiredness_stays_a_share_and_goes_towards_its_goal(world, before, busy, lasted, minutes):
    sheet = world(load={"fatigue_minutes": minutes})
    after = load.tiredness_after(sheet, before, busy, lasted)
    assert min(before, float(busy)) - 1e-12 <= after <= max(before, float(busy)) + 1e-12
    left = math.exp(-lasted / MINUTE / minutes)
    assert after == pytest.approx(busy + (before - busy) * left, abs=1e-12)
    half = load.tiredness_after(
        sheet, load.tiredness_after(sheet, before, busy, lasted // 2), busy, lasted - lasted // 2
    )
    assert half == pytest.approx(after, abs=1e-12)


def test_without_load_nobody_tires(world):
    assert load.tiredness_after(world(), 1.0, True, HOUR) == 0
    assert load.tiredness_after(world(load={"on": False}), 1.0, True, HOUR) == 0


@pytest.mark.parametrize(("tables", "tiredness", "expected"), rows(
    ("neutral", LOADED, 0.6, 1), ("fresh", LOADED, 0.0, math.exp(-0.3)), ("exhausted", LOADED, 1.0, math.exp(0.2)),
    ("the strongest allowed", {"load": {"fatigue_mistakes": 10.0}}, 1.0, math.exp(4)),
    ("no effect", {"load": {"fatigue_mistakes": 0.0}}, 1.0, 1), ("off", {"load": {"on": False}}, 1.0, 1), ("left out", {}, 1.0, 1),
))  # fmt: skip
def test_mistakes_of_fatigue(world, tables, tiredness, expected):
    assert load.mistakes_of_fatigue(world(**tables), tiredness) == pytest.approx(expected)


@pytest.mark.parametrize(("strain", "expected"), [(0.5, 0.04), (1.0, 0.08), (2.0, 0.16), (100.0, 1.0)])
def test_strain_multiplies_mistakes_up_to_all_visits(world, strain, expected):
    sheet = world(mistakes={}, quality=EXACTLY)
    assert mistakes.mistake_probability(sheet, 0, 3.0, 0.5, 0.0, strain) == pytest.approx(expected)


@pytest.mark.parametrize("cut", [0.0, 0.25, 1.0])
def test_what_is_cut_is_cut_from_every_step_alike(world, cut):
    sheet = world(investment={"minutes_per_visit": 8.0})
    whole = service.step_minutes(sheet, 0, 7, NUMBER, 1.0)
    assert service.step_minutes(sheet, 0, 7, NUMBER, cut) == pytest.approx(tuple(cut * step for step in whole))


# What customers expect, and what they pay


@pytest.mark.parametrize(("tables", "should", "now", "expected"), rows(
    ("today", {"quality": {"should_drift": 0.5}}, 7.0, 0, 7),
    ("two years later", {"quality": {"should_drift": 0.5}}, 7.0, 2 * YEAR, 8),
    ("at most 10", {"quality": {"should_drift": 5.0}}, 7.0, 10 * YEAR, 10),
    ("nothing drifts", {"quality": {}}, 7.0, 10 * YEAR, 7),
    ("dearer by a factor of e", {"quality": {"price_expectation": 2.0}, "spending": {"price_level": math.e}}, 7.0, 0, 9),
    ("cheaper by a factor of e", {"quality": {"price_expectation": 2.0}, "spending": {"price_level": 1 / math.e}}, 7.0, 0, 5),
    ("at least 0", {"quality": {"price_expectation": 10.0}, "spending": {"price_level": 0.2}}, 7.0, 0, 0),
    ("prices are not changed", {"quality": {"price_expectation": 10.0}, "spending": {}}, 7.0, 0, 7),
    ("nobody pays", {"quality": {}, "spending": {"price_level": 5.0, "on": False}}, 7.0, 0, 7),
))  # fmt: skip
def test_what_customers_think_should_happen_by_now(world, tables, should, now, expected):
    assert quality.expected(world(**tables), 0, should, now) == pytest.approx(expected)


def test_where_nobody_judges_prices_make_no_rival_the_better(world):
    """Nobody expects more for being charged more: what is left is the price itself."""
    tables = {"competitors": {"rival_drift": 1.0, "demanding_weight": 2.0}}
    dear, cheap = (
        staying(world(**LOYAL, **tables, spending={"price_level": level, "price_slope": 0.0}), 36.5, 7.0, 10, now=YEAR)
        for level in (5.0, 1.0)
    )
    assert dear == cheap


def test_a_visit_is_judged_against_what_is_expected_by_now(world):
    drifting, steady = world(quality={"should_drift": 0.5}), world(quality={})
    found = judged(drifting, 10, 7.0, 7.0, 7.0, 7.5, 2 * YEAR)
    known = judged(steady, 10, 7.0, 7.0, 8.0, 7.5)
    assert (found[0], found[1], found[3]) == pytest.approx((known[0], known[1], known[3]))
    assert found[2] == 7, "what drifts is no memory"
    assert judged(drifting, 10, 7.0, 7.0, 7.0, 9.0, 2 * YEAR)[2] == pytest.approx(7 + 0.1 * (9 - 8))


@pytest.mark.parametrize(("settings", "served", "gap", "expected"), rows(
    ("a newcomer", {"spend_growth": 0.02}, 0, 30.0, 1), ("a year", {"spend_growth": 0.02}, 10, 36.5, 1.02),
    ("ten years", {"spend_growth": 0.02}, 100, 36.5, 1.02**10), ("no more than the cap", {"spend_growth": 0.5}, 100, 36.5, 1.5),
    ("no cap but 1", {"spend_growth": 0.5, "spend_cap": 1.0}, 100, 36.5, 1), ("no growth", {"spend_cap": 9.0}, 100, 36.5, 1),
    ("before the first purchase", {"spend_growth": 1.0}, 5, 0.0, 1),
    ("the most there can be", {"spend_growth": 1.0, "spend_cap": 10.0}, 10**5, 3650.0, 10),
    ("of a customer as old as the hills", {"spend_growth": 1.0, "spend_cap": 10.0}, 10**9, 1e6, 10),
    ("up to the cap", {"spend_growth": 1.0, "spend_cap": 4.0}, 10, 73.0, 4), ("nearly", {"spend_growth": 1.0, "spend_cap": 4.0}, 10, 36.5, 2),
))  # fmt: skip
def test_growth_of_spending(world, settings, served, gap, expected):
    assert spending.growth(world(spending=settings), 0, served, gap) == pytest.approx(expected)


@pytest.mark.parametrize(("tables", "gap", "expected"), rows(
    ("ten visits a year", {"spending": {}}, 36.5, 500), ("twice the price", {"spending": {"price_level": 2.0}}, 36.5, 1000),
    ("after a year of loyalty", {"spending": {"spend_growth": 0.1}}, 36.5, 550), ("not bought yet", {"spending": {}}, 0.0, 0),
    ("nothing to buy", {}, 36.5, 0), ("off", {"spending": {"on": False}}, 36.5, 0),
))  # fmt: skip
def test_yearly_spend(world, tables, gap, expected):
    assert spending.yearly_spend(world(**tables), 0, 10, gap) == pytest.approx(expected)


def test_baskets_have_the_mean_of_price_and_loyalty(world):
    sheet = world(spending={"price_level": 2.0, "spend_growth": 0.1})
    assert is_about(lambda who: spending.basket(sheet, 0, who, NUMBER, 10, 36.5), 50 * 2 * 1.1)


@pytest.mark.parametrize(("settings", "share"), rows(
    ("today's prices", {}, 0.4), ("twice", {"price_level": 2.0}, 0.2), ("half", {"price_level": 0.5}, 0.8),
    ("so cheap that all buy", {"price_level": 0.2}, 1), ("nobody minds", {"price_level": 9.0, "price_slope": 0.0}, 0.4),
    ("dear, and much minded", {"price_level": 10.0, "price_slope": 10.0}, 0),
))  # fmt: skip
def test_who_buys_at_a_price(world, settings, share):
    sheet = world(spending={"conversion": 0.4} | settings)
    assert is_about(lambda who: spending.buys(sheet, 0, who, NUMBER, 7.0), share)


@pytest.mark.parametrize("level", [0.2, 1.0, 3.0])
def test_prices_divide_the_odds_of_staying(world, level):
    at_today, found = (
        staying(world(**LOYAL, spending={"price_level": each, "price_slope": 1.5}), 36.5, 7.0, 10)
        for each in (1.0, level)
    )
    assert found / (1 - found) == pytest.approx(at_today / (1 - at_today) * level**-1.5)


# Classes, requests and calls in the queue


def class_of(sheet: np.ndarray, served: int = 10, gap: float = 36.5) -> int:
    """The class of a customer of ten visits."""
    return int(dispatch.class_of(sheet, 0, served, gap))


@pytest.mark.parametrize(("tables", "expected"), rows(
    ("by segment", {"waiting": {"priority": 7}}, 7),
    ("below all", {"waiting": {"priority": -100}}, -100),
    ("equal", {"waiting": {"priority": 7, "queue_policy": "equal"}}, 0),
    ("by value: 2 log₂ 501", {"waiting": {"priority": 7, "queue_policy": "by_value"}, "spending": {}}, 17),
    ("by value, where nothing is sold", {"waiting": {"queue_policy": "by_value"}}, 0),
    ("off", {"waiting": {"priority": 7, "on": False}}, 0),
    ("left out", {}, 0),
))  # fmt: skip
def test_classes(world, tables, expected):
    assert class_of(world(**tables)) == expected


BY_VALUE = {"waiting": {"queue_policy": "by_value"}}


@pytest.mark.parametrize(("yearly", "expected"), [(0, 0), (0.5, 1), (1, 2), (3, 4), (1023, 20), (1e10, 66)])
def test_classes_by_value_are_half_octaves(world, yearly, expected):
    sheet = world(**BY_VALUE, spending={"basket_mean": yearly / 1000})
    assert class_of(sheet, gap=DAYS_PER_YEAR / 1000) == expected


@pytest.mark.parametrize(
    ("spend", "expected"), [(0, 0), (0.41, 0), (0.42, 1), (1, 2), (500, 17), (1e14, 93), (1e300, 100)]
)
def test_classes_of_what_is_spent_in_a_year(spend, expected):
    """From √2 − 1 on the next half octave."""
    assert dispatch.value_class(float(spend)) == expected


@pytest.mark.parametrize(("cv", "expected"), [(0.0, 1000), (0.5, 1250), (2.0, 5000)])
def test_who_has_not_bought_counts_as_one_of_the_average(world, cv, expected):
    """The mean of what customers spend in a year: 365 / gap is (1 + cv²) / mean on average, by a lognormal's moments."""
    gaps = {"visit_gap_days": 36.5, "gap_between_cv": cv}
    sheet = world(**BY_VALUE, spending={"basket_mean": 50.0, "price_level": 2.0}, demand=gaps)
    assert sheet[0]["usual_spend"] == pytest.approx(expected)
    assert class_of(sheet, 0, 0.0) == math.floor(2 * math.log2(1 + expected))
    if cv < 1:
        assert is_about(lambda who: spending.yearly_spend(sheet, 0, 0, usual_gap(sheet, 0, who)), expected)


def test_the_average_is_over_segments_by_their_shares(world):
    """A quarter spends 1000 a year, a quarter nothing for lack of anything to buy, a half 200."""
    own = [(0.25, 36.5, {"basket_mean": 100.0}), (0.25, 36.5, {"on": False}), (0.5, 36.5, {"basket_mean": 20.0})]
    segments = [
        {"name": name, "share": share, "demand": {"visit_gap_days": gap, "gap_between_cv": 0.0}, "spending": spends}
        for name, (share, gap, spends) in zip("abc", own, strict=True)
    ]
    assert world(**BY_VALUE, segments=segments)[0]["usual_spend"] == pytest.approx(350)


def test_who_spends_more_is_never_of_a_lower_class(world):
    sheet = world(**BY_VALUE, spending={})
    classes = [class_of(sheet, gap=gap) for gap in np.geomspace(1e-6, 1e5, 200)]
    assert classes == sorted(classes, reverse=True)
    assert max(classes) <= dispatch.VALUABLE
    assert (
        class_of(world(**BY_VALUE, spending={"basket_mean": 1e7, "price_level": 10.0}), gap=1e-9) == dispatch.VALUABLE
    )


def ranked(sheet: np.ndarray, joined: int, who: int = 5, complains: bool = False, segment: int = 0) -> tuple[int, int]:
    """The place in the queue of a customer of ten visits."""
    return dispatch.rank(sheet, segment, joined, who, NUMBER, complains, 10, 36.5)


LATE = 1040 * WEEK


@pytest.mark.parametrize(
    ("order", "first"), rows(("in turn", "in_turn", 0), ("first", "first", 1), ("last", "last", -1))
)
@pytest.mark.parametrize("priorities", [(0, 0), (-100, 100), (100, -100)])
def test_callers_before_or_after_all_at_the_counter(world, order, first, priorities):
    names = ("at the counter", "calling")
    segments = [
        {"name": name, "share": 0.5, "waiting": {"priority": priority}, "phone": {"phone_share": float(place)}}
        for place, (name, priority) in enumerate(zip(names, priorities, strict=True))
    ]
    sheet = world(waiting={}, phone={"phone_order": order}, segments=segments)
    counter, caller = ranked(sheet, LATE if first < 0 else 0), ranked(sheet, LATE if first > 0 else 0, 6, segment=1)
    if first:
        assert (caller < counter) == (first > 0)
    else:
        assert (caller < counter) == (priorities[1] > priorities[0])


@pytest.mark.parametrize("order", ["first", "last"])
@pytest.mark.parametrize("calls", ["in_turn", "first", "last"])
@pytest.mark.parametrize("phones", [0.0, 1.0])
def test_complaints_go_before_or_after_callers_too(world, order, calls, phones):
    sheet = world(
        recovery={"complaint_order": order},
        waiting={"priority": 100},
        phone={"phone_order": calls, "phone_share": phones},
    )
    complaint, other = (
        ranked(sheet, joined, complains=complains) for joined, complains in ((LATE // 2, True), (LATE // 2, False))
    )
    assert (complaint < other) == (order == "first")
    assert ranked(sheet, 0, complains=True) < ranked(sheet, LATE, complains=True)


@pytest.mark.parametrize("priority", [-100, -3, 0, 3, 100])
@pytest.mark.parametrize("customers", [-100, 0, 100])
def test_requests_have_their_place_among_customers(world, priority, customers):
    sheet = world(internal={"request_priority": priority}, waiting={"priority": customers})
    key = internal.request_key(3, 4)
    for request, customer in ((0, LATE), (LATE, 0), (5, 5)):
        first = dispatch.request_rank(sheet, request, key) < ranked(sheet, customer)
        assert first == ((-priority, request, key) < (-customers, customer, 5))


@pytest.mark.parametrize(("priority", "first"), [(-1, False), (0, None), (1, True), (100, True)])
def test_a_request_of_priority_0_is_an_average_customers_by_value_too(world, priority, first):
    """An average customer of 500 a year is of class 17; at one instant the colleague's name is the larger."""
    tables = {"internal": {"request_priority": priority}, "spending": {}, **SAME_GAP}
    sheet = world(**BY_VALUE, **tables)
    request = dispatch.request_rank(sheet, LATE, internal.request_key(3, 4))
    assert (request < ranked(sheet, 0)) == bool(first)
    assert (dispatch.request_rank(sheet, 0, internal.request_key(3, 4)) < ranked(sheet, LATE)) == (first is not False)


C, F, K, R, N = dispatch.CUSTOMER, dispatch.FOLLOW_UP, dispatch.CALL, dispatch.REQUEST, dispatch.NOBODY


def turns_to(customer: bool, request: bool, request_first: bool, work: str, may_call: bool, protected: bool) -> int:
    """What a free agent turns to: the table of the docstring, read from its first line to its last."""
    if may_call and protected:
        return K
    if work == "pressing":
        return F
    if customer or request:
        return R if request and (request_first or not customer) else C
    if work == "work":
        return F
    return K if may_call else N


@pytest.mark.parametrize("customer", [False, True])
@pytest.mark.parametrize("request_waits", [False, True])
@pytest.mark.parametrize("work", ["none", "work", "pressing"])
def test_what_a_free_agent_turns_to_where_colleagues_ask(world, customer, request_waits, work):
    sheet = world(promises={"pressing_hours": 2.0}, internal={})
    due = {"none": NEVER, "work": NOW + 2 * HOUR + 1, "pressing": NOW + 2 * HOUR}[work]
    for first, may_call, protected in itertools.product([False, True], repeat=3):
        found = dispatch.turns_to(sheet, NOW, customer, request_waits, first, work != "none", due, may_call, protected)
        assert found == turns_to(customer, request_waits, first, work, may_call, protected)


# A visit as a whole


def minutes_of(told: object) -> float:
    """How long a visit took."""
    return (told.ends - HOUR) / MINUTE  # type: ignore[attr-defined]


@pytest.mark.parametrize(("tables", "around", "expected"), rows(
    ("usual", {}, {}, (18, 8, 9.305)),
    ("recognised", {"recognition": {"recognised_share": 1.0}}, {"known": 0}, (18, 8, 9.605)),
    ("who is not known", {"recognition": {"recognised_share": 1.0}}, {}, (18, 8, 9.305)),
    ("a newcomer at half pace", {"training": {"learning_rate": 0.5}}, {"cases": 250}, (28, 8, 9.305)),
    ("hurried by a crowd, nothing cut", {"load": {"queue_cut": 0.0}}, {"crowd": 99}, (8 + 10 / 1.1, 8, 9.305)),
    ("all is cut in a crowd", {"load": {"queue_cut": 1.0, "speed_up": 0.0}}, {"crowd": 99}, (10, 0, 3.05)),
    ("exhausted", {"load": {}}, {"tiredness": 1.0}, (8 + 10 / 0.9, 8, 9.305)),
    ("a caller, twice as long, whom nothing reaches",
     {"phone": {"phone_share": 1.0, "phone_core_factor": 2.0, "phone_effect": 0.0}}, {}, (28, 8, 3.05)),
))  # fmt: skip
def test_a_visit_in_the_house(world, tables, around, expected):
    told = visited(world(**CARED_FOR, **tables), **around)
    minutes, care, points = expected
    assert (minutes_of(told), told.care, told.points) == (
        pytest.approx(minutes, abs=1e-4), care * MINUTE, pytest.approx(points, abs=1e-9)
    )  # fmt: skip
    assert told.recognised == ("recognised" in str(tables) and "known" in around)


def test_a_caller_is_reached_by_part_of_the_minutes(world):
    shortened = {"minutes_per_visit": 8.0 * 0.8}
    called = visited(world(**CARED_FOR, phone={"phone_share": 1.0}))
    assert called.care == 8 * MINUTE, "the agent takes them all the same"
    assert called.points == pytest.approx(visited(world(**CALM, investment=shortened)).points)


@pytest.mark.parametrize(("tables", "around", "strain"), rows(
    ("fresh", {"load": {}}, {}, math.exp(-0.3)), ("tired", {"load": {}}, {"tiredness": 1.0}, math.exp(0.2)),
    ("colleagues are kept waiting for an hour", {"internal": {"neglect_effect": 0.2}}, {"neglected": 60.0 * MINUTE}, 2.2),
    ("both", {"load": {}, "internal": {"neglect_effect": 0.2}}, {"tiredness": 1.0, "neglected": 60.0 * MINUTE},
     2.2 * math.exp(0.2)),
))  # fmt: skip
def test_load_and_neglect_make_mistakes(world, tables, around, strain):
    sheet = world(**CARED_FOR, **tables, mistakes={"mistake_share": 0.2, "catch_share": 0.0})
    wrong = mistakes.OVERLOOKED
    assert is_about(lambda who: visited(sheet, who, **around).wrong == wrong, 0.2 * strain)


def test_the_outlook_knows_the_pull_of_the_present(world):
    sheet = world(**LOYAL, competitors={"rival_drift": 1.0})
    outlook = [loyalty.yearly_retention(sheet, 0, 36.5, 8.0, 10, 7.0, year * YEAR) for year in range(3)]
    assert outlook[0] == pytest.approx(0.8)
    assert outlook == sorted(set(outlook), reverse=True)
    per_visit = staying(sheet, 36.5, 8.0, 10, now=2 * YEAR) * 0.95**0.1
    assert outlook[2] == pytest.approx(per_visit**10)
