"""Metrics: for each a trace of a few rows whose answer a reader checks on fingers."""

import math
from pathlib import Path

import numpy as np
import pytest

from servsim import compare, evaluate, run
from servsim.engine_parameters import horizon_of, to_sheet
from servsim.event_codes import By, Call, Kind, Reason
from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.model.fast import simulate
from servsim.model.rules.demand import segment_of
from servsim.model.trace import canonical
from servsim.scenario.read import checked, read_scenario
from servsim.study import daily_totals as days
from servsim.study import tally_places as t
from servsim.study.execution.replications import counted
from servsim.study.metrics import BY_NAME, METRICS, NAMES, OWN, metrics, own_metrics, unit_of
from servsim.study.replication_totals import Reading
from servsim.study.trace_totals import Tally
from servsim.study.yearly_projection import looks_ahead
from servsim.units import DAY, HOUR, MILLIONTHS, MINUTE, WEEK
from servsim.units import YEAR as YEAR_OF_TICKS

NOBODY = -1
ADA, BEA, CEM, DOT = range(4)
EVE, FAY = (int(Kind.PROSPECT) << 60 | number for number in range(2))
GIL = int(Kind.REFERRED) << 60
KIM, LEA = (int(Kind.COLLEAGUE) << 60 | number for number in range(2))
WARM = 7 * 24 * 60 - 9 * 60
"""Minutes from the first Monday at nine to the end of a warm-up of a week."""
NEXT_WEEK = (WARM + 540, WARM + 540, WARM + 550)
"""A visit on the second Monday."""

MONDAY = {"monday": "09:00-17:00"}
DESK = {"opening": MONDAY, "staff": {"agents": 1, "wage_per_hour": 20.0}, "horizon": {"weeks": 1.0}}
"""One agent, at the desk for eight hours a week, for 20 an hour; one week is looked at."""
YEAR = {"horizon": {"weeks": 365 / 7}}
HALF_YEAR = {"horizon": {"weeks": 365 / 14}}
TWO_YEARS = {"horizon": {"weeks": 2 * 365 / 7}}
TWO_WEEKS = {"horizon": {"weeks": 2.0}}
NOON = 7 * 24 * 60 + 180
"""Of the second Monday, in minutes after nine of the first."""
AMID_THE_DAY = {"horizon": {"weeks": 2.0, "warmup_weeks": 1 + 12 / 168}}
SECOND_WEEK = {"horizon": {"weeks": 2.0, "warmup_weeks": 1.0}}
IN_TWO_MINUTES = {"waiting": {"target_seconds": 120.0}}
SECOND_HALF = {"horizon": {"weeks": 365 / 7, "warmup_weeks": 365 / 14}}
ONE_DAY = {"horizon": {"weeks": 1 / 7}}
FREE = {"staff": {"agents": 1, "wage_per_hour": 0.0}}
NO_INTEREST = {"money": {"discount_rate": 0.0}}
DOUBLING = {"money": {"margin": 1.0, "discount_rate": 1.0}}


def at(minute: float) -> int:
    """An instant so many minutes after nine on the first Monday."""
    return 9 * HOUR + round(minute * MINUTE)


def day(number: float) -> int:
    """An instant so many days after the first midnight."""
    return round(number * DAY)


def millionths(amount: float) -> int:
    """Points, shares or money as the trace counts them."""
    return round(amount * MILLIONTHS)


# Rows of a trace, several at once where they belong together


def served(arrives: float, starts: float, ends: float, who: int = EVE, points: float = 7.0) -> list:
    """A visit from its arrival to its end, in minutes after nine."""
    return [
        (at(arrives), H.ARRIVED, who, NOBODY, 0),
        (at(starts), H.STARTED, who, 0, at(starts) - at(arrives)),
        (at(ends), H.FINISHED, who, 0, millionths(points)),
    ]


def unserved(how: H, arrives: float, leaves: float, who: int = FAY) -> list:
    """A visit in vain."""
    return [(at(arrives), H.ARRIVED, who, NOBODY, 0), (at(leaves), how, who, NOBODY, at(leaves) - at(arrives))]


LONGER_THAN_A_DAY = [row for minute in range(9) for row in unserved(H.ABANDONED, 0, 2000 + minute)]


def shift(begins: float = 0, ends: float = 480) -> list:
    """An agent comes and goes, in minutes after nine."""
    return [(at(begins), H.CAME_ON, NOBODY, 0, 0), (at(ends), H.WENT_OFF, NOBODY, 0, 0)]


def book(*customers: int) -> list:
    """The opening book."""
    return [(0, H.MEMBER, who, NOBODY, millionths(7)) for who in customers]


def lost(instant: int, who: int = ADA, reason: Reason = Reason.CARE) -> list:
    """A customer leaves the book."""
    return [(instant, H.LOST, who, NOBODY, int(reason))]


def won(instant: int, retention: float, who: int = EVE) -> list:
    """A prospect enters the book."""
    return [(instant, H.WON, who, NOBODY, millionths(retention))]


def remains(end: int, who: int = ADA, satisfaction: float = 7.0) -> list:
    """A customer is in the book when stock is taken."""
    return [(end, H.REMAINS, who, NOBODY, millionths(satisfaction))]


def paid(instant: int, amount: float) -> list:
    """Somebody pays."""
    return [(instant, H.BOUGHT, EVE, NOBODY, millionths(amount))]


def cared(instant: int, minutes: float) -> list:
    """Minutes of care in a visit that ends."""
    return [(instant, H.CARED, EVE, 0, round(minutes * MINUTE))]


def told(what: H, minute: float = 10, value: int = 0, who: int = EVE, agent: int = NOBODY) -> list:
    """One row, some minutes after nine."""
    return [(at(minute), what, who, agent, value)]


def failed(minute: float, reason: Reason = Reason.MISTAKE, who: int = ADA) -> list:
    """Something that went wrong comes to light."""
    return told(H.FAILED, minute, int(reason), who)


def called(arrives: float, starts: float, ends: float, who: int = EVE) -> list:
    """A visit by telephone from the first ring to its end."""
    return [*served(arrives, starts, ends, who), (at(starts), H.PICKED_UP, who, 0, at(starts) - at(arrives))]


def rang(arrives: float, leaves: float, who: int = FAY, how: H = H.ABANDONED) -> list:
    """A call in vain."""
    return [*unserved(how, arrives, leaves, who), (at(leaves), H.RANG_OFF, who, NOBODY, at(leaves) - at(arrives))]


def helped(asks: float, begins: float, ends: float, who: int = KIM) -> list:
    """A colleague's request from its arrival to its end."""
    waited = at(begins) - at(asks)
    return [*told(H.ASKED, asks, 0, who), *does(H.HELPING, H.HELPED, begins, ends, who, waited)]


def learns(minute: float, knowledge: float, agent: int = 0) -> list:
    """What an agent knows from some minute after nine on."""
    return told(H.LEARNED, minute, millionths(knowledge), NOBODY, agent)


def back(instant: int, who: int = ADA) -> list:
    """A customer who was lost is won back."""
    return [(instant, H.WON_BACK, who, NOBODY, millionths(0.5))]


def does(begins: H, ends: H, since: float, until: float, who: int = NOBODY, value: int = 0) -> list:
    """The agent does something between two minutes after nine."""
    return [*told(begins, since, value, who, 0), *told(ends, until, 0, who, 0)]


def drifts_off(since: float, until: float) -> list:
    """The agent is inattentive between two minutes after nine."""
    return does(H.LOST_ATTENTION, H.REGAINED_ATTENTION, since, until)


def talks(since: float, until: float, who: int = DOT) -> list:
    """The manager speaks to a customer who came as soon as the talk began."""
    return [
        *told(H.STEPPED_IN, since, 0, who, 1),
        *told(H.STEPPED_BACK, until, round((until - since) * MINUTE), who, 1),
    ]


TEN = served(0, 0, 10)
"""A visit of ten minutes, without a wait."""
SIX = served(4, 10, 20, FAY)
"""Another, after a wait of six minutes."""
GIVES_UP = unserved(H.ABANDONED, 5, 8, ADA)
"""A wait of three minutes in vain."""
ZERO_TO_NINE = [row for wait in range(10) for row in unserved(H.ABANDONED, 0, wait, wait)]
"""Ten waits in vain, from 0 to 9 minutes."""
BALKS = unserved(H.BALKED, 5, 5, BEA)
BLOCKED = unserved(H.BLOCKED, 5, 5, CEM)
SENT_HOME = unserved(H.SENT_HOME, 450, 480, DOT)

NEXT_SHIFT = shift(WARM + 540, WARM + 1020)
"""The shift of the second Monday."""

FOUR = book(ADA, BEA, CEM, DOT)
IN_BOOK = {"demand": {"opening_book": 4}}

# Money over the years: the window is a week, and so long are the years, too, where no others are said.

SELLING = {"spending": {}}
LOOKING = SELLING | {"horizon": {"weeks": 1.0, "years": 7 / 365}}
ONE_YEAR, THREE_YEARS = (SELLING | {"horizon": {"weeks": 1.0, "years": years}} for years in (1.0, 3.0))
A_DAY_ON, A_WEEK_ON = 1.1 ** (-1 / 365), 1.1 ** (-7 / 365)

# What managers, colleagues who wait, and rent cost.

