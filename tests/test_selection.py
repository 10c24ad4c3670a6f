"""Selection: the race on made-up replications whose means are known, and `evaluate` on a desk that takes no time."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest

from servsim.errors import ScenarioError
from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.study.execution.options import HERE, Execution
from servsim.study.execution.replications import Job
from servsim.study.intervals_and_tables import t_quantile
from servsim.study.metrics import NAMES
from servsim.study.objective import constraints_of
from servsim.study.one_lever.evaluate import evaluate
from servsim.study.one_lever.race import PILOT, RACE_REPLICATIONS, STEP, Contest, difference_of, finer_levels
from servsim.study.one_lever.ranking_and_selection import BREAKS, KEEPS, OPEN, ROUND, Race, Rules, side, width
from servsim.study.one_lever.result import Evaluation
from servsim.study.yearly_projection import COLUMNS, discounted_revenue

NOTHING = np.empty((0, 1000))


def test_the_width_is_that_of_kim_and_nelson():
    """½ (1 + 2η)^(−(n₀ − 1) / 2) is the error that one comparison may have; by hand for small first stages."""
    assert width(0.25, 2) == pytest.approx(3)
    assert width(0.125, 3) == pytest.approx(6)
    for share, first in [(0.025, 20), (0.025 / 11, 20), (0.001, 5), (0.2, 500)]:
        eta = width(share, first) / 2 / (first - 1)
        assert 0.5 * (1 + 2 * eta) ** (-(first - 1) / 2) == pytest.approx(share)
    assert width(0.025, 10**6) == pytest.approx(-2 * np.log(0.05), rel=1e-4)


def test_levels_and_constraints_share_the_error():
    """Bonferroni: k − 1 comparisons with the best, and k levels times as many constraints, half of the error each."""
    assert Rules(5, 20, 1.0, 0.04).h2_of_levels == width(0.01, 20)
    both = Rules(5, 20, 1.0, 0.04, (0.1, 0.2))
    assert both.h2_of_levels == width(0.005, 20)
    assert both.h2_of_constraints == width(0.002, 20)
    assert Rules(1, 20, 1.0, 0.04).h2_of_levels == width(0.04, 20)


def test_a_sum_leaves_its_region_as_one_would_by_hand():
    """With h² 6, δ 1 and a variance of 1 after 3 replications the region is ½ (6 − r): 1½ after 3 replications, nothing from 6 on."""

    def found(*steps: float) -> int:
        return int(side(np.array(steps), 6.0, 1.0, 3))

    assert found(1.6, 0.6, -0.4) == 1
    assert found(-1.6, -0.6, 0.4) == -1
    assert found(1.4, 0.4, -0.6) == 0
    assert found(1.4, 0.4, -0.6, -0.4) == 0
    assert found(1.4, 0.4, -0.6, -0.1) == 1
    assert found(1, 0, -1, 0, 0, 0) == 1
    assert found(1, 0, -1, 0, 0, -0.01) == -1
    assert found(0, 0, 0) == 1


def looked(
    race: Race, replications: int, metrics: Sequence[np.ndarray], slack: Sequence[np.ndarray] | None = None
) -> Race:
    """The race after a look at the first replications of these (levels, replications) and (levels, constraints, replications)."""
    slack = [NOTHING] * len(metrics) if slack is None else slack
    alive = list(map(int, race.alive))
    race.look(
        np.array([metrics[level][:replications] for level in alive]),
        np.array([slack[level][:, :replications] for level in alive]),
    )
    return race


def raced(
    rules: Rules, metrics: Sequence[np.ndarray], slack: Sequence[np.ndarray] | None = None
) -> tuple[Race, list[int]]:
    """A race that is over, and in how many replications each level was."""
    race, replications, taken = Race(rules, range(len(metrics))), rules.first, [rules.first] * len(metrics)
    while not looked(race, replications, metrics, slack).over:
        replications += ROUND
        assert replications <= len(metrics[0])
        for level in race.alive:
            taken[int(level)] = replications
    return race, taken


def naive(rules: Rules, metrics: np.ndarray) -> tuple[int, list[int]]:
    """Kim and Nelson's procedure written down level by level, without a thought for time: the last level, and replications."""
    eta = ((2 * rules.share / (rules.contenders - 1)) ** (-2 / (rules.first - 1)) - 1) / 2
    h2 = 2 * eta * (rules.first - 1)
    left, replications, taken = list(range(len(metrics))), rules.first, [rules.first] * len(metrics)
    while True:
        staying = []
        for i in left:
            taken[i] = replications
            beaten = False
            for j in left:
                if i != j:
                    variance = np.var(metrics[i, : rules.first] - metrics[j, : rules.first], ddof=1)
                    within = max(
                        0, rules.difference / 2 / replications * (h2 * variance / rules.difference**2 - replications)
                    )
                    beaten = beaten or metrics[i, :replications].mean() < metrics[j, :replications].mean() - within
            if not beaten:
                staying.append(i)
        left = staying
        if len(left) == 1:
            return left[0], taken
        replications += ROUND


