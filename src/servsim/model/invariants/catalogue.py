"""The invariants: what must hold of any trace, whatever the scenario and whichever engine told it.

An invariant is a small function that yields a sentence for each row, customer, agent or sum that breaks it. Invariants
know neither the engines nor the rules; they read a trace as a distrustful clerk would, row by row, and are written to
be checked by reading. An invariant says what cannot be otherwise (nobody serves two at once), never what is likely or
good. `trace_index` cuts the trace for them, and says what the order of rows within an instant means.
"""

from collections.abc import Callable, Iterator
from itertools import islice, pairwise

import numpy as np

from servsim.event_codes import By, Call, Kind, Reason
from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.model.invariants.agents import (
    agents_do_one_thing_at_a_time,
    agents_serve_and_managers_talk,
    attention_alternates,
    breaks_alternate,
    breaks_are_as_long_as_they_should_be,
    busy_time_is_the_sum_of_its_parts,
    managers_stay_for_who_is_inside,
    nobody_begins_anything_inattentive,
    nobody_begins_anything_while_held_or_on_a_break,
    nobody_works_while_away,
    shifts_alternate,
    shifts_follow_the_roster,
    the_shift_is_long_enough,
    who_ends_something_began_it,
    who_is_held_is_released,
    work_takes_its_time,
)
from servsim.model.invariants.customer_book import (
    satisfaction_stays_as_last_judged,
    stock_is_who_remains,
    the_book_adds_up,
    the_book_is_entered_and_left_in_turn,
    the_opening_book_is_the_sheets,
    who_is_lost_has_the_reason,
    who_is_served_buys_or_declines,
    who_judges_judges_everything,
    who_thinks_again_is_at_home,
    years_between_visits_are_thought_over,
)
from servsim.model.invariants.queue_order import nobody_is_passed_over
from servsim.model.invariants.service_failures import (
    an_extra_visit_sells_nothing,
    calls_stay_within_the_month,
    complaints_are_answered,
    mistakes_come_to_light_once,
    nobody_finds_out_at_the_desk,
    nobody_is_called_before_they_are_overdue,
    promises_come_to_their_date,
    who_is_called_is_at_home,
    who_is_won_over_had_been_failed,
    who_waits_for_the_manager_is_heard_once,
    work_is_done_on_promises,
)
from servsim.model.invariants.surroundings import (
    calls_are_visits,
    candidates_come_on_their_day,
    everybody_learns_as_months_end,
    friends_are_in_the_book,
    friends_cool_by_no_more_than_that,
    knowledge_changes_for_a_reason,
    no_more_are_deterred_than_were_warned,
    nobody_is_lost_to_rivals_as_they_were,
    nobody_new_comes_where_nobody_is_left,
    regulars_get_their_own_agent,
    requests_are_helped_once,
    who_comes_back_had_a_rival,
    who_is_named_a_referral_was_referred,
    who_is_recognised_has_been_served,
    who_is_replaced_is_a_newcomer,
    who_refers_had_praised,
    who_stays_away_was_warned,
    who_tells_has_something_to_tell,
)
from servsim.model.invariants.visits import (
    arrivals_add_up,
    care_fits_into_the_visit,
    every_visit_leads_on,
    nobody_comes_back_for_good,
    nobody_comes_while_the_doors_are_closed,
    nobody_is_served_twice_at_once,
    visits_are_numbered,
    waits_are_counted_right,
    waits_make_the_queue,
    what_comes_of_a_visit_has_its_end,
    who_comes_is_not_here,
    who_is_served_or_leaves_was_waiting,
)
from servsim.model.rules.demand import KIND_BITS
from servsim.model.trace import Trace
from servsim.model.trace_index import TraceIndex
from servsim.model.trace_spans import ENDS, OF_AGENTS, OF_COLLEAGUES, OF_VISITS, UNSERVED, WORK, kind_of
from servsim.units import MILLIONTHS, NEVER

MOST = 5
"""How many sentences each invariant says at most about one trace."""

BY_THE_WAY = OF_VISITS | {H.OVERLOOKED, H.PROMISED, H.ESCALATED, H.RECOGNISED, H.WRITES_UP}
"""What is told of the agent who served, once the visit is over."""
OF_BOTH = frozenset(WORK) | ENDS | BY_THE_WAY | {H.PICKED_UP}
"""What is told of a customer or colleague, and an agent."""
MANIFOLD = frozenset({H.JUDGED, H.FAILED, H.WARNED, H.DETERRED, H.COOLED})
"""What may come more than once at one instant: a visit ends, dates that fell into it have passed, friends warn."""