MANAGED = {"manager": {"manager_wage_per_hour": 60.0}}
BY_TALKS = {"manager": {"manager_wage_per_hour": 60.0, "paid_hours": "talks"}}
TWO_MANAGERS = {"manager": {"managers": 2, "manager_wage_per_hour": 60.0}}
ASKED = {"internal": {}}
DEAR = {"internal": {"wage_per_hour": 90.0}}
RENT = {"money": {"fixed_costs_per_month": 730.0, "discount_rate": 0.0}}
"""Of 730 hours a month: an hour costs 1."""
TO_FOUR = {"horizon": {"weeks": 16 / 168}}
"""A window that ends at four o'clock of the first day."""
EVERY_MONDAY = [row for week in range(52) for row in shift(week * 10080, week * 10080 + 480)]

# What goes wrong: of three visits one has a mistake that was put right on the spot and one a mistake that was not.

MISTAKES, PROMISES = {"mistakes": {}}, {"promises": {}}
THREE = TEN + SIX + served(20, 20, 30, ADA) + told(H.CLARIFIED, 10, MINUTE, EVE, 0) + told(H.OVERLOOKED, 20, 0, FAY, 0)
EARLIER = [*told(H.CLARIFIED, 11, MINUTE, EVE, 0), *told(H.OVERLOOKED, 12, 0, FAY, 0), *failed(13), *failed(14, Reason.BROKEN_PROMISE),
           *told(H.COMPLAINED, 13), *told(H.RECOVERED, 20, By.AGENT), *told(H.LET_DOWN, 21, By.AGENT), *told(H.ESCALATED, 19),
           *told(H.KEPT, 22), *told(H.CALLED, 23, Call.OVERDUE), *back(at(24))]  # fmt: skip
"""All of it in the warm-up."""
ANSWERED = (
    told(H.RECOVERED, 10, By.AGENT) + told(H.RECOVERED, 20, By.MANAGER, FAY) + told(H.LET_DOWN, 30, By.AGENT, ADA)
)
BY_CALL = told(H.RECOVERED, 40, By.CALL, BEA)
DATES = told(H.KEPT, 10) + told(H.KEPT, 20, 0, FAY) + failed(30, Reason.BROKEN_PROMISE) + failed(40)

# A day of eight hours. First a visit of an hour, of which 10 minutes are care, 5 clarifying and 3 recovery; then a break
# of 20 minutes, inattentive for 5; 30 minutes inattentive. Then a visit of an hour, 30 minutes for a promise and 30 for
# a call, inattentive for 10 in each; a visit of 10 and 30 held while the manager speaks, inattentive for 10; 30 for a
# colleague who asked 10 minutes ago, inattentive for 10. Of the rest, 180 minutes, the agent is inattentive for none.

A_DAY = [
    *shift(), *served(0, 0, 60), *cared(at(60), 10),
    *told(H.CLARIFIED, 60, 5 * MINUTE, EVE, 0), *told(H.SOOTHED, 60, 3 * MINUTE, EVE, 0),
    *does(H.WENT_ON_BREAK, H.CAME_BACK, 60, 80), *drifts_off(65, 70), *drifts_off(90, 120),
    *served(130, 130, 190, FAY), *drifts_off(140, 150),
    *does(H.TOOK_UP, H.FOLLOWED_UP, 200, 230, BEA), *drifts_off(210, 220),
    *does(H.CALLED, H.HUNG_UP, 230, 260, CEM, Call.OVERDUE), *drifts_off(240, 250),
    *served(260, 260, 270, DOT), *told(H.ESCALATED, 270, 1, DOT, 0), *talks(270, 300),
    *told(H.RELEASED, 300, 30 * MINUTE, NOBODY, 0), *drifts_off(280, 290),
    *helped(300, 310, 340), *drifts_off(320, 330),
]  # fmt: skip
WRITES = [*does(H.WRITES_UP, H.WROTE_UP, 350, 380, FAY), *drifts_off(360, 370)]
"""Later that day, half an hour of work that a visit has left, inattentive for 10 minutes."""
FAILING = {"mistakes": {}, "recovery": {}, "manager": {"manager_wage_per_hour": 60.0}, "promises": {}, "outreach": {},
           "internal": {}}  # fmt: skip
AGENT = {"agents": 1, "wage_per_hour": 20.0, "break_minutes": 20.0}
PAUSING = FAILING | YEAR | {"staff": AGENT | {"while_serving": "pause"}}
HALF_THERE = FAILING | YEAR | {"staff": AGENT | {"while_serving": "half_there"}}
A_DAY_AS = (("work pauses", PAUSING), ("half there", HALF_THERE))


def minutes_of_a_day(pausing: float, half_there: float) -> list:
    """Cases of a metric in hours a month: so many minutes of the one day of a year on which anything happens."""
    return [(name, tables, A_DAY, minutes / 60 / 12)
            for (name, tables), minutes in zip(A_DAY_AS, (pausing, half_there), strict=True)]  # fmt: skip


# Two segments, of which the first spends 100 a visit and the second 50, ten times a year both; who belongs to which is
# drawn by share.

RICH, POOR = {"spending": {"basket_mean": 100.0}}, {"spending": {"basket_mean": 50.0}}
EVERY_36 = {"demand": {"opening_book": 100, "visit_gap_days": 36.5, "gap_between_cv": 0.0}}


def kinds(*own: dict) -> dict:
    """A desk whose customers are of so many kinds, each as common as the others."""
    shares = {"share": 1 / len(own)}
    return EVERY_36 | {"segments": [{"name": f"kind {n}"} | shares | tables for n, tables in enumerate(own)]}


def one_of_each(tables: dict) -> list[int]:
    """The first customer of the opening book who belongs to each segment."""
    sheet = to_sheet(checked(DESK | tables, "test"))
    return [next(who for who in range(100) if segment_of(sheet, who) == place) for place in range(len(sheet))]


TWO_KINDS = kinds(RICH, POOR)
THREE_KINDS = kinds(RICH, POOR, {"spending": {"basket_mean": 70.0}})
ROB, PIA = one_of_each(TWO_KINDS)
TOM, UNA, VAL = one_of_each(THREE_KINDS)
OFTEN = kinds(RICH | {"demand": {"visit_gap_days": 365.0}}, POOR)
"""Who spends more on a visit spends less in a year."""
JUDGING = {"quality": {}}
GROWING, RIVALS = {"word_of_mouth": {}}, {"competitors": {}}
ADVERTISED, TRAINED = {"advertising": {"budget_per_month": 300.0}}, {"training": {"hours_per_month": 2.0}}
"""300 a month; two hours a month of an agent who costs 20, and a fee of 20."""
BOTH = ADVERTISED | TRAINED | {"budget": {"money_per_month": 1000.0, "training_share": 0.2}}
TWO_AGENTS = {"staff": {"agents": 2, "wage_per_hour": 20.0}}

