"""Replications: the same people come, with the same patience and the same cases, whatever the desk does."""

import numpy as np
import pytest

from servsim.engine_parameters import in_world, to_sheet
from servsim.event_codes import Happening
from servsim.model import calendar, fast, reference
from servsim.model.compilation import readable
from servsim.model.rules.demand import of_opening_book
from servsim.model.trace import Trace
from servsim.scenario.read import read_scenario

SALON = ["horizon.weeks=4", "demand.busyness_cv=0.2", "waiting.balk_scale_minutes=0", "waiting.retry_probability=0"]


def world(*overrides: str, engine=fast, seed: int = 1, replication: int = 0) -> Trace:
    """The salon's world under some overrides, with attentive agents so that visits take what the case takes."""
    scenario = read_scenario("tests/desks/old-salon.toml", [*SALON, "staff.inattentive_minutes=0", *overrides])
    return engine.simulate(in_world(to_sheet(scenario), seed, replication))


def first_arrivals(trace: Trace) -> dict[int, int]:
    """Instant of each person's first visit."""
    rows = trace.of(Happening.ARRIVED)
    return {who: tick for tick, _, who, _, visit in rows.tolist() if visit == 0}


def lengths(trace: Trace) -> dict[tuple[int, int], int]:
    """Ticks that each served first visit took."""
    begun, taken, visits = {}, {}, {}
    for tick, what, who, _, value in trace.rows.tolist():
        if what == Happening.ARRIVED:
            visits[who] = value
        elif what == Happening.STARTED:
            begun[who] = tick
        elif what == Happening.FINISHED:
            taken[who, visits[who]] = tick - begun[who]
    return taken


def shown(trace: Trace, what: Happening) -> dict[tuple[int, int], int]:
    """The value of this happening in each visit; work on a promise belongs to the visit that made it."""
    visits, promised, values = {}, {}, {}
    for _, happening, who, _, value in trace.rows.tolist():
        if happening == Happening.ARRIVED:
            visits[who] = value
        elif happening == Happening.PROMISED:
            promised[who] = visits[who]
        elif happening == what:
            values[who, promised[who] if what == Happening.FOLLOWED_UP else visits[who]] = value
    return values


def first_gaps(trace: Trace) -> dict[int, float]:
    """Days of the profile's clock between the first visit of the book's customers and the next, where nothing lies between."""
    sheet = readable(to_sheet(read_scenario("tests/desks/old-salon.toml", SALON)))
    visits, ended, gaps = {}, {}, {}
    for tick, what, who, _, value in trace.rows.tolist():
        if what == Happening.ARRIVED:
            visits[who] = value
            if who in ended and value == 1:
                gaps[who] = calendar.clock(sheet, tick) - calendar.clock(sheet, ended[who])
        elif what == Happening.FINISHED and visits[who] == 0 and of_opening_book(who):
            ended[who] = tick
        elif what in (Happening.COMPLAINED, Happening.CALLED, Happening.ESCALATED):
            ended.pop(who, None)
    return gaps


def patience_shown(trace: Trace) -> dict[int, int]:
    """Ticks that those waited who left the queue at their first visit."""
    visits, waited = {}, {}
    for _, what, who, _, value in trace.rows.tolist():
        if what == Happening.ARRIVED:
            visits[who] = value
        elif what == Happening.ABANDONED and visits[who] == 0:
            waited[who] = value
    return waited


FAILURES = [
    ["mistakes.mistake_share=0.4", "mistakes.catch_share=0.5"],
    ["mistakes.mistake_share=0.4", "recovery.voice_share=0.7", "investment.recovery_minutes=5"],
    [
        "mistakes.mistake_share=0.4",
        "recovery.voice_share=0.7",
        "manager.escalated_share=0.5",
        "manager.agent_held=true",
    ],
    ["promises.promise_share=0.8", "promises.quoted_days=1.5"],
    ["outreach.overdue_factor=1", "outreach.call_when=block", "investment.relationship_hours_per_month=40"],
    ["staff.break_minutes=20", "staff.break_after_minutes=90"],
]
"""What can go wrong and be put right, each mechanism with those it needs; breaks beside them."""

ALL_FAILURES = [override for failure in FAILURES for override in failure]

CHANGES = [
    ["staff.agents=4"],
    ["investment.minutes_per_visit=9"],
    ["waiting.at_closing=send_home"],
    ["loyalty.yearly_retention=0.5"],
    *FAILURES,
]


@pytest.mark.parametrize("change", [*CHANGES, ALL_FAILURES], ids=lambda change: change[-1])
def test_no_policy_changes_when_anybody_first_comes(change):
    assert world(*change) != world()
    assert first_arrivals(world()) == first_arrivals(world(*change))