NEEDS: dict[str, frozenset[H]] = {
    "waiting_on": UNSERVED | {H.RETRIES},
    "quality_on": frozenset({H.JUDGED}),
    "loyalty_on": frozenset({H.WON, H.LOST, H.WON_BACK, H.THOUGHT_AGAIN}),
    "spending_on": frozenset({H.BOUGHT, H.DECLINED}),
    "investment_on": frozenset({H.CARED, H.SOOTHED, H.CALLED}),
    "mistakes_on": frozenset({H.CLARIFIED, H.OVERLOOKED}),
    "recovery_on": frozenset({H.SOOTHED, H.RECOVERED, H.LET_DOWN, H.ESCALATED}),
    "manager_on": frozenset({H.ESCALATED, H.STEPPED_IN}),
    "agent_held": frozenset({H.RELEASED}),
    "promises_on": frozenset({H.PROMISED, H.TOOK_UP}),
    "outreach_on": frozenset({H.CALLED}),
    "break_minutes": frozenset({H.WENT_ON_BREAK}),
    "word_of_mouth_on": frozenset({H.PRAISED, H.WARNED, H.DETERRED, H.REFERRED, H.STAYED_AWAY, H.COOLED}),
    "potential_customers": frozenset({H.STAYED_AWAY}),
    "referral_share": frozenset({H.REFERRED}),
    "deterred_share": frozenset({H.DETERRED, H.STAYED_AWAY}),
    "friend_share": frozenset({H.COOLED}),
    "training_on": frozenset({H.LEARNED, H.REPLACED}),
    "turnover": frozenset({H.REPLACED}),
    "internal_on": OF_COLLEAGUES,
    "recognition_on": frozenset({H.RECOGNISED}),
    "phone_on": frozenset({H.PICKED_UP, H.RANG_OFF}),
    "phone_share": frozenset({H.PICKED_UP, H.RANG_OFF}),
    "after_visit_work_on": frozenset({H.WRITES_UP}),
    "after_visit_minutes": frozenset({H.WRITES_UP}),
}
"""What must be switched on, and what happens only then."""

WITHOUT_VALUE = frozenset({
    H.CAME_ON, H.WENT_OFF, H.LOST_ATTENTION, H.REGAINED_ATTENTION, H.WENT_ON_BREAK, H.CAME_BACK, H.BLOCKED, H.BALKED,
    H.OVERLOOKED, H.DECLINED, H.RETRIES, H.COMPLAINED, H.KEPT, H.GONE, H.TOOK_UP, H.REPLACED, H.STAYED_AWAY, H.ASKED,
    H.RECOGNISED, H.COOLED, H.THOUGHT_AGAIN, H.WRITES_UP,
})  # fmt: skip
"""Happenings of which there is nothing more to say."""

RANGES: dict[int, tuple[int, int]] = {
    **dict.fromkeys(WITHOUT_VALUE, (0, 0)),
    H.MEMBER: (0, 10 * MILLIONTHS),
    H.FINISHED: (0, 10 * MILLIONTHS),
    H.JUDGED: (0, 10 * MILLIONTHS),
    H.REMAINS: (0, 10 * MILLIONTHS),
    H.WON: (0, MILLIONTHS),
    H.WON_BACK: (0, MILLIONTHS),
    H.LOST: (1, max(Reason)),
    H.FAILED: (Reason.MISTAKE, Reason.BROKEN_PROMISE),
    H.CALLED: (1, max(Call)),
    H.ESCALATED: (0, 1),
    H.RECOVERED: (0, max(By)),
    H.LET_DOWN: (By.AGENT, By.MANAGER),
    H.LEARNED: (0, MILLIONTHS),
    H.REFERRED: (0, (Kind.REFERRED + 1 << KIND_BITS) - 1),
    **dict.fromkeys((H.PRAISED, H.WARNED, H.DETERRED), (1, NEVER)),
}
"""Smallest and largest value of a happening, where it is a share, a point or a reason; others are not negative."""


def rows_are_in_order(told: TraceIndex) -> Iterator[str]:
    """Rows are in canonical order, and no two say the same of the same customer and agent at the same instant.

    Only what is manifold may come twice at one instant, failures for two reasons.
    """
    for before, line in pairwise(told.lines):
        same = line[1:] == before[1:] if line.what == H.FAILED else line[1:5] == before[1:5]
        if same and line.what not in MANIFOLD - {H.FAILED}:
            yield f"{line} says again what the row before it says."
        elif line[1:] < before[1:]:
            yield f"{line} belongs before the row before it."


def rows_are_within_the_horizon(told: TraceIndex) -> Iterator[str]:
    """Everything happens before the end; stock is taken at the ends of the window and of the horizon only."""
    for line in told.lines:
        if line.tick not in told.stocks if line.what == H.REMAINS else not 0 <= line.tick < told.end:
            yield f"{line} is outside the horizon."