CASES_OF = {
    "arrivals": [
        ("two in a week", {}, TEN + BALKS, 2),
        ("two in two weeks", TWO_WEEKS, TEN + BALKS, 1),
        ("one of them in the warm-up", SECOND_WEEK, BALKS + served(*NEXT_WEEK), 1),
    ],
    "served": [
        ("one of two", {}, TEN + GIVES_UP, 1),
        ("one, one not yet done", {}, TEN + SIX[:2], 1),
        ("came in the warm-up, done after it", SECOND_WEEK, served(WARM - 1, WARM, WARM + 9), 0),
        ("came as the warm-up ended", SECOND_WEEK, served(WARM, WARM, WARM + 9), 1),
    ],
    "abandoned": [
        ("one of two", {}, TEN + GIVES_UP, 1),
        ("came in the warm-up, left after it", SECOND_WEEK, unserved(H.ABANDONED, WARM - 1, WARM + 9), 0),
        ("came as the warm-up ended", SECOND_WEEK, unserved(H.ABANDONED, WARM, WARM + 9), 1),
    ],
    "balked": [("one of two", {}, TEN + BALKS, 1)],
    "blocked": [("one of two", {}, TEN + BLOCKED, 1)],
    "sent_home": [("one of two", {}, TEN + SENT_HOME, 1)],
    "abandoned_share": [("one of two", {}, TEN + GIVES_UP, 1 / 2)],
    "balked_share": [("one of two", {}, TEN + BALKS, 1 / 2)],
    "unserved_share": [
        ("two of three", {}, TEN + BLOCKED + SENT_HOME, 2 / 3),
        ("all, for four reasons", {}, BLOCKED + BALKS + GIVES_UP + SENT_HOME, 1),
    ],
    "wait_mean": [
        ("0, 6 and 3 minutes", {}, TEN + SIX + GIVES_UP, 3),
        ("who balks does not wait", {}, SIX + BALKS, 6),
        ("who still waits is left out", {}, SIX + TEN[:1], 6),
    ],
    "wait_gap": [
        ("6 minutes and 10", TWO_KINDS, served(0, 6, 9, ROB) + served(0, 10, 12, PIA), -4),
        ("6 minutes; 10 and 2, the latter in vain", TWO_KINDS,
         served(0, 6, 9, ROB) + served(0, 10, 12, PIA) + unserved(H.ABANDONED, 20, 22, PIA), 0),
        ("who spends least comes first", kinds(POOR, RICH), served(0, 6, 9, ROB) + served(0, 10, 12, PIA), 4),
        ("what is spent in a year counts, not in a visit", OFTEN, served(0, 6, 9, ROB) + served(0, 10, 12, PIA), 4),
        ("who is between them does not count", THREE_KINDS,
         served(0, 6, 9, TOM) + served(0, 10, 12, UNA) + served(0, 90, 99, VAL), -4),
        ("two who spend most are one group", kinds(RICH, POOR, RICH),
         served(0, 6, 9, TOM) + served(0, 10, 12, UNA) + served(0, 90, 99, VAL), 48 - 10),
        ("who sees the queue and goes has not waited", TWO_KINDS,
         served(0, 6, 9, ROB) + served(0, 10, 12, PIA) + unserved(H.BALKED, 5, 5, PIA), -4),
        ("only who came after the warm-up", TWO_KINDS | SECOND_WEEK,
         served(0, 6, 9, ROB) + served(WARM - 1, WARM + 9, WARM + 10, ROB)
         + served(WARM, WARM + 3, WARM + 9, ROB) + served(WARM, WARM + 10, WARM + 12, PIA), -7),
        ("nobody of one kind came", TWO_KINDS, served(0, 6, 9, ROB), math.nan),
        ("both spend the same", kinds(RICH, RICH), served(0, 6, 9, ROB) + served(0, 10, 12, PIA), math.nan),
        ("nobody spends", kinds({}, {}), served(0, 6, 9, ROB) + served(0, 10, 12, PIA), math.nan),
        ("one kind", RICH, TEN + SIX, math.nan),
    ],
    "phone_wait_mean": [
        ("0 and 4 minutes, and 2 in vain", {"phone": {}}, called(0, 0, 10) + called(6, 10, 12, FAY) + rang(20, 22, ADA), 2),
        ("not who stands at the counter", {"phone": {}}, SIX + rang(20, 22, ADA), 2),
        ("only who called after the warm-up", {"phone": {}} | SECOND_WEEK, called(0, 9, 10) + called(WARM, WARM + 3, WARM + 9), 3),
        pytest.param("nor who was on hold as it ended", {"phone": {}} | SECOND_WEEK,
                     called(WARM - 1, WARM + 9, WARM + 10) + called(WARM, WARM + 13, WARM + 19), 13),
        ("nobody called", {"phone": {}}, SIX, math.nan),
        ("no telephone", {}, SIX, math.nan),
    ],
    "callers": [
        ("three of five, in a week", {"phone": {}}, called(0, 0, 10) + called(6, 10, 12, FAY) + rang(20, 22, ADA) + BALKS + GIVES_UP, 3),
        ("nothing of the warm-up", {"phone": {}} | SECOND_WEEK, rang(20, 22) + called(*NEXT_WEEK), 1),
        ("no telephone", {}, called(0, 0, 10), math.nan),
    ],
    "phone_lost_share": [
        ("one of three", {"phone": {}}, called(0, 0, 10) + called(6, 10, 12, FAY) + rang(20, 22, ADA) + BALKS + GIVES_UP, 1 / 3),
        ("at closing, or no line free", {"phone": {}}, called(0, 0, 10) + rang(5, 5, BEA, H.BLOCKED) + rang(450, 480, DOT, H.SENT_HOME),
         2 / 3),
        ("nothing of the warm-up", {"phone": {}} | SECOND_WEEK, rang(20, 22) + called(*NEXT_WEEK), 0),
        pytest.param("nor who was on hold as it ended", {"phone": {}} | SECOND_WEEK, rang(WARM - 1, WARM + 1) + called(*NEXT_WEEK),
                     0),
        ("nobody called", {"phone": {}}, SIX, math.nan),
        ("no telephone", {}, SIX, math.nan),
    ],
    "requests": [
        ("two in a week, one of them not yet done", {"internal": {}}, helped(0, 2, 9) + told(H.ASKED, 5, 0, LEA), 2),
        ("two in two weeks", {"internal": {}} | TWO_WEEKS, helped(0, 2, 9) + told(H.ASKED, 5, 0, LEA), 1),
        ("one of them in the warm-up", {"internal": {}} | SECOND_WEEK, helped(0, 2, 9) + helped(WARM, WARM + 5, WARM + 9, LEA), 1),
        ("a colleague is no customer", {"internal": {}}, TEN, 0),
        ("nobody asks", {}, [], math.nan),
    ],
    "request_wait_mean": [
        ("2 and 6 minutes", {"internal": {}}, helped(0, 2, 9) + helped(3, 9, 12, LEA), 4),
        ("who still waits is left out", {"internal": {}}, helped(0, 2, 9) + told(H.ASKED, 5, 0, LEA), 2),
        ("a customer's wait is another's", {"internal": {}}, SIX + helped(0, 2, 9), 2),
        ("nothing of the warm-up", {"internal": {}} | SECOND_WEEK, helped(0, 2, 9) + helped(WARM, WARM + 5, WARM + 9, LEA), 5),
        ("nobody asked", {"internal": {}}, SIX, math.nan),
        ("nobody asks", {}, [], math.nan),
    ],
    "wait_p50": [
        ("0, 6 and 3 minutes", {}, TEN + SIX + GIVES_UP, 3),
        ("0 to 9 minutes", {}, ZERO_TO_NINE, 4),
        ("seconds are whole", {}, served(0, 1.99 / 60, 2), 1 / 60),
    ],
    "wait_p90": [
        ("0 to 9 minutes", {}, ZERO_TO_NINE, 8),
        ("longer than a day", {}, unserved(H.ABANDONED, 0, 2000), 2000),
        ("the ninth of ten, all but one of them longer than a day", {}, TEN + LONGER_THAN_A_DAY, 2007),
    ],
    "wait_served_mean": [
        ("0 and 6 minutes", {}, TEN + SIX + GIVES_UP, 3),
        ("only who came after the warm-up", SECOND_WEEK, SIX + served(WARM, WARM + 4, WARM + 9), 4),
    ],
    "wait_abandoned_mean": [
        ("who gives up waits for 3 minutes, who leaves at once for none", {}, SIX + GIVES_UP + unserved(H.ABANDONED, 5, 5), 1.5),
        ("only who came after the warm-up", SECOND_WEEK, GIVES_UP + unserved(H.ABANDONED, WARM, WARM + 4), 4),
        ("who is sent home has not given up", {}, unserved(H.SENT_HOME, 0, 9), math.nan),
    ],
    "service_level": [
        ("one of three, with who gave up", IN_TWO_MINUTES, TEN + SIX + GIVES_UP, 1 / 3),
        ("two minutes are within two minutes, a tick more is not", IN_TWO_MINUTES, served(0, 2, 5) + served(0, 2 + 1 / 60_000, 9), 1 / 2),
        ("who left in time was not answered", IN_TWO_MINUTES, TEN + unserved(H.ABANDONED, 5, 6), 1 / 2),
        ("only who came after the warm-up", SECOND_WEEK, TEN + served(WARM, WARM + 4, WARM + 9), 0),
        ("20 seconds where nothing is said", {}, served(0, 1 / 3, 5) + served(0, 0.34, 9), 1 / 2),
    ],
    "service_level_served": [
        ("one of two, without who gave up", IN_TWO_MINUTES, TEN + SIX + GIVES_UP, 1 / 2),
        ("nobody was answered", IN_TWO_MINUTES, GIVES_UP, math.nan),
        ("only who came after the warm-up", SECOND_WEEK, SIX + served(WARM, WARM, WARM + 9), 1),
    ],
    "waited_within_target": [
        ("who left after a minute waited no longer", IN_TWO_MINUTES, TEN + SIX + unserved(H.ABANDONED, 5, 6), 2 / 3),
        ("who gave up after three did", IN_TWO_MINUTES, TEN + GIVES_UP, 1 / 2),
        ("who did not join waited for nothing", IN_TWO_MINUTES, SIX + unserved(H.BALKED, 9, 9) + unserved(H.BLOCKED, 9, 9), 2 / 3),
        ("sent home in time", IN_TWO_MINUTES, SIX + unserved(H.SENT_HOME, 0, 1), 1 / 2),
        ("who still waits has not waited it out", IN_TWO_MINUTES, TEN + SIX[:1], 1 / 2),
        ("only who came after the warm-up", SECOND_WEEK, SIX + unserved(H.ABANDONED, WARM, WARM), 1),
    ],
    "waited_share": [
        ("one of two", {}, TEN + SIX, 1 / 2),
        ("who leaves at once did not start at once", {}, TEN + unserved(H.ABANDONED, 5, 5), 1 / 2),
    ],
    "queue_mean": [
        ("48 minutes each, of 480 open", {}, served(0, 48, 50) + unserved(H.ABANDONED, 5, 53), 1 / 5),
        ("48 minutes, of two open days", TWO_WEEKS, served(0, 48, 50), 1 / 20),
        ("only while the doors are open", {}, served(432, 900, 950), 1 / 10),
        ("nobody waits for doors that are closed", {}, served(490, 900, 950), 0),
        ("who still waits at the end has waited, too", {}, served(0, 48, 50)[:1], 1),
        ("not who saw the queue and went, nor found no place", {}, unserved(H.BALKED, 9, 9) + unserved(H.BLOCKED, 9, 9), 0),
        ("who waits as the warm-up ends waits on", SECOND_WEEK, served(WARM - 9, WARM + 588, WARM + 600), 1 / 10),
    ],
    "occupancy": [
        ("120 minutes of 480", {}, shift() + served(0, 0, 120), 1 / 4),
        ("an hour of overtime counts in both", {}, shift(0, 540) + served(420, 420, 540), 120 / 540),
        ("a visit that goes on at the end", ONE_DAY, shift()[:1] + served(420, 420, 900)[:2], 480 / 900),
        ("only the part after the warm-up", SECOND_WEEK, shift(0, WARM + 100) + served(WARM - 60, WARM - 60, WARM + 50),
         1 / 2),
        ("nothing of the warm-up", SECOND_WEEK, shift() + TEN + NEXT_SHIFT + served(*NEXT_WEEK), 1 / 48),
        ("all work counts, pauses in it, too", PAUSING, A_DAY, (130 + 30 + 30 + 30 + 30) / 480),
        ("work after visits, too", PAUSING, A_DAY + WRITES, (130 + 30 + 30 + 30 + 30 + 30) / 480),
        ("all work counts", HALF_THERE, A_DAY, (130 + 30 + 30 + 30 + 30) / 480),
    ],
    "time_in_system_mean": [("10 and 16 minutes", {}, TEN + SIX + GIVES_UP, 13)],
    "quality_mean": [
        ("8 and 6", {"quality": {}}, served(0, 0, 9, EVE, 8) + served(10, 10, 20, FAY, 6), 7),
        ("nobody judges", {}, served(0, 0, 9, EVE, 8), math.nan),
    ],
    "satisfaction_mean": [
        ("8 and 6", {"quality": {}}, remains(WEEK, ADA, 8) + remains(WEEK, BEA, 6), 7),
        ("nobody judges", {}, remains(WEEK), math.nan),
    ],
    "satisfaction_gap": [
        ("8 and 6", TWO_KINDS | JUDGING, remains(WEEK, ROB, 8) + remains(WEEK, PIA, 6), 2),
        ("8 and 4; 6", TWO_KINDS | JUDGING, remains(WEEK, ROB, 8) + remains(WEEK, ROB, 4) + remains(WEEK, PIA, 6), 0),
        ("what is spent in a year counts, not in a visit", OFTEN | JUDGING, remains(WEEK, ROB, 8) + remains(WEEK, PIA, 6), -2),
        ("of one kind all are lost", TWO_KINDS | JUDGING, remains(WEEK, ROB, 8), math.nan),
        ("both spend the same", kinds(RICH, RICH) | JUDGING, remains(WEEK, ROB, 8) + remains(WEEK, PIA, 6), math.nan),
        ("nobody judges", TWO_KINDS, remains(WEEK, ROB, 8) + remains(WEEK, PIA, 6), math.nan),
        ("one kind", RICH | JUDGING, remains(WEEK), math.nan),
    ],
    "recognised_share": [
        ("one of two", {"recognition": {}}, TEN + SIX + told(H.RECOGNISED, 20, 0, FAY, 0) + GIVES_UP, 1 / 2),
        ("nobody", {"recognition": {}}, TEN, 0),
        ("nothing of the warm-up", {"recognition": {}} | SECOND_WEEK, TEN + told(H.RECOGNISED, 10, 0, EVE, 0) + served(*NEXT_WEEK), 0),
        ("nobody served", {"recognition": {}}, GIVES_UP, math.nan),
        ("nobody knows anybody", {}, TEN, math.nan),
    ],
    "knowledge_mean": [
        ("0.7 and the usual 0.5", TRAINED | TWO_AGENTS, learns(30, 0.7), 0.6),
        ("the last that was learnt", TRAINED, learns(30, 0.9) + learns(60, 0.8), 0.8),
        ("what was learnt in the warm-up is known", TRAINED | SECOND_WEEK, learns(30, 0.9), 0.9),
        ("nothing yet", TRAINED, [], 0.5),
        ("as the scenario has it, of those who come to the desk", TRAINED | {"staff": {"agents": 2, "agent_knowledge": [0.9, 0.3]}}, [], 0.6),
        ("managers are not asked", TRAINED | {"manager": {}}, learns(30, 0.9), 0.9),
        ("the fullest hour counts", TRAINED | {"staff": {"roster": {"monday": [1] * 12 + [3] * 12}}}, learns(30, 0.8), 0.6),
        ("nobody learns", {}, [], math.nan),
    ],
    "retention": [
        ("three of four, in a year", IN_BOOK | YEAR, FOUR + lost(day(100)), 3 / 4),
        ("three of four, in half a year", IN_BOOK | HALF_YEAR, FOUR + lost(day(100)), (3 / 4) ** 2),
        ("the second year does not count", IN_BOOK | TWO_YEARS, FOUR + lost(day(100)) + lost(day(400), BEA), 3 / 4),
        ("nor who was won", IN_BOOK | YEAR, FOUR + won(day(50), 0.8) + lost(day(100), EVE), 1),
        ("but the warm-up does", IN_BOOK | SECOND_HALF, FOUR + lost(day(100)), 3 / 4),
        ("one lost and won back", IN_BOOK | YEAR, FOUR + lost(day(100)) + back(day(200)), 1),
        ("lost, won back and lost again", IN_BOOK | YEAR, FOUR + lost(day(100)) + back(day(200)) + lost(day(300)), 3 / 4),
        ("won back after the year", IN_BOOK | TWO_YEARS, FOUR + lost(day(100)) + back(day(400)), 3 / 4),
        ("all lost", IN_BOOK | HALF_YEAR, FOUR + [row for who in range(4) for row in lost(day(who), who)], 0),
    ],
    "retention_rate": [
        ("one lost in 3.5 years of customers", IN_BOOK | YEAR, FOUR + lost(day(182.5)), math.exp(-1 / 3.5)),
        ("one lost, one won for half a year", IN_BOOK | YEAR, FOUR + won(day(182.5), 0.8) + lost(day(182.5)),
         math.exp(-1 / 4)),
        ("one lost for a quarter of a year", IN_BOOK | YEAR, FOUR + lost(day(182.5)) + back(day(273.75)),
         math.exp(-1 / 3.75)),
        ("only the part after the warm-up", IN_BOOK | SECOND_HALF, FOUR + lost(day(100)) + lost(day(273.75), BEA),
         math.exp(-1 / 1.25)),
    ],
    "customers_lost": [
        ("one, won back", IN_BOOK, FOUR + lost(day(1)) + back(day(2)), 365 / 7),
        ("one in a week", IN_BOOK, FOUR + lost(day(1)), 365 / 7),
        ("two, one of them in the warm-up", IN_BOOK | SECOND_WEEK, FOUR + lost(day(1)) + lost(day(7), BEA), 365 / 7),
    ],
    "customers_won": [
        ("one in a week", {}, won(day(1), 0.8), 365 / 7),
        ("not who is won back", IN_BOOK, FOUR + lost(day(1)) + back(day(2)), 0),
    ],
    "lost_to_rivals": [
        ("one of two", RIVALS | IN_BOOK, FOUR + lost(day(1), ADA, Reason.COMPETITOR) + lost(day(1), BEA), 365 / 7),
        ("one in two years", RIVALS | IN_BOOK | TWO_YEARS, FOUR + lost(day(1), ADA, Reason.COMPETITOR), 1 / 2),
        ("who comes back was lost all the same", RIVALS | IN_BOOK | YEAR, FOUR + lost(day(1), ADA, Reason.COMPETITOR) + back(day(2)), 1),
        ("nothing of the warm-up", RIVALS | IN_BOOK | SECOND_WEEK, FOUR + lost(day(1), ADA, Reason.COMPETITOR), 0),
        ("no rivals", IN_BOOK, FOUR + lost(day(1)), math.nan),
    ],
    "referrals": [
        ("one in a week", GROWING, told(H.PRAISED, 10, 3, EVE) + told(H.REFERRED, 20, EVE, GIL) + served(20, 20, 30, GIL), 365 / 7),
        ("one in two years", GROWING | TWO_YEARS, told(H.REFERRED, 20, EVE, GIL), 1 / 2),
        ("who is a prospect by themselves was not told", GROWING, TEN, 0),
        ("nothing of the warm-up", GROWING | SECOND_WEEK, told(H.REFERRED, 20, EVE, GIL), 0),
        ("nobody tells anybody", {}, TEN, math.nan),
    ],
    "deterred": [
        ("one in a week, of three who were talked out of it", GROWING, told(H.DETERRED, 10, 3, ADA) + told(H.STAYED_AWAY, 20, 0, FAY), 365 / 7),
        ("two in two years", GROWING | TWO_YEARS, told(H.STAYED_AWAY, 20, 0, FAY) + told(H.STAYED_AWAY, 20, 0, GIL), 1),
        ("nothing of the warm-up", GROWING | SECOND_WEEK, told(H.STAYED_AWAY, 20, 0, FAY), 0),
        ("nobody tells anybody", {}, TEN, math.nan),
    ],
    "customers_end": [("two", {}, remains(WEEK) + remains(WEEK, BEA), 2)],
    "investment_hours": [("two hours in a year", YEAR, cared(day(1), 60) + cared(day(200), 60), 2 / 12),
                         ("all but transactions, colleagues and breaks", PAUSING, A_DAY, (18 + 20 + 20 + 30 + 30) / 60 / 12),
                         ("what a visit leaves to do", PAUSING, A_DAY + WRITES, (18 + 20 + 20 + 30 + 30 + 20) / 60 / 12)],
    "minutes_per_relationship": [
        ("70 in 3.5 years of customers", IN_BOOK | YEAR, FOUR + lost(day(182.5)) + cared(day(1), 70), 20),
    ],
    "mistakes_share": [
        ("two of three visits", MISTAKES, THREE, 2 / 3),
        ("none of one", MISTAKES, TEN, 0),
        ("nothing of the warm-up", MISTAKES | SECOND_WEEK, EARLIER + served(*NEXT_WEEK), 0),
        ("nobody makes any", {}, TEN, math.nan),
    ],
    "first_contact_resolution": [
        ("all but one of three", MISTAKES, THREE, 2 / 3),
        ("what was put right at once is resolved", MISTAKES, TEN + told(H.CLARIFIED, 10, MINUTE, EVE, 0), 1),
        ("nothing of the warm-up", MISTAKES | SECOND_WEEK, EARLIER + served(*NEXT_WEEK), 1),
        ("nobody makes mistakes", PROMISES, TEN, math.nan),
    ],
    "failures": [
        ("a mistake and a broken promise", MISTAKES, failed(1) + failed(2, Reason.BROKEN_PROMISE), 2 * 365 / 7),
        ("two mistakes at one instant", MISTAKES | YEAR, failed(1) + failed(1, who=BEA), 2),
        ("promises alone", PROMISES | YEAR, failed(2, Reason.BROKEN_PROMISE), 1),
        ("nothing of the warm-up", MISTAKES | SECOND_WEEK, EARLIER, 0),
        ("nothing to fail in", {}, [], math.nan),
    ],
    "complaints": [
        ("one of two failures", MISTAKES | YEAR, failed(1) + failed(2, who=BEA) + told(H.COMPLAINED, 2, 0, BEA), 1),
        ("nothing of the warm-up", PROMISES | SECOND_WEEK, EARLIER, 0),
        ("nothing to complain of", {}, [], math.nan),
    ],
    "recovered_share": [
        ("two of three, by agents and the manager", MISTAKES, ANSWERED, 2 / 3),
        ("who is won over in a call is left out", MISTAKES, ANSWERED + BY_CALL, 2 / 3),
        ("nobody but in a call", MISTAKES, BY_CALL, math.nan),
        ("let down by the manager", PROMISES, told(H.LET_DOWN, 10, By.MANAGER), 0),
        ("nothing of the warm-up", MISTAKES | SECOND_WEEK, EARLIER, math.nan),
        ("nothing to recover from", {}, ANSWERED, math.nan),
    ],
    "escalated": [
        ("one held, one not", {"manager": {}} | YEAR, told(H.ESCALATED, 1, 1, EVE, 0) + told(H.ESCALATED, 2, 0, FAY, 0), 2),
        ("nothing of the warm-up", {"manager": {}} | SECOND_WEEK, EARLIER, 0),
        ("no manager", {}, [], math.nan),
    ],
    "promises_due": [
        ("two kept and one broken, in a year", PROMISES | YEAR, DATES, 3),
        ("nothing of the warm-up", PROMISES | SECOND_WEEK, EARLIER, 0),
        ("nothing is promised", MISTAKES, DATES, math.nan),
    ],
    "promises_kept_share": [
        ("two of three, mistakes apart", PROMISES, DATES, 2 / 3),
        ("who was promised something and has not yet got it is left out", PROMISES, DATES + told(H.PROMISED, 50, HOUR, EVE, 0), 2 / 3),
        ("nothing of the warm-up", PROMISES | SECOND_WEEK, EARLIER, math.nan),
        ("nothing is promised", MISTAKES, DATES, math.nan),
    ],
    "calls": [
        ("two in a year", {"outreach": {}} | YEAR, told(H.CALLED, 1, Call.OVERDUE, ADA, 0) + told(H.CALLED, 9, Call.LAPSED, BEA, 0), 2 / 12),
        ("nothing of the warm-up", {"outreach": {}} | SECOND_WEEK, EARLIER, 0),
        ("nobody calls", {}, [], math.nan),
    ],
    "won_back": [
        ("one of two", {"outreach": {}} | IN_BOOK, FOUR + lost(day(1)) + lost(day(1), BEA) + back(day(2)), 365 / 7),
        ("nothing of the warm-up", {"outreach": {}} | SECOND_WEEK, EARLIER, 0),
        ("from a rival, by themselves", RIVALS | IN_BOOK | YEAR, FOUR + lost(day(1), ADA, Reason.COMPETITOR) + back(day(30)), 1),
        ("nobody comes back from rivals", RIVALS, [], 0),
        ("nobody calls, and there are no rivals", {}, [], math.nan),
    ],
    "hours_core": minutes_of_a_day(102, 112),
    "hours_care": [
        *minutes_of_a_day(10, 10),
        ("no mechanism at all", YEAR, cared(at(60), 10), 10 / 60 / 12),
    ],
    "hours_clarifying": [*minutes_of_a_day(5, 5), ("no mistakes", YEAR, A_DAY, math.nan)],
    "hours_recovery": [*minutes_of_a_day(33, 33), ("no recovery", MISTAKES | YEAR, A_DAY, math.nan)],
    "hours_promises": [*minutes_of_a_day(20, 30), ("no promises", YEAR, A_DAY, math.nan)],
    "hours_relationship": [
        *minutes_of_a_day(20, 30),
        ("a call that goes on at the end", {"outreach": {}} | ONE_DAY,
         shift(0, 480)[:1] + told(H.CALLED, 870, Call.OVERDUE, ADA, 0), 30 / 60 * 365 / 12),
        ("nobody calls", YEAR, A_DAY, math.nan),
    ],
    "hours_internal": [
        *minutes_of_a_day(20, 30),
        ("a request that is worked on at the end", {"internal": {}} | ONE_DAY,
         shift(0, 480)[:1] + told(H.ASKED, 860, 0, KIM) + told(H.HELPING, 870, 10 * MINUTE, KIM, 0), 30 / 60 * 365 / 12),
        ("only the part after the warm-up", {"internal": {}} | SECOND_WEEK,
         shift(0, WARM + 60) + helped(0, 10, 20) + helped(WARM - 50, WARM - 30, WARM + 30, LEA), 30 / 60 * 365 / 7 / 12),
        ("nobody asks", YEAR, A_DAY, math.nan),
    ],
    "hours_after_visits": [
        *[(words, tables | {"after_visit_work": {}}, [*rows, *WRITES], amount) for words, tables, rows, amount in minutes_of_a_day(20, 30)],
        ("nothing is left to do", YEAR, A_DAY, math.nan),
    ],
    "hours_inattentive": [
        *minutes_of_a_day(70, 30),
        ("until the agent goes home", YEAR, shift() + told(H.LOST_ATTENTION, 460, 0, NOBODY, 0), 20 / 60 / 12),
        ("only the part after the warm-up", SECOND_WEEK, shift(0, WARM + 60) + drifts_off(WARM - 30, WARM + 30),
         30 / 60 * 365 / 7 / 12),
    ],
    "hours_break": [
        *minutes_of_a_day(20, 20),
        ("until the agent goes home", PAUSING, shift() + told(H.WENT_ON_BREAK, 465, 0, NOBODY, 0), 15 / 60 / 12),
        ("nobody takes any", YEAR, A_DAY, math.nan),
    ],
    "hours_idle": [
        *minutes_of_a_day(180, 180),
        ("not after closing, once the visit is over", YEAR, shift(0, 500) + served(470, 470, 500), 470 / 60 / 12),
        ("who leaves a customer to the manager is free", PAUSING,
         shift() + TEN + told(H.ESCALATED, 10, 0, EVE, 0) + talks(10, 40, EVE), 470 / 60 / 12),
    ],
    "hours_manager": [*minutes_of_a_day(30, 30), ("no manager", YEAR, A_DAY, math.nan)],
    "advertising_cost": [
        ("300 a month", ADVERTISED, [], 3600),
        ("the same in two weeks, one of them warm-up", ADVERTISED | SECOND_WEEK, TEN, 3600),
        ("four fifths of 1000 a month", BOTH, [], 9600),
        ("none of it without advertising", TRAINED | {"budget": BOTH["budget"]}, [], math.nan),
        ("nobody advertises", {}, [], math.nan),
    ],
    "training_cost": [
        ("two hours a month at 40", TRAINED, [], 12 * 80),
        ("two agents, one of them in one hour only", TRAINED | {"staff": {"wage_per_hour": 20.0, "roster": {"monday": [1] * 12 + [2] + [1] * 11}}},
         [], 12 * 160),
        ("a fifth of 1000 a month", BOTH, [], 2400),
        ("at most 200 hours a month at 40", TRAINED | {"budget": {"money_per_month": 1e6}}, [], 12 * 8000),
        ("nobody learns", ADVERTISED, [], math.nan),
    ],
    "costs": [
        ("eight hours", {}, shift(), 160 * 365 / 7),
        ("the manager's eight hours cost 480, talks or none", MANAGED, shift() + talks(270, 300), (160 + 480) * 365 / 7),
        ("two managers", TWO_MANAGERS, shift(), (160 + 960) * 365 / 7),
        ("a talk of half an hour costs 30, where only talks are paid", BY_TALKS, shift() + talks(270, 300), (160 + 30) * 365 / 7),
        ("a manager who is switched off", {"manager": {"on": False}}, shift(), 160 * 365 / 7),
        ("a colleague who waits for six minutes costs 2", ASKED, shift() + helped(0, 6, 9), (160 + 2) * 365 / 7),
        ("9 where an hour of theirs costs 90", DEAR, shift() + helped(0, 6, 9), (160 + 9) * 365 / 7),
        ("nothing where it costs nothing", {"internal": {"wage_per_hour": 0.0}}, shift() + helped(0, 6, 9), 160 * 365 / 7),
        ("two at once wait twice as long", ASKED, shift() + helped(0, 6, 9) + helped(0, 9, 12, LEA), (160 + 5) * 365 / 7),
        ("who still waits at closing has waited until then", ASKED, shift() + told(H.ASKED, 450, 0, KIM), (160 + 10) * 365 / 7),
        ("nobody waits while the doors are closed", ASKED | TWO_WEEKS, shift() + NEXT_SHIFT + helped(450, WARM + 570, WARM + 580),
         (2 * 160 + 20) * 365 / 14),
        ("who asks after closing waits from the next morning on", ASKED | TWO_WEEKS, shift() + NEXT_SHIFT + helped(500, WARM + 570, WARM + 580),
         (2 * 160 + 10) * 365 / 14),
        ("who still waits at the end has waited until then", ASKED | TO_FOUR | FREE | {"internal": {"wage_per_hour": 20.0}},
         told(H.ASKED, 360, 0, KIM), 20 * 365 * 1.5),
        ("the warm-up's waits do not count, of whole days", ASKED | SECOND_WEEK, shift() + NEXT_SHIFT + helped(450, WARM + 570, WARM + 580),
         (160 + 10) * 365 / 7),
        ("730 a month of rent", FREE | RENT, [], 12 * 730),
        ("the same in two weeks, one of them warm-up", FREE | RENT | SECOND_WEEK, [], 12 * 730),
        ("an hour of overtime costs 25", {}, shift(0, 540), 185 * 365 / 7),
        ("advertising and training", FREE | ADVERTISED | TRAINED | {"training": {"fee_per_hour": 40.0, "hours_per_month": 2.0}},
         shift(), 3600 + 960),
        ("the warm-up's do not count", SECOND_WEEK, shift() + NEXT_SHIFT, 160 * 365 / 7),
    ],
    "revenue": [
        ("50 in a year", YEAR, paid(day(1), 20) + paid(day(300), 30), 50),
        ("50 in a week", {}, paid(day(1), 50), 50 * 365 / 7),
        ("the warm-up's does not count", SECOND_WEEK, paid(day(6.9), 1000) + paid(day(7), 50), 50 * 365 / 7),
        ("part of a day", {"horizon": {"weeks": 2 / 7, "warmup_weeks": 0.5 / 7}}, paid(day(0.4), 1000) + paid(day(1), 50), 50 * 365 / 1.5),
    ],
    "profit": [
        ("half of 500, less eight hours", {}, shift() + paid(day(0.5), 500), (250 - 160) * 365 / 7),
        ("the manager's shift", MANAGED, shift() + paid(day(0.5), 500) + talks(270, 300), (250 - 160 - 480) * 365 / 7),
        ("colleagues' waiting", ASKED, shift() + paid(day(0.5), 500) + helped(0, 6, 9), (250 - 160 - 2) * 365 / 7),
        ("rent", RENT, shift() + paid(day(0.5), 500), (250 - 160) * 365 / 7 - 12 * 730),
        ("an hour of overtime costs 25", {}, shift(0, 540) + paid(day(0.5), 500), (250 - 185) * 365 / 7),
        ("overtime beyond midnight", {}, shift(0, 960) + paid(day(0.5), 500), (250 - 360) * 365 / 7),
        ("the warm-up's does not count", SECOND_WEEK, shift() + NEXT_SHIFT + paid(day(7), 500),
         (250 - 160) * 365 / 7),
        ("advertising and training cost what they cost in a year", ADVERTISED | TRAINED, shift() + paid(day(0.5), 500),
         (250 - 160) * 365 / 7 - 3600 - 960),
        ("as much in two weeks, one of them warm-up", ADVERTISED | TRAINED | SECOND_WEEK, shift() + NEXT_SHIFT + paid(day(7), 500),
         (250 - 160) * 365 / 7 - 3600 - 960),
    ],
    "cash": [
        ("a week, without interest", NO_INTEREST, shift() + paid(day(0.5), 500), 250 - 160),
        ("the manager's shift", NO_INTEREST | MANAGED, shift() + paid(day(0.5), 500) + talks(270, 300), 250 - 160 - 480),
        ("the manager's half hour costs 30, where only talks are paid", NO_INTEREST | BY_TALKS,
         shift() + paid(day(0.5), 500) + talks(270, 300), 250 - 160 - 30),
        ("a colleague's six minutes", NO_INTEREST | ASKED, shift() + paid(day(0.5), 500) + helped(0, 6, 9), 250 - 160 - 2),
        ("what a colleague waits for on the second Monday", ASKED | FREE | TWO_WEEKS | {"internal": {"wage_per_hour": 20.0}}, helped(450, WARM + 570, WARM + 580),
         -10 * A_DAY_ON - 10 * 1.1 ** (-8 / 365)),
        ("rent of a week", RENT, shift() + paid(day(0.5), 500), 250 - 160 - 168),
        ("rent of sixteen hours", RENT | FREE | TO_FOUR, [], -16),
        ("a week's advertising and training", NO_INTEREST | ADVERTISED | TRAINED, shift() + paid(day(0.5), 500),
         250 - 160 - (3600 + 960) * 7 / 365),
        ("half a day's, the day being half over", NO_INTEREST | FREE | ADVERTISED | {"horizon": {"weeks": 0.5 / 7}}, [], -3600 * 0.5 / 365),
        ("nothing of the warm-up", NO_INTEREST | FREE | ADVERTISED | SECOND_WEEK, [], -3600 * 7 / 365),
        ("advertising of a day, a day from now", FREE | ADVERTISED | ONE_DAY, [], -3600 / 365 * A_DAY_ON),
        ("100 after a year at 100 %", YEAR | FREE | DOUBLING, paid(day(364), 100), 50),
        ("nor what was paid in it", SECOND_WEEK | FREE | NO_INTEREST, paid(day(1), 100) + paid(day(8), 300), 150),
        ("of the day on which the warm-up ends, what is left of it", AMID_THE_DAY | FREE | NO_INTEREST,
         paid(at(NOON - 1), 100) + paid(at(NOON + 1), 300) + paid(day(9), 500), 400),
    ],
    "value": [
        ("what the window brings, where the years are no longer", LOOKING, shift() + paid(day(0.5), 500), 90 * A_DAY_ON),
        ("each day's in today's money", LOOKING | FREE, paid(day(0.5), 500) + paid(day(6.5), 500), 250 * A_DAY_ON + 250 * A_WEEK_ON),
        ("years after the window", ONE_YEAR | FREE | DOUBLING, paid(day(0.5), 100) + paid(day(364), 100), 100 * 2 ** (-1 / 365) + 50),
        ("year by year", THREE_YEARS | FREE | DOUBLING, paid(day(364), 100) + paid(day(729), 100) + paid(day(1094), 100), 50 + 25 + 12.5),
        ("the roster is paid in every week", ONE_YEAR | NO_INTEREST | {"staff": {"agents": 1, "wage_per_hour": 20.0, "overtime_factor": 0.0}}, [],
         -160 * 53),
        ("an hour of overtime in the last", ONE_YEAR | NO_INTEREST, EVERY_MONDAY + shift(52 * 10080, 52 * 10080 + 540), -160 * 53 - 25),
        ("rent of every month", ONE_YEAR | FREE | RENT, [], -12 * 730),
        ("budgets of every month", THREE_YEARS | FREE | NO_INTEREST | ADVERTISED, [], -3 * 3600),
        ("managers of every week", ONE_YEAR | FREE | NO_INTEREST | MANAGED, [], -53 * 480),
        ("a colleague who has waited for a year", ONE_YEAR | FREE | NO_INTEREST | DEAR, told(H.ASKED, 420, 0, KIM), -90 * (1 + 52 * 8)),
        ("steady states have no years", ONE_YEAR | {"horizon": {"weeks": 2.0, "warmup_weeks": 1.0}}, shift(), math.nan),
        ("nobody spends", {}, shift(), math.nan),
        ("spending is switched off", {"spending": {"on": False}}, shift(), math.nan),
        ("one of two kinds spends", kinds(RICH, {}) | FREE | DOUBLING, paid(day(364), 100), 50),
    ],
}  # fmt: skip
"""Metric → what happens, what differs from DESK, rows, the metric."""


