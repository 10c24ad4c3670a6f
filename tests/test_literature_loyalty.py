"""Published results about what customers expect, whether they stay and whom they bring: Q2, Q11 to Q13, Q17, Q20 and
Buell, Campbell and Frei (2016), as paired experiments; the table is in `test_literature`."""

import numpy as np
import pytest
from test_literature import bounds, differences, over_replications, surely_more, usual_house

from servsim.engine_parameters import to_sheet
from servsim.event_codes import Happening
from servsim.model import fast
from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.study.verification.market_formulas import win_stay_share
from servsim.units import DAY, DAYS_PER_YEAR

NOBODY_MINDS = {"on": False}
"""Waits, where minutes would otherwise change them as well."""
ENOUGH = {"agents": 6}

# Gans (2002): win-stay, lose-shift


def to_and_fro(leaving: float, returning: float) -> Scenario:
    """A thousand people who buy once a week, here until a visit is bad, and then elsewhere until one is bad there."""
    tables = {
        "opening": {"always": True},
        "demand": {"prospects_per_hour": 0.0, "opening_book": 1000, "visit_gap_days": 7.0, "gap_between_cv": 0.0,
                   "gap_distribution": "fixed"},
        "staff": {"agents": 20},
        "service": {"core_minutes": 1.0, "core_distribution": "fixed"},
        "loyalty": {"yearly_retention": (1 - leaving) ** (DAYS_PER_YEAR / 7), "natural_churn": 0.0,
                    "tenure_slope": 0.0},
        "competitors": {"rival_drift": 0.0, "return_share": returning},
        "horizon": {"weeks": 300.0, "warmup_weeks": 150.0},
    }  # fmt: skip
    return checked(tables, "win-stay, lose-shift")


@pytest.mark.parametrize(("leaving", "returning"), [(0.02, 0.04), (0.1, 0.2), (0.04, 0.02)])
def test_the_share_of_purchases_goes_by_the_ratio_of_failures(leaving, returning):
    """Two bad visits in a hundred against four: twice the purchases, also where both fail five times as often."""
    low, high = bounds(over_replications(to_and_fro(leaving, returning), "arrivals") / 1000)
    assert low < win_stay_share(leaving, returning) < high
    assert high - low < 0.015


# Aflaki and Popescu (2014): constant or variable service


STEPS = ("greet", "listen", "acknowledge", "empathise", "summarise", "action_points")


def varying(cv: float, loss_aversion: float) -> Scenario:
    """The same minutes on average, for customers who are used to what they bring."""
    return usual_house(
        staff=ENOUGH,
        service={"step_cv": dict.fromkeys(STEPS, cv)},
        quality={"opening_satisfaction": 8.3, "first_expectation": 8.3, "loss_aversion": loss_aversion},
        waiting=NOBODY_MINDS,
    )


def constant_over_variable(metric: str, loss_aversion: float) -> np.ndarray:
    """(replications,) what constant minutes bring more than minutes that vary by half."""
    return differences(varying(0.0, loss_aversion), varying(0.5, loss_aversion), metric)


def test_constant_minutes_win_and_more_so_under_loss_aversion():
    averse, neutral = (constant_over_variable("satisfaction_mean", weight) for weight in (2.0, 1.0))
    assert surely_more(averse)
    assert surely_more(averse - neutral)
    assert surely_more(constant_over_variable("retention", 2.0))


def test_they_win_as_well_where_good_surprises_count_more():
    """There they should vary: here each step brings less and less, so that variation costs quality to begin with."""
    assert surely_more(constant_over_variable("satisfaction_mean", 0.5))
    assert surely_more(constant_over_variable("quality_mean", 0.5))


# Rust, Inman, Jia and Zahorik (1999): what customers do not know about quality


def perceived_with(sd: float, loss_aversion: float) -> Scenario:
    """Visits of quality 7 on average to customers who expect as much."""
    return usual_house(
        staff=ENOUGH,
        investment={"minutes_per_visit": 3.0},
        quality={"perception_sd": sd, "loss_aversion": loss_aversion},
        waiting=NOBODY_MINDS,
    )


def steady_over_varied(metric: str, loss_aversion: float = 2.0) -> np.ndarray:
    """(replications,) what quality that varies by a quarter of a point brings more than one that varies by a point."""
    return differences(perceived_with(0.25, loss_aversion), perceived_with(1.0, loss_aversion), metric)


def test_of_equal_quality_that_which_varies_less_wins():
    low, high = bounds(steady_over_varied("quality_mean"))
    assert -0.01 < low < high < 0.01
    assert surely_more(steady_over_varied("satisfaction_mean"))
    assert surely_more(steady_over_varied("retention"))


