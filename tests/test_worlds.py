"""Worlds: the same people come, with the same patience and the same cases, whatever the desk does."""

import numpy as np
import pytest

from servsim.model import fast, reference
from servsim.model.trace import Trace
from servsim.scenario.read import read_scenario
from servsim.sheet import in_world, to_sheet
from servsim.words import Happening

SALON = ["horizon.weeks=4", "demand.busyness_cv=0.2", "waiting.balk_scale_minutes=0", "waiting.retry_probability=0"]


def world(*overrides: str, engine=fast, seed: int = 1, replication: int = 0) -> Trace:
    """The salon's world under some overrides, with attentive agents so that visits take what the case takes."""
    scenario = read_scenario("scenarios/salon.toml", [*SALON, "staff.inattentive_minutes=0", *overrides])
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


def patience_shown(trace: Trace) -> dict[int, int]:
    """Ticks that those waited who left the queue at their first visit."""
    visits, waited = {}, {}
    for _, what, who, _, value in trace.rows.tolist():
        if what == Happening.ARRIVED:
            visits[who] = value
        elif what == Happening.ABANDONED and visits[who] == 0:
            waited[who] = value
    return waited


CHANGES = [
    ["staff.agents=4"],
    ["investment.minutes_per_visit=9"],
    ["waiting.at_closing=send_home"],
    ["loyalty.yearly_retention=0.5"],
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change[0])
def test_no_policy_changes_when_anybody_first_comes(change):
    assert first_arrivals(world()) == first_arrivals(world(*change))


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
def test_seed_and_replication_name_different_worlds(engine):
    digests = {
        world(engine=engine, seed=seed, replication=number).digest() for seed in (0, 1) for number in (0, 1)
    }  # fmt: skip
    assert len(digests) == 4


def test_small_changes_leave_worlds_highly_correlated():
    from servsim import evaluate

    e = evaluate(read_scenario("scenarios/salon.toml", ["horizon.weeks=12"]), levels=(3.0, 4.0), replications=12)
    revenue = e.sample("revenue")
    assert np.corrcoef(revenue[0], revenue[1])[0, 1] > 0.5