def case_of(name: str, case) -> object:
    """A row of the table as a case of the test, with the marks of the row."""
    values, marks = (case.values, case.marks) if hasattr(case, "values") else (case, ())
    return pytest.param(name, *values[1:], id=f"{name}: {values[0]}", marks=marks)


CASES = [case_of(name, case) for name, cases in CASES_OF.items() for case in cases]

UNDEFINED = {
    "wait_abandoned_mean", "service_level", "service_level_served", "waited_within_target", "abandoned_share", "balked_share", "unserved_share", "wait_mean", "wait_p50", "wait_p90", "wait_served_mean",
    "waited_share", "occupancy", "time_in_system_mean", "quality_mean", "satisfaction_mean", "retention",
    "retention_rate", "minutes_per_relationship", "value",
    "mistakes_share", "first_contact_resolution", "failures", "complaints", "recovered_share", "escalated",
    "promises_kept_share", "calls", "won_back", "hours_clarifying", "hours_recovery", "hours_promises",
    "hours_relationship", "hours_break", "hours_manager", "wait_gap", "satisfaction_gap", "phone_wait_mean",
    "callers", "phone_lost_share", "requests", "request_wait_mean", "hours_internal", "hours_after_visits", "recognised_share",
    "knowledge_mean", "promises_due", "lost_to_rivals", "referrals", "deterred", "advertising_cost", "training_cost",
}  # fmt: skip
"""Metrics that do not exist where nothing happened and nothing is switched on; the others are 0, but for wages."""
RATES = {"failures", "complaints", "escalated", "calls", "won_back", "hours_clarifying", "hours_recovery",
         "hours_promises", "hours_relationship", "hours_break", "hours_manager", "requests", "hours_internal", "hours_after_visits",
         "lost_to_rivals", "referrals", "deterred", "callers", "promises_due"}  # fmt: skip