def test_through_loss_aversion():
    """Without it satisfaction is the same; in the source customers avoid risk by themselves."""
    low, high = bounds(steady_over_varied("satisfaction_mean", loss_aversion=1.0))
    assert -0.02 < low < high < 0.02


def after_one_visit(tenure: int, minutes: float) -> Scenario:
    """Everybody in the book comes once."""
    return usual_house(
        opening={"always": True},
        demand={"prospects_per_hour": 0.0, "gap_between_cv": 0.0, "gap_distribution": "fixed",
                "opening_tenure": tenure},
        staff=ENOUGH,
        investment={"minutes_per_visit": minutes},
        waiting=NOBODY_MINDS,
        horizon={"weeks": 30 / 7},
    )  # fmt: skip


def test_new_customers_gain_more_from_one_good_visit_than_old_ones():
    new, old = (
        differences(after_one_visit(tenure, 8.0), after_one_visit(tenure, 3.0), "satisfaction_mean")
        for tenure in (0, 10)
    )
    assert surely_more(old)
    assert surely_more(new - old)


# Boulding, Kalra, Staelin and Zeithaml (1993): what is promised


def promising(points: float, budget: float, **advertising: float) -> Scenario:
    """A business that lives on prospects, who are promised so much."""
    told = {"promised_points": points, "budget_per_month": budget, **advertising}
    return usual_house(demand={"opening_book": 0}, advertising=told)


USUAL = 500.0


@pytest.mark.parametrize("budget", [USUAL, 2 * USUAL])
@pytest.mark.parametrize("metric", ["satisfaction_mean", "retention_rate"])
def test_promising_too_much_does_harm_on_balance(metric, budget):
    assert surely_more(differences(promising(0.0, budget), promising(1.0, budget), metric))


def test_though_it_wins_more_customers():
    assert surely_more(differences(promising(1.0, USUAL), promising(0.0, USUAL), "customers_won"))


def test_a_promise_that_brings_nobody_leaves_fewer_customers():
    """With the 5 % more prospects a point that are assumed, the harm to the book is not shown either way."""
    honest, boasting = (promising(points, USUAL, promise_pull=0.0) for points in (0.0, 1.0))
    assert surely_more(differences(honest, boasting, "customers_end"))


# Kumar, Petersen and Leone (2007): big spenders and big referrers


def spending_and_referrals(world: int) -> tuple[float, float]:
    """Correlation, over customers of the book, of referrals with the mean basket, and with what was spent in all."""
    book = 2000
    house = usual_house(
        demand={"opening_book": book}, staff=ENOUGH, investment={"minutes_per_visit": 8.0}, word_of_mouth={}
    )
    trace = fast.simulate(to_sheet(house, 1, world))
    bought, referred = trace.of(Happening.BOUGHT), trace.of(Happening.REFERRED)[:, 4]
    bought = bought[bought[:, 2] < book]
    visits, spent = (np.bincount(bought[:, 2], weights, book) for weights in (None, bought[:, 4]))
    referrals = np.bincount(referred[referred < book], minlength=book)
    came = visits > 0
    by_basket = np.corrcoef(spent[came] / visits[came], referrals[came])[0, 1]
    return float(by_basket), float(np.corrcoef(spent, referrals)[0, 1])


def test_big_spenders_are_not_the_big_referrers_but_frequent_ones_are():
    """People tell after visits, so that who comes often both spends and tells more: of the basket nothing follows."""
    by_basket, by_year = np.array([spending_and_referrals(world) for world in range(12)]).T
    low, high = bounds(by_basket)
    assert -0.03 < low < high < 0.03
    assert surely_more(by_year)
    assert surely_more(by_year - by_basket)


# Weariness and loyalty loss in recurrent service models: waits that drive customers away, who come back


GAP = 30
STRICT = {"waiting": {"patience_distribution": "never", "wait_weight": 10.0, "tolerance": 0.0},
          "loyalty": {"natural_churn": 0.0, "satisfaction_slope": 5.0}}  # fmt: skip
"""Every minute of waiting counts, and a point of satisfaction decides."""
LENIENT = {"waiting": {"patience_distribution": "never"}, "loyalty": {"natural_churn": 0.0}}


def recurrent(judges: dict, gap_between_cv: float, gaps: str) -> Scenario:
    """A large book at a desk that is busy all the time; who leaves is back after some usual gaps."""
    tables = {
        "opening": {"always": True},
        "demand": {"prospects_per_hour": 0.0, "opening_book": 8000, "visit_gap_days": float(GAP),
                   "gap_between_cv": gap_between_cv, "gap_distribution": gaps},
        "staff": {"agents": 3},
        "investment": {},
        "quality": {},
        **judges,
        "competitors": {"rival_drift": 0.0, "return_share": 0.5},
        "horizon": {"weeks": 150.0},
    }  # fmt: skip
    return checked(tables, "Recurrent service")


