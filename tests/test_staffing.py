"""Staff beside minutes: the same desk with an agent more and fewer, the pair that is best, and what an hour brings."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from servsim.scenario.read import checked, read_scenario, with_settings
from servsim.show.evaluation_summary import first, hour_words, lines, staff_table, staff_words
from servsim.study.execution.options import Execution
from servsim.study.one_lever.evaluate import evaluate
from servsim.study.one_lever.minutes_and_staff import REPLICATIONS, Crew, Staffing, staffing
from servsim.study.one_lever.staff_variants import paid_by_month, paid_hours, with_agents
from servsim.study.run import run
from servsim.study.yearly_projection import COLUMNS, PLACE

HOURS = {"monday": "09:00-13:00", "tuesday": "09:00-13:00"}
DESK = {
    "title": "Counter", "opening": HOURS, "demand": {"prospects_per_hour": 3.0, "opening_book": 60, "visit_gap_days": 20.0},
    "staff": {"agents": 2, "wage_per_hour": 20.0}, "service": {"core_minutes": 12.0}, "waiting": {}, "quality": {},
    "loyalty": {}, "spending": {"basket_mean": 30.0}, "investment": {"minutes_per_visit": 2.0},
    "horizon": {"years": 2.0},
    "evaluate": {"levels": [0.0, 2.0, 4.0, 8.0], "replications": 4, "smallest_difference": 0.0},
}  # fmt: skip
DISCOUNTED_YEARS = sum(1.1 ** -((month + 0.5) / 12) for month in range(24)) / 12
"""Of two years at 10 %."""


def desk(**tables):
    """The counter with some tables changed."""
    return checked({**DESK, **tables}, "test")


# Other staff


@pytest.mark.parametrize(("agents", "more", "expected"), [(2, 1, 3), (2, -1, 1), (1, -1, None), (1000, 1, None)])
def test_an_agent_more_or_fewer(agents, more, expected):
    other = with_agents(desk(staff={"agents": agents}), more)
    assert (other and other.staff.agents) == expected


def test_hours_in_which_nobody_is_there_stay_empty_and_the_last_agent_stays():
    monday = [0.0] * 9 + [1.0, 2.0, 2.5, 0.5] + [0.0] * 11
    scenario = desk(staff={"agents": 2, "roster": {"monday": monday}})
    more, fewer = (with_agents(scenario, change) for change in (1, -1))
    assert more.staff.roster.monday[8:14] == [0, 2.0, 3.0, 3.5, 1.5, 0]
    assert fewer.staff.roster.monday[8:14] == [0, 1.0, 1.0, 1.5, 0.5, 0]
    assert paid_hours(scenario).tolist() == [6.0, 8.0, 0, 0, 0, 0, 0]
    assert (paid_hours(more).sum(), paid_hours(fewer).sum()) == (10 + 12, 4 + 4)


def test_hours_of_a_month_are_those_of_its_days():
    """Two years of 730 days have 105 Mondays and Tuesdays; the first month 31 days from a Monday on, five of each."""
    months = paid_by_month(desk(), 24)
    assert months.sum() == 2 * 4 * 2 * 105
    assert months[0] == 2 * 4 * 2 * 5


def test_a_scenario_as_it_is_stays_so():
    scenario = desk()
    assert with_agents(scenario, 0) is scenario


# The look


@pytest.fixture(scope="module")
def looked():
    e = evaluate(desk())
    return e, staffing(e)


def test_every_pair_is_what_an_evaluation_with_that_staff_finds(looked):
    """In the same replications, to the last bit."""
    e, s = looked
    assert [crew.more for crew in s.crews] == [-1, 0, 1]
    for crew in s.crews:
        own = evaluate(with_settings(e.scenario, {"staff.agents": 2 + crew.more}), replications=4)
        for level in crew.months:
            np.testing.assert_array_equal(crew.value(level), own.sample(level, "value"))
    assert s.best.value(s.best.best).mean() == max(
        crew.value(level).mean() for crew in s.crews for level in crew.months
    )


def test_the_best_of_a_crew_is_inside_what_was_tried(looked):
    """Or at an end of all levels: the look goes on while it gets better."""
    e, s = looked
    for crew in s.crews:
        tried = sorted(crew.months)
        if crew.more and crew.best in (tried[0], tried[-1]):
            assert crew.best in (e.levels[0], e.levels[-1])


def test_an_hour_brings_the_value_gained_and_the_wage_by_hours_paid(looked):
    e, s = looked
    more = run(with_agents(e.scenario, 1), replications=4).sample("value")
    gained = float((more - run(e.scenario, replications=4).sample("value")).mean())
    hours = 8 * 365 / 7 * DISCOUNTED_YEARS
    assert s.hour(e.today).brings.mean - 20.0 == pytest.approx(gained / hours, rel=0.01)
    assert s.hour(e.today).brings.unit == "EUR/h"
    assert s.hour(e.today).costs == 20.0


def test_where_nobody_comes_an_hour_brings_nothing():
    """All that changes is the wage, which is added back; its discount is a day's there and a month's middle here."""
    e = evaluate(desk(demand={"prospects_per_hour": 0.0}, staff={"agents": 2, "wage_per_hour": 20.0}))
    (hour,) = staffing(e).hours
    assert hour.brings.mean == pytest.approx(0.0, abs=0.02)
    assert not hour.is_short
    assert hour.is_idle


@pytest.mark.parametrize(
    "changed",
    [
        {"evaluate": {"lever": "staff.agents", "levels": [1, 2, 3], "replications": 2}},
        {"evaluate": {"objective": "wait_mean", "levels": [2, 4], "replications": 2}},
        {"spending": {"on": False}, "evaluate": {"objective": "wait_mean", "levels": [2, 4], "replications": 2}},
    ],
    ids=["staff is the lever", "no money is asked for", "nobody spends"],
)
def test_other_staff_is_looked_at_where_money_over_the_years_is_asked_for(changed):
    assert staffing(evaluate(desk(**changed))) is None


def test_a_pair_that_breaks_a_constraint_is_not_the_best():
    """Costs must not rise: an agent more is out, whatever it brings."""
    asked = {**DESK["evaluate"], "constraints": ["costs <= today"]}
    s = staffing(evaluate(desk(evaluate=asked, spending={"basket_mean": 500.0})))
    assert all(s.crew(1).breaks.values())
    assert s.crew(1).best is None
    assert s.best.more != 1
    assert not any(crew.more == 1 for crew, _ in s.not_told_apart)


def test_replications_are_no_more_than_those_of_the_levels_that_matter(looked):
    e, s = looked
    assert {len(months) for crew in s.crews for months in crew.months.values()} == {min(REPLICATIONS, e.replications)}


def test_ctrl_c_leaves_what_was_finished_and_says_so(looked):
    """Where it is pressed before any other staff was simulated, today's is left."""
    e, _ = looked

    def pressed(done, total, seconds):
        if done:
            raise KeyboardInterrupt

    s = staffing(e, execution=Execution(workers=1, progress=pressed))
    assert s.interrupted
    assert [crew.more for crew in s.crews] == [0]
    assert (s.best.more, s.best.best, s.hours) == (0, e.best, [])
    assert (first(s), staff_words(s), hour_words(s)) == ("", "", "")