"""Those of them that are 0 where their mechanism is switched on."""
SET = {"knowledge_mean", "advertising_cost", "training_cost"}
"""Those of them that the scenario alone says where their mechanism is switched on."""

PROMISED = [
    "arrivals", "served", "abandoned", "balked", "abandoned_share", "balked_share", "wait_mean", "wait_p50", "wait_p90",
    "wait_served_mean", "waited_share", "queue_mean", "occupancy", "time_in_system_mean", "quality_mean",
    "satisfaction_mean", "retention", "retention_rate", "customers_lost", "customers_won", "customers_end",
    "first_contact_resolution", "complaints", "recovered_share", "promises_kept_share", "referrals", "deterred",
    "investment_hours", "minutes_per_relationship", "revenue", "profit", "cash", "value",
]  # fmt: skip
"""Section 9 of the design."""
ADDED = [
    "wait_abandoned_mean", "service_level", "service_level_served", "waited_within_target", "blocked", "sent_home", "unserved_share", "mistakes_share", "failures", "escalated", "calls", "won_back",
    "hours_core", "hours_care", "hours_clarifying", "hours_recovery", "hours_promises", "hours_relationship",
    "hours_inattentive", "hours_break", "hours_idle", "hours_manager", "hours_internal", "hours_after_visits", "wait_gap",
    "satisfaction_gap", "phone_wait_mean", "phone_lost_share", "requests", "request_wait_mean", "recognised_share", "knowledge_mean",
    "lost_to_rivals", "advertising_cost", "training_cost", "costs", "callers", "promises_due",
]  # fmt: skip
WORSE = {
    "abandoned", "balked", "blocked", "sent_home", "abandoned_share", "balked_share", "unserved_share", "wait_mean",
    "wait_p50", "wait_p90", "wait_served_mean", "waited_share", "queue_mean", "time_in_system_mean", "customers_lost",
    "mistakes_share", "failures", "hours_inattentive", "phone_wait_mean", "phone_lost_share", "request_wait_mean",
    "lost_to_rivals", "deterred", "costs",
}  # fmt: skip
"""Metrics of which less is better."""
NEITHER = {
    "wait_abandoned_mean", "arrivals", "occupancy", "investment_hours", "minutes_per_relationship", "complaints", "escalated", "calls",
    "hours_core", "hours_care", "hours_clarifying", "hours_recovery", "hours_promises", "hours_relationship",
    "hours_break", "hours_idle", "hours_manager", "hours_internal", "hours_after_visits", "wait_gap",
    "satisfaction_gap", "requests", "advertising_cost", "training_cost", "callers", "promises_due",
}  # fmt: skip
"""Metrics of which neither is."""
UNITS = {"1", "1/week", "1/month", "1/year", "min", "min/year", "h/month", "0–10", "points", "customers", "money",
         "money/year"}  # fmt: skip