def daily_arrivals(world: int, judges: dict, gap_between_cv: float, gaps: str = "lognormal") -> np.ndarray:
    """(720 days,) arrivals of each day after eleven usual gaps."""
    trace = fast.simulate(to_sheet(recurrent(judges, gap_between_cv, gaps), 1, world))
    return np.bincount(trace.of(Happening.ARRIVED)[:, 0] // DAY)[11 * GAP : 35 * GAP].astype(float)


def echo(days: np.ndarray, lag: int) -> float:
    """Autocorrelation of a daily series."""
    apart = days - days.mean()
    return float((apart[:-lag] * apart[lag:]).mean() / (apart**2).mean())


def swing(days: np.ndarray) -> float:
    """Variance of a daily series as a multiple of its mean: 1 where chance is all there is."""
    return float(np.var(days) / np.mean(days))


REPLICATIONS = range(6)


@pytest.mark.nightly
def test_demand_of_strict_customers_does_not_swing_where_all_gaps_are_fixed():
    """This was set first, to turn from one gap to the next: crowded days would be quiet a gap later, and back again.

    Instead each day keeps its own customers for ever, and the fullest days lose most of them.
    """
    series = [daily_arrivals(world, STRICT, 0.0, "fixed") for world in REPLICATIONS]
    assert bounds(np.array([echo(days, GAP) for days in series]))[0] > 0
    assert bounds(np.array([swing(days) for days in series]))[1] < 1


@pytest.mark.nightly
def test_but_ever_more_where_only_their_return_is_in_step():
    """Who comes on a crowded day leaves, and is back on the same day of a later gap: the crowd keeps itself together.

    Who stays comes after gaps of cv 0.7, on any day, until it is a crowded one. The wave has the length of the usual
    gap, grows out of chance alone, and grows on in the last year of three: no warm-up would be long enough.
    """
    series = [daily_arrivals(world, STRICT, 0.0) for world in REPLICATIONS]
    assert bounds(np.array([echo(days, GAP) for days in series]))[0] > 0.9
    assert bounds(np.array([echo(days, GAP // 2) for days in series]))[1] < 0
    first, second = (np.array([swing(days[year]) for days in series]) for year in (slice(0, 360), slice(360, 720)))
    assert bounds(first)[0] > 2
    assert surely_more(second - first)


@pytest.mark.nightly
@pytest.mark.parametrize(("judges", "gap_between_cv"), [(LENIENT, 0.0), (STRICT, 0.5)])
def test_nor_does_it_with_settings_as_they_are(judges, gap_between_cv):
    """Neither where waits and satisfaction count as they do by themselves, nor where customers differ in their gaps."""
    series = [daily_arrivals(world, judges, gap_between_cv) for world in REPLICATIONS]
    low, high = bounds(np.array([echo(days, GAP) for days in series]))
    assert -0.15 < low < high < 0.15
    assert bounds(np.array([swing(days) for days in series]))[1] < 2


# Buell, Campbell and Frei (2016): who leaves when a better rival opens


BEST_SERVED, LESS_SERVED = (8.0, 9.0), (2.0, 6.0)
"""Minutes per visit, and the satisfaction they have led to."""


def lost_a_year(served: tuple[float, float], newcomer: float) -> np.ndarray:
    """(replications,) rate at which customers leave, where a rival of such quality opens in half a year (0: none)."""
    minutes, satisfaction = served
    house = usual_house(
        demand={"prospects_per_hour": 0.0},
        staff=ENOUGH,
        investment={"minutes_per_visit": minutes},
        quality={"opening_satisfaction": satisfaction},
        waiting=NOBODY_MINDS,
        competitors={"newcomer_quality": newcomer},
        horizon={"weeks": 104.0},
    )
    return -np.log(over_replications(house, "retention_rate"))


def test_a_better_rival_draws_more_of_the_best_served_in_proportion_but_not_in_numbers():
    """The rate at which they leave doubles, and grows by three quarters among the others, who left more often before.

    In the source it is the best served who leave in greater numbers.
    """
    (best, best_before), (less, less_before) = (
        [lost_a_year(served, newcomer) for newcomer in (9.5, 0.0)] for served in (BEST_SERVED, LESS_SERVED)
    )
    assert surely_more(best - best_before)
    assert surely_more(np.log(best / best_before) - np.log(less / less_before))
    assert surely_more((less - less_before) - (best - best_before))
