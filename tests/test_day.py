"""A day as data: visits by hand, spells that tile the day, curves that add up to the trace, from both engines alike."""

from itertools import pairwise

import numpy as np
import pytest
from test_story import ALL_ON

from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.event_codes import Kind, Reason
from servsim.scenario.read import checked
from servsim.study.histories.customers import AGENT, TICK, VALUE, WHAT, WHO, World, is_colleague
from servsim.study.histories.day import Day, Doing, Spell, day_of, first_day, spells, steps
from servsim.study.histories.visits import UNSERVED, Fate, Visit, requests, visits
from servsim.study.tally_places import IDLE, INATTENTIVE
from servsim.study.trace_totals import Tally
from servsim.units import DAY, HOUR, MILLIONTHS, MINUTE, WEEK

ADA, BOB = 7, 8
NINE = 9 * HOUR


@pytest.fixture(scope="module")
def busy() -> World:
    """Three weeks in which everything happens."""
    return World(checked({**ALL_ON, "horizon": {"weeks": 3.0}}, "test"))


@pytest.fixture(scope="module")
def everything(busy) -> np.ndarray:
    """All its rows."""
    return busy.rows(lambda piece: piece[:, WHAT] >= 0)


@pytest.fixture(scope="module")
def days(busy, everything) -> list[Day]:
    """All its days on which anything happens at the desk."""
    opened = np.unique(everything[everything[:, WHAT] == H.ARRIVED][:, TICK] // DAY)
    return [day_of(busy, int(number)) for number in opened]


def table(*rows: tuple[int, ...]) -> np.ndarray:
    """Rows as an engine would hand them over."""
    ordered = np.array(rows, np.int64)
    return ordered[np.lexsort(ordered.T[::-1])]


def small(**tables) -> World:
    """A world of which only the rules and the sheet are asked."""
    return World(checked({"staff": {"agents": 1}, **tables}, "test"))


def area(curve: tuple[np.ndarray, np.ndarray], ends: int) -> int:
    """The integral of a curve up to the end of its day."""
    instants, levels = curve
    return int((levels * np.diff([*instants, ends])).sum())


# Visits


def test_a_visit_is_read_off_its_rows():
    world = small(quality={}, waiting={"patience_distribution": "fixed", "patience_minutes": 9.0})
    start, end = NINE + 5 * MINUTE, NINE + 25 * MINUTE
    rows = table(
        (NINE, H.ARRIVED, ADA, -1, 3),
        (start, H.STARTED, ADA, 0, 5 * MINUTE),
        (end, H.FINISHED, ADA, 0, 6 * MILLIONTHS),
        (end, H.JUDGED, ADA, -1, 5 * MILLIONTHS),
        (end, H.BOUGHT, ADA, -1, 40 * MILLIONTHS),
        (end, H.LOST, ADA, -1, Reason.WAIT),
        (NINE + MINUTE, H.ARRIVED, BOB, -1, 0),
        (NINE + 10 * MINUTE, H.ABANDONED, BOB, -1, 9 * MINUTE),
        (NINE + 10 * MINUTE, H.RETRIES, BOB, -1, 0),
    )
    ada, bob = visits(world, rows)
    then = frozenset({H.FINISHED, H.JUDGED, H.BOUGHT, H.LOST})
    assert ada == Visit(
        ADA, 3, 0, False, 9 * MINUTE, NINE, start, 0, end, None, None, end, Fate.SERVED, 6.0, 5.0, 40.0, Reason.WAIT, then
    )  # fmt: skip
    assert (ada.name, ada.waited_until) == ("7", start)
    assert (bob.fate, bob.left, bob.waited_until) == (Fate.ABANDONED, NINE + 10 * MINUTE, NINE + 10 * MINUTE)
    assert bob.left - bob.arrived == bob.patience
    assert H.RETRIES in bob.then
    assert (bob.quality, bob.satisfaction, bob.spent) == (None, None, 0.0)


def test_who_is_left_to_the_manager_leaves_after_the_talk():
    rows = table(
        (NINE, H.ARRIVED, ADA, -1, 0),
        (NINE, H.STARTED, ADA, 0, 0),
        (NINE + MINUTE, H.FINISHED, ADA, 0, 0),
        (NINE + MINUTE, H.ESCALATED, ADA, 0, 1),
        (NINE + 3 * MINUTE, H.STEPPED_IN, ADA, 1, 2 * MINUTE),
        (NINE + 9 * MINUTE, H.STEPPED_BACK, ADA, 1, 6 * MINUTE),
    )
    [whole], [begun] = visits(small(), rows), visits(small(), rows[:5])
    assert (whole.finished, whole.stepped_in, whole.manager) == (NINE + MINUTE, NINE + 3 * MINUTE, 1)
    assert (whole.left, whole.fate) == (NINE + 9 * MINUTE, Fate.SERVED)
    assert begun.left is None


@pytest.mark.parametrize(("what", "fate"), UNSERVED.items(), ids=lambda one: getattr(one, "name", ""))
def test_who_is_not_served_has_a_fate(what, fate):
    [visit] = visits(small(), table((NINE, H.ARRIVED, ADA, -1, 0), (NINE + 5, what, ADA, -1, 5)))
    assert (visit.fate, visit.left, visit.started) == (fate, NINE + 5, None)


def test_who_has_not_left_is_inside():
    [visit] = visits(small(), table((NINE, H.ARRIVED, ADA, -1, 0)))
    assert (visit.fate, visit.left, visit.waited_until, visit.patience) == (Fate.INSIDE, None, None, None)


@pytest.mark.parametrize(
    ("what", "last"), [((H.LET_DOWN,), 2.0), ((H.RECOVERED,), 6.0), ((H.FAILED, H.RECOVERED), 4.0)], ids=str
)
def test_satisfaction_is_what_it_came_to(what, last):
    levels = [(NINE + 5, H.JUDGED, ADA, -1, level * MILLIONTHS) for level in (2, 4, 6)]
    rows = [(NINE, H.ARRIVED, ADA, -1, 0), (NINE, H.STARTED, ADA, 0, 0), (NINE + 5, H.FINISHED, ADA, 0, 0)]
    [visit] = visits(small(quality={}), table(*rows, *levels, *((NINE + 5, word, ADA, -1, 0) for word in what)))
    assert visit.satisfaction == last


def test_a_request_is_read_off_its_rows():
    who = int(Kind.COLLEAGUE) << 60
    [asked] = requests(
        table((NINE, H.ASKED, who, -1, 0), (NINE + 5, H.HELPING, who, 1, 5), (NINE + 9, H.HELPED, who, 1, 4))
    )
    assert (asked.asked, asked.started, asked.agent, asked.helped) == (NINE, NINE + 5, 1, NINE + 9)
    assert asked.name == "colleague 0:0"


# Agents


def test_spells_are_read_off_an_agents_rows():
    sheet = small(staff={"agents": 1, "while_serving": "pause"}).sheet
    rows = table(
        (NINE, H.CAME_ON, -1, 0, 0),
        (NINE + 10, H.STARTED, ADA, 0, 0),
        (NINE + 20, H.LOST_ATTENTION, -1, 0, 0),
        (NINE + 30, H.REGAINED_ATTENTION, -1, 0, 0),
        (NINE + 40, H.FINISHED, ADA, 0, 0),
        (NINE + 40, H.STARTED, BOB, 0, 5),
        (NINE + 50, H.FINISHED, BOB, 0, 0),
        (NINE + 50, H.ESCALATED, BOB, 0, 1),
        (NINE + 60, H.RELEASED, -1, 0, 10),
        (NINE + 60, H.WENT_ON_BREAK, -1, 0, 0),
        (NINE + 70, H.CAME_BACK, -1, 0, 0),
        (NINE + 80, H.STARTED, ADA, 0, 0),
        (NINE + 90, H.WENT_OFF, -1, 0, 0),
        (NINE + 90, H.FINISHED, ADA, 0, 0),
    )
    assert spells(sheet, rows, 0, 0, DAY) == [
        Spell(0, NINE, Doing.OFF),
        Spell(NINE, NINE + 10, Doing.IDLE),
        Spell(NINE + 10, NINE + 20, Doing.VISITING, True, ADA),
        Spell(NINE + 20, NINE + 30, Doing.INATTENTIVE, False, ADA),
        Spell(NINE + 30, NINE + 40, Doing.VISITING, True, ADA),
        Spell(NINE + 40, NINE + 50, Doing.VISITING, True, BOB),
        Spell(NINE + 50, NINE + 60, Doing.HELD, True, BOB),
        Spell(NINE + 60, NINE + 70, Doing.BREAK),
        Spell(NINE + 70, NINE + 80, Doing.IDLE),
        Spell(NINE + 80, NINE + 90, Doing.VISITING, True, ADA),
        Spell(NINE + 90, DAY, Doing.OFF),
    ]


def test_who_serves_half_there_is_visiting_and_not_attentive():
    sheet = small(staff={"agents": 1, "while_serving": "half_there"}).sheet
    rows = table((NINE, H.CAME_ON, -1, 0, 0), (NINE, H.STARTED, ADA, 0, 0), (NINE + 5, H.LOST_ATTENTION, -1, 0, 0))
    assert spells(sheet, rows, 0, NINE, NINE + 9) == [
        Spell(NINE, NINE + 5, Doing.VISITING, True, ADA), Spell(NINE + 5, NINE + 9, Doing.VISITING, False, ADA)
    ]  # fmt: skip


def test_a_shift_without_end_is_known_from_the_roster():
    """At a desk that never closes no row of the day says that the agent is there."""
    sheet = small(opening={"always": True}).sheet
    assert spells(sheet, np.empty((0, 5), np.int64), 0, DAY, 2 * DAY) == [Spell(DAY, 2 * DAY, Doing.IDLE)]
    back = table((DAY + NINE, H.REGAINED_ATTENTION, -1, 0, 0))
    assert spells(sheet, back, 0, DAY, 2 * DAY)[0] == Spell(DAY, DAY + NINE, Doing.INATTENTIVE, False)


# Curves


def test_a_curve_counts_open_spans():
    instants, levels = steps([(0, 120), (110, 130), (110, None), (105, 105)], 100, 200)
    assert instants.tolist() == [100, 105, 110, 120, 130]
    assert levels.tolist() == [1, 1, 3, 2, 1]


def test_a_day_without_anybody_is_flat():
    instants, levels = steps([], 100, 200)
    assert (instants.tolist(), levels.tolist()) == ([100], [0])


# All of it, against the trace


def test_arrivals_are_what_became_of_them(everything, days):
    words = {Fate.SERVED: H.FINISHED, **{fate: what for what, fate in UNSERVED.items()}}
    total = {fate: sum(day.fates()[fate] for day in days) for fate in Fate}
    counted = {fate: int((everything[:, WHAT] == what).sum()) for fate, what in words.items()}
    assert sum(total.values()) == (everything[:, WHAT] == H.ARRIVED).sum() > 100
    assert {fate: total[fate] for fate in words} == counted
    assert total[Fate.INSIDE] == 0
    assert all(total[fate] for fate in UNSERVED.values())


def test_who_gives_up_has_waited_as_long_as_they_would(days):
    gone = [visit for day in days for visit in day.visits if visit.fate is Fate.ABANDONED]
    assert len(gone) > 10
    for visit in gone:
        assert visit.left - visit.arrived == visit.patience


def test_nobody_waits_longer_than_they_would(days):
    for visit in (visit for day in days for visit in day.visits if visit.waited_until is not None):
        assert visit.waited_until - visit.arrived <= visit.patience or visit.started == visit.arrived


def test_who_calls_is_said_to_by_the_trace(everything, days):
    lines = everything[np.isin(everything[:, WHAT], (H.PICKED_UP, H.RANG_OFF))]
    rang = {(who, tick) for tick, who in lines[:, [TICK, WHO]].tolist()}
    for visit in (visit for day in days for visit in day.visits if visit.waited_until is not None):
        assert visit.by_phone == ((visit.who, visit.waited_until) in rang)


def test_spells_follow_each_other_through_the_whole_day(days):
    for day in days:
        for some in day.agents.values():
            assert (some[0].begins, some[-1].ends) == (day.begins, day.ends)
            assert all(before.ends == after.begins for before, after in pairwise(some))
            assert all(spell.begins < spell.ends for spell in some)


def test_spells_are_as_long_as_the_metrics_say(busy, everything, days):
    """The tally counts every tick of presence once; so do the spells of all days."""
    tally = Tally(busy.sheet, 0)
    tally.add(everything)
    tally.close()
    counted = (Doing.IDLE, Doing.VISITING, Doing.FOLLOWING_UP, Doing.CALLING, Doing.HELPING, Doing.HELD, Doing.WRITING,
               Doing.BREAK, Doing.INATTENTIVE)  # fmt: skip
    ours = [sum(area(day.doing(doing), day.ends) for day in days) for doing in counted]
    assert ours == tally.sums[IDLE : INATTENTIVE + 1].tolist()
    assert all(ours)


def test_the_queue_is_the_sum_of_all_waits(everything, days):
    waits = everything[np.isin(everything[:, WHAT], (H.STARTED, H.ABANDONED, H.SENT_HOME))][:, VALUE].sum()
    assert sum(area(day.queue(), day.ends) for day in days) == waits > 0
    for day in days:
        apart = area(day.queue(by_phone=True), day.ends) + area(day.queue(by_phone=False), day.ends)
        assert apart == area(day.queue(), day.ends)
        assert (day.queue()[1] >= 0).all()


def test_busy_agents_are_those_with_somebody_in_hand(days):
    for day in days:
        instants, levels = day.busy()
        assert levels.max() <= day.desk_agents
        assert levels[-1] == 0
        assert instants[0] == day.begins


def test_requests_are_those_of_colleagues(everything, days):
    asked = {(who, tick) for tick, what, who, _, _ in everything.tolist() if what == H.ASKED}
    assert {(one.who, one.asked) for day in days for one in day.requests} == asked
    assert all(is_colleague(who) for who, _ in asked)


def test_both_engines_have_the_same_day(busy):
    other = World(busy.scenario, engine="reference")
    assert day_of(other, 8) == day_of(busy, 8)


def test_who_is_still_there_at_midnight_is_there_in_the_morning():
    world = small(
        opening={"always": True}, demand={"prospects_per_hour": 20.0, "opening_book": 0}, service={"core_minutes": 4.0},
        waiting={"patience_minutes": 60.0}, horizon={"weeks": 1.0},
    )  # fmt: skip
    first, second = day_of(world, 0), day_of(world, 1)
    over = [visit for visit in first.visits if visit.left and visit.left >= DAY]
    assert over
    assert second.earlier == over
    assert second.queue()[1][0] == sum(visit.waited_until > DAY for visit in over)
    assert first.agents[0][-1].doing == second.agents[0][0].doing


# Which day


def test_the_day_to_look_at_is_after_the_first_week():
    world = small(demand={"opening_book": 200}, horizon={"weeks": 2.0})
    assert first_day(world) >= WEEK // DAY
    short = small(demand={"opening_book": 200}, horizon={"weeks": 1.0})
    assert first_day(short) == 0


def test_agents_of_the_month_are_not_at_the_desk(everything, busy):
    """What agents learn at the end of a month is no presence."""
    rows = everything[everything[:, AGENT] == 0]
    assert spells(busy.sheet, rows, 0, 6 * DAY, 7 * DAY) == [Spell(6 * DAY, 7 * DAY, Doing.OFF)]