EVERYTHING = (
    PAUSING
    | JUDGING
    | GROWING
    | RIVALS
    | ADVERTISED
    | TRAINED
    | {"phone": {}, "recognition": {}, "after_visit_work": {}}
)
"""A desk with one kind of customer where all may happen that has a metric of its own."""


def reading(rows: list, tables: dict) -> Reading:
    """The finished tally of a hand-made trace, with all its years where money over the years means something."""
    scenario = checked(DESK | tables, "test")
    sheet, trace = to_sheet(scenario), canonical(rows)
    tally = Tally(sheet, round(scenario.horizon.warmup_weeks * WEEK))
    tally.add(trace[trace[:, 0] <= tally.end])
    tally.close()
    return Reading(tally, scenario, all_years(sheet, horizon_of(scenario), trace) if looks_ahead(scenario) else None)


def all_years(sheet: np.ndarray, end: int, trace: np.ndarray) -> days.Days:
    """The finished days of a trace until an end."""
    found = days.Days(sheet, end)
    found.add(trace)
    found.close()
    return found


@pytest.fixture(scope="module")
def salon() -> tuple:
    """Four weeks of the salon: its scenario, sheet and trace."""
    scenario = read_scenario(Path(__file__).parent.parent / "scenarios" / "salon.toml", ["horizon.weeks=4"])
    sheet = to_sheet(scenario)
    return scenario, sheet, simulate(sheet)