@pytest.mark.parametrize("failure", [*FAILURES, ALL_FAILURES], ids=lambda failure: failure[-1])
def test_no_failure_changes_anybodys_case(failure):
    """What a first visit takes, but for mistakes clarified in it; later visits may be complaints."""
    calm, failing = world(), world(*failure)
    clarified = {visit: ticks for visit, ticks in shown(failing, Happening.CLARIFIED).items() if visit[1] == 0}
    one, other = (
        {visit: ticks for visit, ticks in lengths(trace).items() if visit[1] == 0} for trace in (calm, failing)
    )
    both = one.keys() & other.keys()
    assert len(both) > 150
    assert all(other[visit] == one[visit] + clarified.get(visit, 0) for visit in both)


@pytest.mark.parametrize("failure", [*FAILURES, ALL_FAILURES], ids=lambda failure: failure[-1])
def test_no_failure_changes_anybodys_patience(failure):
    calm, failing = patience_shown(world("staff.agents=1")), patience_shown(world("staff.agents=1", *failure))
    both = calm.keys() & failing.keys()
    assert len(both) > 30
    assert all(calm[who] == failing[who] for who in both)


@pytest.mark.parametrize("failure", [*FAILURES, ALL_FAILURES], ids=lambda failure: failure[-1])
def test_no_failure_changes_anybodys_first_gap(failure):
    """On the profile's clock, from the end of the first visit on."""
    calm, failing = first_gaps(world("horizon.weeks=10")), first_gaps(world("horizon.weeks=10", *failure))
    both = calm.keys() & failing.keys()
    assert len(both) > 50
    assert all(calm[who] == pytest.approx(failing[who], abs=1e-6) for who in both)


@pytest.mark.parametrize("more", ["staff.agents=4", "manager.managers=2", "staff.agents=5"])
def test_one_more_agent_or_manager_changes_nobodys_draws(more):
    """What goes wrong in a visit, and what it takes to put right, are the visit's own."""
    few, many = world(*ALL_FAILURES), world(*ALL_FAILURES, more)
    assert few != many
    both = lengths(few).keys() & lengths(many).keys()
    assert len(both) > 300
    for what in (Happening.CARED, Happening.CLARIFIED, Happening.OVERLOOKED):
        one, other = ({visit: seen.get(visit) for visit in both} for seen in (shown(few, what), shown(many, what)))
        assert one == other
    for what in (Happening.BOUGHT, Happening.STEPPED_BACK, Happening.FOLLOWED_UP):
        one, other = shown(few, what), shown(many, what)
        assert len(one.keys() & other.keys()) > 10
        assert all(one[visit] == other[visit] for visit in one.keys() & other.keys())


def test_one_more_agent_changes_nobodys_case():
    few, many = lengths(world()), lengths(world("staff.agents=4"))
    both = few.keys() & many.keys()
    assert len(both) > 300
    assert all(few[visit] == many[visit] for visit in both)


def test_one_more_agent_changes_nobodys_patience():
    few, many = patience_shown(world("staff.agents=2")), patience_shown(world())
    both = few.keys() & many.keys()
    assert len(both) > 10
    assert all(few[who] == many[who] for who in both)


def test_more_minutes_scale_every_visit_and_redraw_none():
    """Twice the plan is twice the care in each visit, to the tick's rounding."""
    three, six = (
        {(who, tick): value for tick, _, who, _, value in world(f"investment.minutes_per_visit={m}", "staff.agents=40")
         .of(Happening.CARED).tolist()}
        for m in (3, 6)
    )  # fmt: skip
    by_person = {who: value for (who, _), value in reversed(three.items())}
    doubled = {who: value for (who, _), value in reversed(six.items())}
    pairs = [(by_person[who], doubled[who]) for who in by_person.keys() & doubled.keys()]
    assert len(pairs) > 300
    assert all(abs(2 * one - two) <= 2 for one, two in pairs)


def test_a_customer_more_in_the_book_changes_nobody_elses_first_visit():
    fewer, more = first_arrivals(world()), first_arrivals(world("demand.opening_book=551"))
    assert fewer.items() <= more.items()


def test_a_busier_season_keeps_who_came_and_adds_others():
    """Keys are the numbers within a day, so the day's n-th candidate keeps its name."""
    quiet, busy = first_arrivals(world()), first_arrivals(world("demand.prospects_per_hour=0.5"))
    assert quiet.keys() <= busy.keys() | {who for who in quiet if who < 550}


@pytest.mark.parametrize("engine", [fast, reference], ids=["fast", "reference"])
def test_seed_and_replication_name_different_replications(engine):
    digests = {
        world(engine=engine, seed=seed, replication=number).digest() for seed in (0, 1) for number in (0, 1)
    }  # fmt: skip
    assert len(digests) == 4


def test_small_changes_leave_replications_highly_correlated():
    from servsim import evaluate

    e = evaluate(read_scenario("tests/desks/old-salon.toml", ["horizon.weeks=12"]), levels=(3.0, 4.0), replications=12)
    revenue = [e.sample(level, "revenue") for level in (3, 4)]
    assert np.corrcoef(revenue[0], revenue[1])[0, 1] > 0.5