@pytest.mark.parametrize("number", range(20))
def test_without_constraints_it_is_the_published_procedure(number):
    random = np.random.default_rng(number)
    levels = int(random.integers(2, 8))
    rules = Rules(levels + number % 3, int(random.integers(2, 30)), float(random.uniform(0.6, 2)), 0.025)
    metrics = random.normal(0, 1, (levels, 1)) + random.normal(0, 1, (levels, 100_000 if rules.first < 5 else 3_000))
    race, taken = raced(rules, metrics)
    assert ([*race.alive], taken) == ([naive(rules, metrics)[0]], naive(rules, metrics)[1])


def made(random: np.random.Generator, means: Sequence[float], alike: float, replications: int = 600) -> np.ndarray:
    """(levels, replications) normal metrics with a variance of 1, correlated between levels."""
    own = random.standard_normal((len(means), replications))
    return np.array(means)[:, None] + np.sqrt(alike) * random.standard_normal(replications) + np.sqrt(1 - alike) * own


CONFIGURATIONS = {
    "the others just too far": [0, -1, -1, -1, -1],
    "two": [0, -1],
    "steps": [-0.51 * step for step in range(6)],
    "a crowd near the best": [0, -0.5, -0.5, -0.5, -1.01, -1.01, -1.01],
    "all alike": [0, 0, 0],
}
"""Means in smallest differences."""