# Each metric


@pytest.mark.parametrize(("name", "tables", "rows", "expected"), CASES)
def test_metric(name, tables, rows, expected):
    assert BY_NAME[name].read(reading(rows, tables)) == pytest.approx(expected, rel=1e-9, nan_ok=True)


def test_every_metric_has_a_trace():
    assert sorted(CASES_OF) == sorted(NAMES)


def test_where_nothing_happens_means_and_shares_are_undefined_and_counts_are_0():
    found = dict(zip(NAMES, metrics(reading([], DESK | FREE)), strict=True))
    assert {name for name, metric in found.items() if math.isnan(metric)} == UNDEFINED
    assert {metric for name, metric in found.items() if name not in UNDEFINED} == {0}


def test_where_nothing_happens_though_everything_may_only_means_and_shares_are_undefined():
    found = dict(zip(NAMES, metrics(reading([], EVERYTHING)), strict=True))
    assert {name for name, metric in found.items() if math.isnan(metric)} == UNDEFINED - RATES - SET
    assert {found[name] for name in RATES} == {0}
    assert all(found[name] > 0 for name in SET)


def test_metrics_are_those_of_the_design_and_no_others():
    assert sorted(NAMES) == sorted(PROMISED + ADDED)
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("metric", METRICS, ids=NAMES)
def test_every_metric_says_what_it_is(metric):
    assert metric.meaning
    assert not metric.meaning.endswith(".")
    assert metric.unit in UNITS
    assert metric.better == (-1 if metric.name in WORSE else 0 if metric.name in NEITHER else 1)


def test_money_is_in_the_scenarios_currency():
    assert unit_of("revenue", "CAD") == "CAD/year"
    assert unit_of("value", "CAD") == "CAD"
    assert unit_of("wait_mean", "CAD") == "min"


# Metrics of segments

OF = {own.name: place for place, own in enumerate(OWN)}
WAIT, SATISFACTION, CUSTOMERS = OF["wait_mean"], OF["satisfaction_mean"], OF["customers_end"]

SEGMENTS = [
    ("6 and 2 minutes; 10", TWO_KINDS, served(0, 6, 9, ROB) + unserved(H.ABANDONED, 20, 22, ROB) + served(0, 10, 12, PIA), WAIT, [4, 10]),
    ("who still waits, and who balks, is left out", TWO_KINDS, served(0, 6, 9, ROB)[:1] + served(0, 10, 12, PIA) + unserved(H.BALKED, 5, 5, ROB),
     WAIT, [math.nan, 10]),
    ("only who came after the warm-up", TWO_KINDS | SECOND_WEEK,
     served(0, 6, 9, ROB) + unserved(H.SENT_HOME, WARM - 1, WARM + 9, PIA) + served(WARM, WARM + 3, WARM + 9, PIA), WAIT, [math.nan, 3]),
    ("8 and 4; 6", TWO_KINDS | JUDGING, remains(WEEK, ROB, 8) + remains(WEEK, ROB, 4) + remains(WEEK, PIA, 6),
     SATISFACTION, [6, 6]),
    ("nobody of one kind remains", TWO_KINDS | JUDGING, remains(WEEK, PIA, 6), SATISFACTION, [math.nan, 6]),
    ("nobody judges", TWO_KINDS, remains(WEEK, ROB, 8) + remains(WEEK, PIA, 6), SATISFACTION, [math.nan, math.nan]),
    ("two and one", TWO_KINDS, remains(WEEK, ROB) + remains(WEEK, ROB) + remains(WEEK, PIA), CUSTOMERS, [2, 1]),
    ("none and one", TWO_KINDS, remains(WEEK, PIA), CUSTOMERS, [0, 1]),
    ("one segment that is everybody", kinds(RICH) | JUDGING, served(0, 6, 21, ADA) + remains(WEEK), slice(None, CUSTOMERS + 1), [[6, 7, 1]]),
    ("one of two came in vain", TWO_KINDS, served(0, 6, 9, ROB) + unserved(H.ABANDONED, 20, 22, ROB) + served(10, 10, 12, PIA), OF["unserved_share"], [1 / 2, 0]),
]  # fmt: skip
"""What happens, what differs from DESK, rows, which metric of each segment, the metrics."""


@pytest.mark.parametrize(("tables", "rows", "place", "expected"), [
    pytest.param(*case[1:], id=f"{OWN[case[3]].name if isinstance(case[3], int) else 'all'}: {case[0]}")
    for case in SEGMENTS
])  # fmt: skip
def test_metrics_of_segments(tables, rows, place, expected):
    np.testing.assert_allclose(own_metrics(reading(rows, tables))[:, place], expected, rtol=1e-9)


def test_where_there_are_no_segments_there_are_no_metrics_of_theirs():
    assert own_metrics(reading(TEN + remains(WEEK), JUDGING)).shape == (0, len(OWN))


