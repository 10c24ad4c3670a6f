"""What is due, taken from the calendar, and what happens then: a customer comes, work ends, a shift begins."""

import numpy as np

from servsim.event_codes import Happening
from servsim.model import calendar
from servsim.model.compilation import inner, within
from servsim.model.fast.agent_work import work_ends
from servsim.model.fast.agents import break_begins, break_ends, shift_begins, shift_ends, spell_ends
from servsim.model.fast.end_of_instant import patience_ends
from servsim.model.fast.internal_requests import asks
from servsim.model.fast.known_customers import (
    is_at_home,
    is_listed,
    lapses,
    may_be_forgotten,
    newborn,
    thinks_it_over,
    won_back,
)
from servsim.model.fast.service_failures import falls_due, finds_out, is_prepared
from servsim.model.fast.state import (
    ARRIVAL,
    ASKS,
    BREAK_BEGINS,
    BREAK_ENDS,
    CALENDAR,
    CANDIDATE,
    CHANCE,
    CLOSING,
    DATE,
    DETERRED,
    DOORS_CLOSE,
    DUTIES,
    FORGOTTEN,
    HEARS,
    INSIDE,
    LAPSED,
    LIGHT,
    LISTED,
    MONTH_ENDS,
    MONTH_IS_OVER,
    NEWCOMERS,
    NOW,
    PATIENCE_ENDS,
    PREPARED,
    REFERRAL,
    SHIFT_BEGINS,
    SHIFT_ENDS,
    SPELL_ENDS,
    TAKEN,
    THINKS,
    WORK_ENDS,
    add,
    done_with_duty,
    note,
    schedule_duty,
    turn_the_day,
)
from servsim.model.fast.word_of_mouth import considers, hears
from servsim.model.heap import pop
from servsim.model.rules import advertising, demand, outreach
from servsim.units import NEVER


@inner
def next_candidate(sheet, s, layer):
    """Put the next candidate of a layer on the calendar, looking from day to day."""
    stream = s.streams[layer]
    while calendar.day_begins(stream.day) < sheet[0].end:
        if stream.number == 0:
            stream.rate = demand.rate_of_day(sheet, stream.day)
        stream.reached, instant = demand.candidate(
            sheet, stream.day, layer, stream.number, stream.reached, stream.rate
        )  # fmt: skip
        if instant < NEVER:
            key = demand.prospect_key(stream.day, layer, stream.number)
            schedule_duty(sheet, s, instant, CANDIDATE, key, layer)
            stream.number += 1
            return
        turn_the_day(sheet, stream)


@inner
def come(sheet, s, place):
    """A customer comes to the desk."""
    customer = s.people[place]
    if customer.away == 1:
        won_back(sheet, s, place)
    customer.joined = s.n[NOW]
    customer.comes, customer.thinks, customer.call_for, customer.inside = NEVER, NEVER, 0, 1
    s.n[INSIDE] += 1
    note(s, Happening.ARRIVED, customer.key, -1, customer.visit)
    s.newcomers[s.n[NEWCOMERS]] = place
    s.n[NEWCOMERS] += 1


@inner
def next_instant(s):
    """The instant of what is due next; NEVER if nothing is."""
    soonest = s.calendar[0].first if s.n[CALENDAR] > 0 else np.int64(NEVER)
    return min(soonest, s.duties[0].first) if s.n[DUTIES] > 0 else soonest


@inner
def take(s):
    """What is due now, taken: what it is, whom it concerns, and what must still hold of them."""
    if s.n[DUTIES] > 0 and s.duties[0].first == s.n[NOW]:
        what, index, check = s.duties[0].second, s.duties[0].third, s.duties[0].carried
        s.n[TAKEN] = 1
    else:
        what, index, check = s.calendar[0].second, s.calendar[0].third, s.calendar[0].carried
        s.n[CALENDAR] = pop(s.calendar, s.n[CALENDAR])
    return what, index, check


@within
def happen(sheet, s):
    """Something that is due happens."""
    what, index, check = take(s)
    if what == ARRIVAL:
        if is_at_home(s, index, check) and s.people[index].comes == s.n[NOW]:
            come(sheet, s, index)
    elif what == CANDIDATE:
        if advertising.comes(sheet, index, check, s.n[NOW]) and considers(sheet, s, index):
            come(sheet, s, newborn(sheet, s, index, False))
        next_candidate(sheet, s, check)
    elif what == REFERRAL:
        if considers(sheet, s, index):
            note(s, Happening.REFERRED, index, -1, check)
            come(sheet, s, newborn(sheet, s, index, False))
    elif what == HEARS:
        hears(s, index)
    elif what == FORGOTTEN:
        add(s, DETERRED, -index)
    elif what == ASKS:
        asks(sheet, s, index)
    elif what == MONTH_ENDS:
        s.n[MONTH_IS_OVER] = 1
        schedule_duty(sheet, s, calendar.next_month(s.n[NOW]), MONTH_ENDS, 0, 0)
    elif what == PATIENCE_ENDS:
        patience_ends(sheet, s, index, check)
    elif what == WORK_ENDS:
        work_ends(sheet, s, index)
    elif what == LIGHT:
        if is_at_home(s, index, check) and s.people[index].light == s.n[NOW]:
            finds_out(sheet, s, index)
            may_be_forgotten(s, index)
    elif what == DATE:
        if is_at_home(s, index, check) and s.people[index].is_due == 1 and s.people[index].due == s.n[NOW]:
            falls_due(sheet, s, index)
            may_be_forgotten(s, index)
    elif what == THINKS:
        if is_at_home(s, index, check) and s.people[index].thinks == s.n[NOW]:
            thinks_it_over(sheet, s, index)
    elif what == PREPARED:
        is_prepared(s, index, check)
    elif what == LISTED:
        is_listed(sheet, s, index, check)
    elif what == LAPSED:
        lapses(sheet, s, index, check)
    elif what == BREAK_BEGINS:
        break_begins(sheet, s, index)
    elif what == BREAK_ENDS:
        break_ends(sheet, s, index)
    elif what == CHANCE:
        schedule_duty(sheet, s, outreach.next_chance(sheet, s.n[NOW]), CHANCE, 0, 0)
    elif what == SPELL_ENDS:
        spell_ends(sheet, s, index, check)
    elif what == SHIFT_BEGINS:
        shift_begins(sheet, s, index)
    elif what == SHIFT_ENDS:
        shift_ends(sheet, s, index)
    elif what == DOORS_CLOSE:
        s.n[CLOSING] = 1
        schedule_duty(sheet, s, calendar.closing(sheet, s.n[NOW]), DOORS_CLOSE, 0, 0)
    done_with_duty(s)