@pytest.mark.parametrize("races", [300, pytest.param(1000, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("alike", [0.0, 0.9], ids=["independent", "common"])
@pytest.mark.parametrize("means", CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_the_best_or_one_as_good_is_chosen_as_often_as_promised(means, alike, races):
    """Two fifths of a standard deviation of a difference, 95 % promised; the intervals hold as often, give or take."""
    random = np.random.default_rng(1)
    difference = 0.4 * np.sqrt(2 * (1 - alike))
    truth = np.array(means) * difference
    rules = Rules(len(means), 20, difference, 0.05)
    right = covered = 0
    for _ in range(races):
        metrics = made(random, truth, alike)
        race, taken = raced(rules, metrics)
        assert race.decided
        right += truth[int(race.alive[0])] >= -difference * 1.000001
        covered += all_hold(metrics, truth, taken, 0.95)
    assert right >= 0.95 * races
    assert covered >= (0.95 - 0.02) * races


def all_hold(metrics: np.ndarray, truth: np.ndarray, taken: list[int], confidence: float) -> bool:
    """Do the intervals of all differences hold, over the replications that were taken when the race was over?"""
    pairs = list(combinations(range(len(truth)), 2))
    for one, other in pairs:
        replications = min(taken[one], taken[other])
        gap = metrics[one, :replications] - metrics[other, :replications]
        reach = t_quantile(confidence, replications - 1, len(pairs)) * gap.std(ddof=1) / np.sqrt(replications)
        if abs(gap.mean() - truth[one] + truth[other]) > reach:
            return False
    return True


@pytest.mark.parametrize("races", [300, pytest.param(1000, marks=pytest.mark.nightly)])
def test_the_best_of_those_that_keep_a_constraint_is_chosen_as_often_as_promised(races):
    """Slack is just the tolerance to either side; the two that do best break the constraint."""
    random = np.random.default_rng(2)
    means, slacks = np.array([1.0, 0.5, 0.0, -0.5, -1.0]), np.array([-0.4, -0.4, 0.4, 0.4, 0.4])
    rules = Rules(5, 20, 0.5, 0.05, (0.4,))
    right = 0
    for _ in range(races):
        metrics, slack = made(random, means, 0.5, 1500), made(random, slacks, 0.5, 1500)
        race, _ = raced(rules, metrics, slack[:, None, :])
        right += race.decided and race.alive == [2]
    assert right >= 0.95 * races


FIRST = np.tile([1.0, -1.0], 500)
"""A first stage of four replications has a variance of 4/3; the sum is 0 after every two."""


def constrained(slack: Sequence[float], levels: int = 2) -> tuple[Race, list[np.ndarray]]:
    """A race with one constraint, and slack of such means."""
    race = Race(Rules(levels, 4, 1.0, 0.05, (1.0,)), range(levels))
    return race, [(FIRST + mean)[None, :] for mean in slack]


def test_a_level_not_known_to_keep_a_constraint_sends_nobody_away_until_it_is():
    """And then it does so with the lead that it had."""
    race, slack = constrained([0.0, 50.0])
    ahead = [np.r_[np.full(4, 100.0), np.full(996, -0.1)], np.zeros(1000)]
    looked(race, 4, ahead, slack)
    assert race.alive == [0, 1]
    assert (0, 1) in race.ahead
    assert [race.known[level][0] for level in (0, 1)] == [OPEN, KEEPS]
    assert not race.over
    ahead[0][4:] = -10
    slack[0][0, 4:] = 50
    looked(race, 24, ahead, slack)
    assert ahead[0][:24].sum() > 0
    assert race.alive == [0]
    assert race.decided


def test_a_level_that_breaks_a_constraint_leaves_and_sends_nobody_away():
    race, slack = constrained([-50.0, 50.0])
    looked(race, 4, [np.full(1000, 100.0), np.zeros(1000)], slack)
    assert race.known[0][0] == BREAKS
    assert race.alive == [1]
    assert race.decided


def test_where_all_break_a_constraint_none_is_left():
    race, slack = constrained([-50.0, -50.0])
    assert looked(race, 4, [FIRST, FIRST], slack).alive == []
    assert race.decided


def test_one_level_alone_is_best_once_it_is_known_to_keep_its_constraints():
    race, slack = constrained([50.0], levels=1)
    assert looked(race, 4, [FIRST], slack).decided
    race, slack = constrained([0.0], levels=1)
    assert not looked(race, 4, [FIRST], slack).over


def test_levels_ahead_of_each_other_in_a_circle_are_not_decided():
    race, slack = constrained([50.0] * 3, levels=3)
    race.ahead = {(0, 1), (1, 2), (2, 0)}
    looked(race, 4, [FIRST] * 3, slack)
    assert race.alive == [0, 1, 2]
    assert race.over
    assert not race.decided


def test_of_levels_that_are_always_equal_the_first_stays():
    race = Race(Rules(3, 4, 1.0, 0.05), [2, 0, 1])
    looked(race, 4, [FIRST] * 3)
    assert race.alive == [2]
    assert race.decided


def test_finer_levels_lie_between_the_best_and_its_neighbours():
    assert finer_levels([0, 2, 4, 8], 2, 2, False) == [3, 6]
    assert finer_levels([0, 2, 4, 8], 2, 3, False) == pytest.approx([2 + 2 / 3, 2 + 4 / 3, 6], rel=1e-5)
    assert finer_levels([0, 2, 4, 8], 3, 3, False) == [5, 6, 7]
    assert finer_levels([0, 2, 4, 8], 0, 1, False) == [1]
    assert finer_levels([3], 0, 4, False) == []
    assert finer_levels([1, 2, 4], 1, 4, True) == [3]
    assert all(0.1234567 < level < 0.1234569 for level in finer_levels([0.1234567, 0.1234569], 0, 3, False))


# Evaluate


DESK = {
    "opening": {"monday": "09:00-12:00"},
    "demand": {"prospects_per_hour": 6},
    "investment": {"minutes_per_visit": 4},
    "waiting": {"patience_minutes": 15},
    "quality": {},
    "spending": {},
    "horizon": {"weeks": 2},
    "evaluate": {"levels": [0, 2, 4, 8], "replications": 4},
}


def desk(**changed: object) -> Scenario:
    """A desk of some forty visits, with other tables in place of its own."""
    return checked({**DESK, **changed}, "desk")


def test_a_race_goes_on_with_the_best_and_brings_todays_level_up_to_it():
    e = evaluate(desk(), objective="wait_mean", levels=(0, 0.5, 8), smallest_difference=0.3, budget=4_000)
    assert e.guarantee is not None
    assert e.guarantee.to_dict() == {"probability": 0.95, "difference": 0.3, "unit": "min"}
    assert e.best == 0
    assert e.better == -1
    assert e.replications_of(0) == e.replications_of(4) > e.replications_of(0.5) == 4
    assert 4 not in e.not_worse
    assert e.gain.high < 0


def test_finer_levels_change_no_world_of_the_others():
    coarse, fine = (evaluate(desk(), objective="quality_mean", finer=finer) for finer in (0, 3))
    assert set(coarse.levels) < set(fine.levels)
    assert len(fine.levels) == len(coarse.levels) + 3
    assert fine.contenders == coarse.contenders + 3
    for level in coarse.levels:
        assert np.array_equal(
            coarse.metrics[coarse.levels.index(level)], fine.metrics[fine.levels.index(level)], equal_nan=True
        )


def test_finer_levels_of_a_whole_number_are_whole():
    e = evaluate(desk(), lever="staff.agents", levels=(1, 3, 6), objective="profit", finer=4)
    assert all(level.is_integer() for level in e.levels)
    assert len(e.levels) > 3


def test_a_level_that_breaks_a_constraint_is_not_best():
    free = evaluate(desk(), objective="quality_mean", smallest_difference=0.2, budget=4_000)
    kept = evaluate(
        desk(),
        objective="quality_mean",
        smallest_difference=0.2,
        budget=4_000,
        constraints=["investment_hours <= today"],
    )
    assert free.best == 8
    assert kept.best == 4
    assert kept.guarantee is not None
    assert kept.breaks == ((), (), (), ("investment_hours <= today",))
    assert 8 not in kept.not_worse


@pytest.mark.parametrize("difference", [0.0, 0.2])
def test_where_no_level_keeps_a_constraint_none_is_best(difference):
    e = evaluate(desk(), objective="quality_mean", smallest_difference=difference, constraints=["occupancy >= 1"])
    assert e.best is None
    assert e.gain is None
    assert e.guarantee is None
    assert e.not_worse == []
    assert all(e.breaks)
    assert e.to_dict()["best"] is None


@pytest.mark.parametrize("text", ["complaints <= 10", "complaints <= today"])
def test_a_constraint_on_a_metric_that_there_is_not_is_a_mistake(text):
    with pytest.raises(ScenarioError, match=r"complaints is not defined in this scenario"):
        evaluate(desk(), constraints=[text])


def test_an_objective_that_there_is_not_is_a_mistake():
    with pytest.raises(ScenarioError, match=r'evaluate\.objective is "recovered_share", which is not defined'):
        evaluate(desk(), objective="recovered_share", finer=1)


def test_what_is_asked_is_checked_as_a_file_is():
    with pytest.raises(ScenarioError, match=r"evaluate\.replications is 1; it must be"):
        evaluate(desk(), replications=1)
    with pytest.raises(ScenarioError, match=r"evaluate\.smallest_difference is -1"):
        evaluate(desk(), smallest_difference=-1.0)


def test_a_budget_that_only_reaches_to_the_first_stage_ends_the_race_after_it():
    e = evaluate(desk(), smallest_difference=1e-6, budget=12, objective="wait_mean", levels=(3.9, 4.1))
    assert e.replications == 4
    assert e.guarantee is None
    assert e.best == 3.9
    assert e.resolved > 1e-6


def test_a_budget_below_the_first_stage_is_refused_before_anything_is_simulated():
    with pytest.raises(
        ScenarioError, match=r"budget_replications\) is 11 replications, and 12 are simulated to begin with"
    ):
        evaluate(desk(), smallest_difference=1e-6, budget=11, objective="wait_mean", levels=(3.9, 4.1))


def test_the_usual_budget_refuses_no_first_stage():
    contest = Contest(desk(), desk().evaluate.model_copy(update={"replications": 3000}), 1, HERE)
    assert contest.asked.budget_replications < contest.contenders * contest.asked.replications


def test_a_budget_is_kept_to_pilot_and_all():
    for finer in (0, 2):
        e = evaluate(
            desk(), smallest_difference=1e-6, budget=200, objective="wait_mean", levels=(3.9, 4.1), finer=finer
        )
        assert 150 < 4 * (3 if finer else 0) + sum(map(len, e.metrics)) <= 200


def test_a_lever_whose_table_is_off_changes_nothing_and_today_may_stay():
    off = {"minutes_per_visit": 4, "on": False}
    e = evaluate(desk(investment=off), objective="wait_mean", smallest_difference=0.1)
    assert e.best == e.today == 4
    assert e.guarantee is not None
    assert e.not_worse == list(e.levels)
    assert e.difference(0, 4).mean == e.difference(0, 4).high == 0
    with pytest.raises(ScenarioError, match=r"the scenario leaves investment out"):
        evaluate(checked({key: table for key, table in DESK.items() if key not in ("investment", "evaluate")}, "desk"))


@pytest.mark.parametrize(("after", "finer"), [(3, 0), (3, 2), (9, 0), (25, 0), (60, 0)])
def test_what_is_finished_before_an_interruption_is_shown(after, finer):
    def stop(done: int, of: int, seconds: float) -> None:
        if done >= after:
            raise KeyboardInterrupt

    e = evaluate(
        desk(),
        objective="wait_mean",
        smallest_difference=1e-3,
        finer=finer,
        execution=Execution(workers=1, progress=stop),
    )
    assert e.interrupted
    assert e.guarantee is None
    assert (e.best is not None) == (after >= 9)
    assert sum(map(len, e.metrics)) <= after + 1
    assert e.to_dict()["interrupted"]


def test_a_contest_may_begin_at_any_world():
    early, late = (Contest(desk(), desk().evaluate, 1, Execution(), first).run() for first in (0, 2))
    column = NAMES.index("wait_mean")
    for one, other in zip(early.metrics, late.metrics, strict=True):
        assert np.array_equal(one[2:, column], other[:2, column])


def test_the_marginal_minute_is_a_share_of_the_step_to_the_next_level():
    e = evaluate(desk(), objective="quality_mean")
    step, change = e.marginal(4), e.difference(8, 4)
    assert step.mean == pytest.approx(change.mean / 4)
    assert step.high - step.low == pytest.approx((change.high - change.low) / 4)
    assert e.marginal(8) is None


# Over the years: few replications, and the smallest difference by a pilot.


@pytest.mark.parametrize(("stated", "gain", "revenue", "matters"), [
    (None, 1_000, 10_000, 50), (None, 10, 10_000, 10), (None, 0, 0, 0), (None, None, 10_000, 0),
    (0.0, 1_000, 10_000, 0), (250.0, 1_000, 10_000, 250),
    ("1 % of revenue", 1_000, 10_000, 100), ("0.25 % of revenue", None, 10_000, 25), ("1 % of revenue", None, 0, 0),
], ids=str)  # fmt: skip
def test_what_matters_is_stated_or_a_twentieth_of_what_the_best_brings_or_a_thousandth_of_revenue(
    stated, gain, revenue, matters
):
    asked = desk(evaluate={} if stated is None else {"smallest_difference": stated}).evaluate
    assert difference_of(asked, gain, revenue) == pytest.approx(matters)


PAYS = {
    **DESK, "opening": {"monday": "09:00-12:00", "thursday": "09:00-12:00"}, "loyalty": {},
    "demand": {"prospects_per_hour": 1, "opening_book": 60, "visit_gap_days": 20}, "horizon": {"weeks": 4, "years": 1},
}  # fmt: skip
"""A desk on which a few minutes are worth something in a year."""


class Watched(Contest):
    """A contest whose pool remembers what it was asked for, one list after the other."""

    def __init__(self, *asked: object) -> None:
        """As any contest."""
        super().__init__(*asked)
        self.jobs: list[list[Job]] = []
        outcomes = self.pool.outcomes
        self.pool.outcomes = lambda jobs: self.jobs.append(list(jobs)) or outcomes(jobs)


def contested(today: int = 4, **asked: object) -> tuple[Watched, Evaluation]:
    """A contest about value, and its end."""
    raw = {"levels": [0, 2, 4, 8], "objective": "value", **asked}
    scenario = checked({**PAYS, "investment": {"minutes_per_visit": today}, "evaluate": raw}, "pays")
    contest = Watched(scenario, scenario.evaluate, 1, Execution(workers=1))
    return contest, contest.run()


def test_a_race_over_the_years_begins_with_a_pilot_of_its_own_and_goes_on_five_by_five():
    contest, e = contested()
    pilot, first, *rounds = [jobs for jobs in contest.jobs if jobs]
    assert sorted({job.replication - PILOT for job in pilot}) == list(range(3))
    assert len(pilot) == 3 * 4
    assert sorted(job.replication for job in first) == sorted([*range(10)] * 4)
    assert all(len({job.replication for job in jobs}) <= 5 for jobs in rounds)
    assert {len(own) % 5 for own in e.metrics} == {0}
    assert e.replications_of(e.today) == max(map(len, e.metrics))
    assert sum(map(len, e.metrics)) <= RACE_REPLICATIONS


@pytest.mark.parametrize("today", [0, 4])
def test_the_smallest_difference_of_a_race_over_the_years_is_the_pilots(today):
    """A twentieth of what its best brings, or a thousandth of today's revenue, in replications that are none of the race's."""
    contest, e = contested(today)
    values = [contest.pilot.table(contest.places[level])[:, NAMES.index("value")].mean() for level in e.levels]
    months = contest.pilot.months(contest.places[e.today])
    revenue = (months[..., COLUMNS.index("revenue")] * 1.1 ** -((np.arange(12) + 0.5) / 12)).sum(axis=1).mean()
    gain = max(values) - values[e.levels.index(e.today)]
    assert e.smallest_difference == pytest.approx(max(gain / 20, revenue / 1000))
    assert (gain / 20 > revenue / 1000) == (today == 0)


def test_what_is_stated_is_taken_instead():
    assert contested(smallest_difference=500.0)[1].smallest_difference == 500
    share = contested(smallest_difference="2 % of revenue")[1]
    months = share.months[share.levels.index(share.today)]
    assert share.smallest_difference == pytest.approx(0.02 * discounted_revenue(months, 0.1).mean(), rel=0.1)
    none = contested(smallest_difference=0.0)[1]
    assert none.smallest_difference == 0
    assert none.guarantee is None
    assert set(map(len, none.metrics)) == {10}


def test_where_replications_are_stated_all_levels_are_simulated_in_that_many_and_there_is_no_pilot():
    contest, e = contested(replications=6)
    assert [len(own) for own in e.metrics] == [6] * 4
    assert [len(jobs) for jobs in contest.jobs if jobs] == [24]
    assert e.smallest_difference == 0


@pytest.mark.parametrize("asked", [{"objective": "cash"}, {"objective": "retention"}])
def test_other_questions_are_asked_as_before(asked):
    contest, e = contested(**asked)
    assert [len(own) for own in e.metrics] == [20] * 4
    assert len([jobs for jobs in contest.jobs if jobs]) == 1
    assert e.smallest_difference == 0


def test_a_budget_that_is_stated_holds_for_the_pilot_and_the_race():
    contest, e = contested(smallest_difference=1e-6, budget_replications=90)
    assert 12 + sum(map(len, e.metrics)) <= 90
    assert len(contest.pilot) == 12
    assert e.guarantee is None


def test_levels_that_are_not_told_apart_in_some_three_hundred_replications_stay_so():
    e = contested(levels=[4, 4.1], smallest_difference=1e-6)[1]
    assert RACE_REPLICATIONS - 2 * STEP < sum(map(len, e.metrics)) <= RACE_REPLICATIONS
    assert e.guarantee is None
    assert len(e.not_worse) > 1


@pytest.mark.parametrize("after", [1, 11, 13, 30, 60])
def test_an_interrupted_race_over_the_years_tells_what_it_has(after):
    """In the pilot, in the first stage and after it."""

    def stop(done: int, of: int, seconds: float) -> None:
        if done >= after:
            raise KeyboardInterrupt

    scenario = checked({**PAYS, "evaluate": {"levels": [0, 2, 4, 8], "objective": "value"}}, "pays")
    e = evaluate(scenario, execution=Execution(workers=1, progress=stop))
    told = e.to_dict()
    assert told["interrupted"]
    assert e.guarantee is None
    assert (e.best is not None) == (after >= 30)
    assert (told["look_ahead"] is not None) == (after >= 30)


# Constraints over the years.


def test_a_constraint_holds_in_the_window_and_in_every_year_that_is_simulated():
    """Of metrics that years have; the first year is not asked again where the window is the first year."""
    years, a_month = {"horizon": {"years": 3}}, {"horizon": {"weeks": 4, "years": 3.5}}
    for tables, expected in ((years, [None, 2, 3]), (a_month, [None, 1, 2, 3])):
        asked = {"objective": "value", "constraints": ["unserved_share <= 5 %", "wait_p90 <= 9"]}
        scenario = desk(**tables, evaluate=asked)
        found = constraints_of(scenario, scenario.evaluate)
        assert [each.year for each in found if each.metric == "unserved_share"] == expected
        assert [each.year for each in found if each.metric == "wait_p90"] == [None]
    scenario = desk(**years, evaluate={"objective": "wait_mean", "constraints": ["unserved_share <= 5 %"]})
    assert [each.year for each in constraints_of(scenario, scenario.evaluate)] == [None]


def test_a_level_that_breaks_a_constraint_only_in_a_later_year_is_not_best_and_the_year_is_named():
    """The book grows from 10 customers: in the first year one agent is enough for four minutes, in the second not."""
    tables = {**PAYS, "demand": {"prospects_per_hour": 0.8, "opening_book": 10, "visit_gap_days": 14},
              "staff": {"agents": 1}, "horizon": {"years": 3}}  # fmt: skip
    free, bound = (
        evaluate(checked(tables, "grows"), levels=(2, 4, 6), objective="value", replications=8, constraints=constraints)
        for constraints in ([], ["abandoned_share <= 40 %"])
    )
    shares = {level: [free.of_year(level, year, "abandoned_share").mean for year in (1, 2, 3)] for level in free.levels}
    assert max(shares[2]) < 0.39
    assert shares[4][0] < 0.39 < 0.41 < min(shares[4][1:])
    assert shares[6][0] > 0.41
    assert (free.best, bound.best) == (4, 2)
    assert bound.breaks == ((), ("abandoned_share <= 40 %",), ("abandoned_share <= 40 %",))
    assert bound.broken_since == ((), (2,), (0,))
    assert [level["broken_since_year"] for level in bound.to_dict()["levels"]] == [[], [2], [0]]