def test_metrics_of_segments_add_up_to_those_of_all():
    """Customers, their satisfaction, waits, visits and money, in a simulated desk."""
    tables = {"demand": {"opening_book": 300, "visit_gap_days": 7.0, "prospects_per_hour": 3.0}, "staff": {"agents": 2}, "waiting": {},
              "quality": {}, "loyalty": {}, "spending": {}, "horizon": {"weeks": 8.0, "warmup_weeks": 1.0},
              "segments": [{"name": "private", "share": 0.8} | POOR, {"name": "fleets", "share": 0.2} | RICH]}  # fmt: skip
    scenario = checked(tables, "test")
    found = counted(scenario, to_sheet(scenario), 1, 0, "fast")
    whole, own = dict(zip(NAMES, metrics(found), strict=True)), own_metrics(found)
    assert own[:, CUSTOMERS].sum() == whole["customers_end"]
    assert own[:, SATISFACTION] @ own[:, CUSTOMERS] == pytest.approx(
        whole["satisfaction_mean"] * whole["customers_end"]
    )
    assert own[:, WAIT] @ found.tally.segments[:, t.OWN_JOINED] == pytest.approx(
        whole["wait_mean"] * found.tally.joined()
    )
    for name in ("served", "abandoned", "customers_lost", "revenue"):
        assert whole[name] > 0
        assert own[:, OF[name]].sum() == pytest.approx(whole[name]), name
    assert own[:, OF["contribution"]].sum() == pytest.approx(whole["profit"] + whole["costs"])
    assert own[:, OF["unserved_share"]] @ found.tally.segments[:, t.OWN_ARRIVED] == pytest.approx(
        whole["unserved_share"] * found.count(H.ARRIVED)
    )
    years = found.tally.end / YEAR_OF_TICKS
    kept = found.tally.segments[:, t.OWN_OPENING] - found.tally.segments[:, t.OWN_OPENING_LOST]
    assert kept.sum() / found.count(H.MEMBER) == pytest.approx(whole["retention"] ** years)
    assert own[:, OF["retention"]] ** years == pytest.approx(kept / found.tally.segments[:, t.OWN_OPENING])
    assert whole["wait_gap"] == pytest.approx(own[1, WAIT] - own[0, WAIT])
    assert whole["satisfaction_gap"] == pytest.approx(own[1, SATISFACTION] - own[0, SATISFACTION])


def test_a_run_gives_the_metrics_of_a_segment_by_its_name():
    tables = TWO_KINDS | JUDGING | {"opening": MONDAY, "demand": EVERY_36["demand"] | {"prospects_per_hour": 3.0},
                                    "horizon": {"weeks": 2.0, "years": 0.1}}  # fmt: skip
    result = run(checked(tables, "test"), replications=3)
    found = result.of_segment("kind 1")
    assert list(found) == [own.name for own in OWN]
    assert found["wait_mean"].mean == pytest.approx(result.own[:, 1, WAIT].mean())
    assert [metric.unit for metric in found.values()][:4] == ["min", "0–10", "customers", "1/week"]
    assert found["customers_end"].low <= found["customers_end"].mean <= found["customers_end"].high


def test_segments_add_up_to_the_whole_where_control_variates_narrow_it():
    tables = {"demand": {"opening_book": 60, "visit_gap_days": 7.0}, "opening": MONDAY, "loyalty": {}, "spending": {},
              "horizon": {"weeks": 4.0, "years": 0.1}, "segments": [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5}]}  # fmt: skip
    result = run(checked(tables, "test"), replications=50)
    assert result.is_controlled
    for name in ("revenue", "customers_lost", "customers_end"):
        assert sum(result.of_segment(each)[name].mean for each in "ab") == pytest.approx(result[name].mean)


# The tally


@pytest.mark.parametrize("pieces", [2, 13, 1000])
def test_a_tally_in_pieces_is_the_tally_of_the_whole(salon, pieces):
    scenario, sheet, trace = salon
    tallies = [Tally(sheet, WEEK), Tally(sheet, WEEK)]
    tallies[0].add(trace.rows)
    for piece in np.array_split(trace.rows, pieces):
        tallies[1].add(piece)
    for tally in tallies:
        tally.close()
    whole, in_pieces = (metrics(Reading(tally, scenario)) for tally in tallies)
    np.testing.assert_array_equal(in_pieces, whole)
    np.testing.assert_array_equal(tallies[0].fate, tallies[1].fate)


def test_arrivals_of_a_salon_that_is_empty_at_the_end_add_up(salon):
    scenario, sheet, trace = salon
    tally = Tally(sheet, WEEK)
    tally.add(trace.rows)
    tally.close()
    found = dict(zip(NAMES, metrics(Reading(tally, scenario)), strict=True))
    ends = ("served", "abandoned", "balked", "blocked", "sent_home")
    assert found["arrivals"] == pytest.approx(sum(found[name] for name in ends))


def test_who_of_the_opening_book_was_lost_is_remembered_with_the_reason():
    tables = IN_BOOK | SECOND_WEEK
    tally = reading(FOUR + lost(day(1), BEA, Reason.WAIT) + lost(day(8), DOT, Reason.NATURAL), tables).tally
    assert tally.fate.tolist() == [0, Reason.WAIT, 0, Reason.NATURAL]
    assert tally.reasons[Reason.NATURAL] == tally.reasons.sum() == 1


def test_who_was_won_back_is_remembered_as_one_who_remains():
    rows = (
        FOUR
        + lost(day(1), BEA)
        + back(day(2), BEA)
        + lost(day(1), CEM)
        + back(day(2), CEM)
        + lost(day(3), CEM, Reason.WAIT)
    )
    assert reading(rows, IN_BOOK).tally.fate.tolist() == [0, 0, Reason.WAIT, 0]


OWN_TIME = (
    "core",
    "care",
    "clarifying",
    "recovery",
    "promises",
    "relationship",
    "internal",
    "inattentive",
    "break",
    "idle",
)
"""What agents do."""


@pytest.mark.parametrize(("name", "tables"), A_DAY_AS)
def test_every_minute_of_a_day_is_accounted_for(name, tables):
    found = dict(zip(NAMES, metrics(reading(A_DAY, tables)), strict=True))
    assert math.fsum(found[f"hours_{what}"] for what in OWN_TIME) == pytest.approx(8 / 12)


@pytest.mark.parametrize("while_serving", ["pause", "half_there"])
def test_every_tick_of_agents_time_is_spent_on_something(while_serving):
    tables = FAILING | {"staff": {"agents": 2, "break_minutes": 15.0, "inattentive_minutes": 2.0, "while_serving": while_serving},
                        "demand": {"prospects_per_hour": 1.0, "opening_book": 200, "visit_gap_days": 5.0}, "loyalty": {}, "waiting": {},
                        "investment": {"relationship_hours_per_month": 50.0}, "manager": {"agent_held": True, "escalated_share": 0.5}, "internal": {"requests_per_hour": 0.5}, "after_visit_work": {},
                        "horizon": {"weeks": 3.0, "warmup_weeks": 1.0}}  # fmt: skip
    scenario = checked(tables, "test")
    tally = counted(scenario, to_sheet(scenario), 1, 0, "fast").tally
    assert tally.sums[t.IDLE : t.SUMS].sum() == tally.sums[t.PRESENT]
    assert (tally.sums[t.IDLE : t.SUMS] > 0).all()


def test_presence_is_counted_on_the_day_it_falls_on():
    tally = reading(shift(0, 15 * 60 + 60), {}).tally
    assert tally.days.rows[:3, days.PRESENT].tolist() == [15 * HOUR, HOUR, 0]


def test_the_roster_is_paid_from_the_first_day_to_the_last():
    tally = reading([], {"horizon": {"weeks": 1 + 0.5 / 7}}).tally
    assert tally.days.scheduled[:8].tolist() == [8 * HOUR, 0, 0, 0, 0, 0, 0, 3 * HOUR]


STAYS = [
    ("to the end", [], WEEK),
    ("until lost", lost(day(2), ADA), day(2)),
    ("away for a day", lost(day(2), ADA) + back(day(3), ADA), WEEK - day(1)),
    ("away for a day, then lost", lost(day(2), ADA) + back(day(3), ADA) + lost(day(5), ADA), day(4)),
]


@pytest.mark.parametrize(("rows", "stayed"), [pytest.param(*case[1:], id=case[0]) for case in STAYS])
def test_how_long_todays_customers_stay_is_remembered(rows, stayed):
    assert reading(FOUR + rows, IN_BOOK).tally.days.stayed.tolist() == [stayed, WEEK, WEEK, WEEK]


def test_what_todays_customers_pay_is_remembered_and_what_others_pay_is_not():
    rows = FOUR + [
        (at(10), H.BOUGHT, who, NOBODY, millionths(amount)) for who, amount in ((BEA, 2), (BEA, 3), (EVE, 7))
    ]
    assert reading(rows, IN_BOOK).tally.days.spent.tolist() == [0, millionths(5), 0, 0]


def test_every_result_becomes_a_frame_without_nan_in_its_rows():
    """One row for each replication and metric; what is undefined is None, in all three kinds of result."""
    desk = checked({"horizon": {"weeks": 1.0}}, "test")
    results = (
        run(desk, replications=2),
        evaluate(desk, lever="staff.agents", levels=(1,), objective="served", replications=2),
    )
    for result in (*results, compare(desk, desk, replications=2)):
        rows = result.rows()
        assert len(result.to_frame()) == len(rows) > 0
        assert {row["value"] for row in rows if row["metric"] == "retention"} == {None}
