"""Where the tally keeps what it counts, and what rows of each happening count for."""

import numpy as np

from servsim.event_codes import Happening

HAPPENINGS = max(Happening) + 1
LONGEST_WAIT = 86_400
"""Seconds that the histogram of waits distinguishes; longer ones share its last place, and are remembered singly."""

CHANGES = np.zeros(HAPPENINGS, np.int8)
"""Whether an agent does something else from a row with this happening on."""
CHANGES[[
    Happening.CAME_ON, Happening.WENT_OFF, Happening.LOST_ATTENTION, Happening.REGAINED_ATTENTION,
    Happening.WENT_ON_BREAK, Happening.CAME_BACK, Happening.STARTED, Happening.FINISHED, Happening.TOOK_UP,
    Happening.FOLLOWED_UP, Happening.CALLED, Happening.HUNG_UP, Happening.ESCALATED, Happening.RELEASED,
    Happening.HELPING, Happening.HELPED, Happening.WRITES_UP, Happening.WROTE_UP,
]] = 1  # fmt: skip

(WAIT, WAIT_SERVED, STARTED_AT_ONCE, JOINED, BUSY, PRESENT, IN_SYSTEM, QUALITY, CARE, BOOK_TIME, BOOK, BOOK_SINCE,
 OPENING_LOST, SATISFACTION, REVENUE, CLARIFYING, SOOTHING, TALKING, BY_CALL, BROKEN, REQUEST_WAIT, PHONE_WAIT,
 OPEN_WAIT, WAITING, PHONE_TURNED_AWAY, ASKED_WAIT, ASKING, PAUSED, ANSWERED_IN_TIME, LEFT_IN_TIME, WAIT_ABANDONED,
 IDLE, VISITING, FOLLOWING_UP, CALLING, HELPING, HELD, WRITING, ON_BREAK, INATTENTIVE, SUMS) = range(41)  # fmt: skip
"""Places in `sums`: ticks, customers, or millionths, all of them whole. PAUSED: work that stands still, but for visits.
IN_TIME: having waited no longer than the target, served or not. From IDLE on: what agents of the desk do with their
time, every tick of their presence in one of them."""

SUMMED = np.full(HAPPENINGS, -1)
"""The place in `sums` of what rows with this happening add up to; −1 where their values are not added up."""
SUMMED[[
    Happening.BOUGHT, Happening.CARED, Happening.CLARIFIED, Happening.SOOTHED, Happening.STEPPED_BACK,
    Happening.HELPING, Happening.REMAINS,
]] = [REVENUE, CARE, CLARIFYING, SOOTHING, TALKING, REQUEST_WAIT, SATISFACTION]  # fmt: skip

QUEUES = np.zeros(HAPPENINGS, np.int64)
"""How many more are in the queue from a row with this happening on."""
QUEUES[Happening.ARRIVED] = 1
QUEUES[[
    Happening.STARTED, Happening.ABANDONED, Happening.SENT_HOME, Happening.BALKED, Happening.BLOCKED,
]] = -1  # fmt: skip

OF_THE_VISIT = np.zeros(HAPPENINGS, np.int8)
"""Whether rows with this happening say how the visit was that ends: they count if it does."""
OF_THE_VISIT[[Happening.CLARIFIED, Happening.OVERLOOKED, Happening.RECOGNISED]] = 1

WAITS = (Happening.STARTED, Happening.ABANDONED, Happening.SENT_HOME)
"""Happenings that end the wait of a visit that joined; their value is the ticks waited."""

(VISIT_SINCE, VISIT_ARRIVED, VISIT_COUNTS, LAST_COUNTS, HERE_SINCE, DOING, SINCE, AWAY, RESTS, KNOWLEDGE,
 AGENT_SUMS) = range(11)  # fmt: skip
"""Places in a row of `agents`: when the visit in hand began, when its customer came, whether it counts, and whether the
last one that ended does; 0 or the instant after which the agent's presence is still to be counted, plus 1; what the
agent does, counted up to when, whether inattentive, whether on a break; what the agent knows, in millionths."""

(OWN_WAIT, OWN_JOINED, OWN_SATISFACTION, OWN_REMAINING, OWN_ARRIVED, OWN_SERVED, OWN_ABANDONED, OWN_TURNED_AWAY,
 OWN_OPENING, OWN_OPENING_LOST, OWN_LOST, OWN_REVENUE, OWN_IN_TIME, OWN_SUMS) = range(14)  # fmt: skip
"""Places in a row of `segments`: ticks waited, visits that joined; satisfaction of those in the book at the end, how
many they are; visits that came, were served, abandoned, and went unserved otherwise; the opening book, how many of it
are lost after a year; customers lost; millionths paid; visits answered within the target."""

OWN_SUMMED = np.full(HAPPENINGS, -1)
"""The place in a row of `segments` of what rows with this happening add up to; −1 where none is."""
OWN_SUMMED[[
    Happening.ARRIVED, Happening.FINISHED, Happening.ABANDONED, Happening.BALKED, Happening.BLOCKED,
    Happening.SENT_HOME, Happening.MEMBER, Happening.LOST, Happening.BOUGHT,
]] = [
    OWN_ARRIVED, OWN_SERVED, OWN_ABANDONED, OWN_TURNED_AWAY, OWN_TURNED_AWAY, OWN_TURNED_AWAY, OWN_OPENING, OWN_LOST,
    OWN_REVENUE,
]  # fmt: skip