def values_are_within_their_ranges(told: TraceIndex) -> Iterator[str]:
    """Satisfaction and quality are 0 to 10, retention 0 to 1, a reason is one of the list, nothing is negative."""
    for line in told.lines:
        low, high = RANGES.get(line.what, (0, NEVER))
        if not low <= line.value <= high:
            yield f"{line} has a value outside its range."


def rows_name_whom_they_are_about(told: TraceIndex) -> Iterator[str]:
    """A row names a customer or colleague, an agent, or both, as its happening is about, and whom it is about.

    What comes of a visit names who served in it.
    """
    served: dict[int, int] = {}
    for line in told.lines:
        if (line.who >= 0, line.agent >= 0) != (line.what not in OF_AGENTS, line.what in OF_AGENTS | OF_BOTH):
            yield f"{line} names too many or too few."
        elif line.who >= 0 and (kind_of(line.who) == Kind.COLLEAGUE) != (line.what in OF_COLLEAGUES):
            yield f"{line}: that happens to {'colleagues' if line.what in OF_COLLEAGUES else 'customers'} only."
        elif line.what == H.FINISHED:
            served[line.who] = line.agent
        elif line.what in BY_THE_WAY and line.agent != served.get(line.who):
            yield f"{line}: the agent had not served the customer."


def what_is_switched_off_does_not_happen(told: TraceIndex) -> Iterator[str]:
    """What belongs to a table happens only where some customers have the table."""
    for setting, happenings in NEEDS.items():
        if not told.somewhere(setting):
            for line in told.of(*happenings):
                yield f"{line}: {setting} is 0."


INVARIANTS: tuple[Callable[[TraceIndex], Iterator[str]], ...] = (
    rows_are_in_order,
    rows_are_within_the_horizon,
    values_are_within_their_ranges,
    rows_name_whom_they_are_about,
    what_is_switched_off_does_not_happen,
    nobody_is_served_twice_at_once,
    who_comes_is_not_here,
    who_is_served_or_leaves_was_waiting,
    waits_are_counted_right,
    visits_are_numbered,
    nobody_comes_back_for_good,
    what_comes_of_a_visit_has_its_end,
    care_fits_into_the_visit,
    nobody_comes_while_the_doors_are_closed,
    arrivals_add_up,
    waits_make_the_queue,
    every_visit_leads_on,
    the_book_is_entered_and_left_in_turn,
    who_is_lost_has_the_reason,
    who_thinks_again_is_at_home,
    years_between_visits_are_thought_over,
    the_opening_book_is_the_sheets,
    the_book_adds_up,
    stock_is_who_remains,
    satisfaction_stays_as_last_judged,
    who_judges_judges_everything,
    who_is_served_buys_or_declines,
    mistakes_come_to_light_once,
    nobody_finds_out_at_the_desk,
    complaints_are_answered,
    who_is_won_over_had_been_failed,
    an_extra_visit_sells_nothing,
    who_waits_for_the_manager_is_heard_once,
    promises_come_to_their_date,
    work_is_done_on_promises,
    who_is_called_is_at_home,
    nobody_is_called_before_they_are_overdue,
    calls_stay_within_the_month,
    agents_do_one_thing_at_a_time,
    who_ends_something_began_it,
    agents_serve_and_managers_talk,
    nobody_begins_anything_while_held_or_on_a_break,
    who_is_held_is_released,
    shifts_alternate,
    shifts_follow_the_roster,
    managers_stay_for_who_is_inside,
    nobody_works_while_away,
    breaks_alternate,
    breaks_are_as_long_as_they_should_be,
    attention_alternates,
    nobody_begins_anything_inattentive,
    work_takes_its_time,
    busy_time_is_the_sum_of_its_parts,
    the_shift_is_long_enough,
    nobody_is_passed_over,
    who_tells_has_something_to_tell,
    no_more_are_deterred_than_were_warned,
    who_refers_had_praised,
    who_is_named_a_referral_was_referred,
    who_stays_away_was_warned,
    nobody_new_comes_where_nobody_is_left,
    friends_are_in_the_book,
    friends_cool_by_no_more_than_that,
    who_comes_back_had_a_rival,
    nobody_is_lost_to_rivals_as_they_were,
    candidates_come_on_their_day,
    everybody_learns_as_months_end,
    who_is_replaced_is_a_newcomer,
    knowledge_changes_for_a_reason,
    requests_are_helped_once,
    calls_are_visits,
    who_is_recognised_has_been_served,
    regulars_get_their_own_agent,
)
"""Every invariant, in the order in which a person would check them."""


def broken_invariants(sheet: np.ndarray, trace: Trace) -> list[str]:
    """A sentence for each breach of an invariant in the trace of a sheet's world; empty where all are kept."""
    told = TraceIndex(sheet, trace)
    return [
        f"{invariant.__name__.replace('_', ' ')}: {breach}"
        for invariant in INVARIANTS
        for breach in islice(invariant(told), MOST)
    ]