# The words


WAVE = np.array([-1.0, 1.0, -1.0, 1.0])


def crews(e, fewer, more, width=10.0, level=4.0):
    """Crews that bring so much more in the first month than today's at its best, give or take a width."""

    def months(gain):
        table = np.zeros((4, 24, len(COLUMNS)))
        table[:, 0, PLACE["cash"]] = gain + (width * WAVE if gain else 0)
        return table

    return tuple(
        Crew(change, with_agents(e.scenario, change), {e.today: months(gain - 50.0), level: months(gain)},
             {e.today: False, level: False})
        for change, gain in ((-1, fewer), (0, 0.0), (1, more))
    )  # fmt: skip


def told(fewer, more, **given):
    e = replace(evaluate(desk()), best=4.0)
    return Staffing(e, crews(e, fewer, more, **given))


def test_where_staff_is_short_the_first_sentence_says_so():
    s = told(-900.0, 5000.0)
    assert s.change_is_shown
    head = lines(s.evaluation, s)[0]
    assert head[0] == ""
    assert head[1].startswith(
        "Staff is short: 3 agents instead of 2 with 4 minutes of care per visit would bring 5.00 k EUR more ("
    )
    assert (
        "over two years, wages paid, than today's staff with 4 minutes of care per visit. With today's staff: "
        in head[1]
    )
    assert staff_words(s) == "Only one agent more and one fewer were tried: try still more."
    at_the_end = told(-900.0, 5000.0, level=8.0)
    assert staff_words(at_the_end).endswith(
        "try still more. 8 minutes of care per visit is the largest level tried "
        "with 3 agents instead of 2: try larger ones, too (--levels)."
    )


def test_where_hours_are_idle_it_says_that():
    s = told(5000.0, -900.0)
    assert first(s).startswith(
        "Hours are idle: 1 agent instead of 2 with 4 minutes of care per visit would bring 5.00 k EUR"
    )
    assert staff_words(s).endswith("try still fewer.")


def test_where_other_staff_is_not_shown_to_bring_more_the_level_comes_first():
    s = told(-900.0, -5000.0)
    assert (first(s), staff_words(s)) == ("", "")
    s = told(-900.0, 5.0, width=300.0)
    assert first(s) == ""
    assert staff_words(s) == "3 agents instead of 2 cannot be told apart from today's staff."


def test_the_table_has_a_line_for_each_number_of_agents():
    table = staff_table(told(-900.0, 5000.0))
    cells = [list(column.cells) for column in table.columns]
    assert cells[0] == ["1", "2  today", "3  best"]
    assert cells[1] == ["4", "4", "4"]
    assert cells[3] == ["-900", "", "+5.00 k"]
    assert table.columns[1].header == "best minutes"


def test_a_roster_is_told_beside_today_and_not_by_numbers():
    roster = {"every_day": [2.0] * 24}
    e = replace(evaluate(desk(staff={"agents": 2, "roster": roster})), best=4.0)
    s = Staffing(e, crews(e, -900.0, 5000.0))
    assert first(s).startswith("Staff is short: one agent more in every hour with 4 minutes")
    assert list(staff_table(s).columns[0].cells) == ["one fewer", "as now  today", "one more  best"]


def test_the_hour_is_told_at_todays_level_and_at_the_best():
    said = hour_words(told(-900.0, 5000.0))
    assert said.startswith("One staff hour more would bring ")
    assert " at 2 minutes of care per visit and " in said
    assert said.endswith(" at 4 minutes of care per visit, before its wage of 20.00: it pays.")


# Against brute force


@pytest.mark.nightly
def test_the_pair_named_is_the_best_by_brute_force_or_is_not_told_apart_from_it():
    """Of five scenarios and the old salon, in replications that were not used for advising; docs/proof/staffing.md."""
    path = Path(__file__).parent.parent / "benchmarks" / "staffing.py"
    spec = importlib.util.spec_from_file_location("staffing_benchmark", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = [module.judged(Path(name).name, read_scenario(module.ROOT / f"{name}.toml")) for name in module.NAMES]
    assert [row for row, holds in found if not holds] == []
