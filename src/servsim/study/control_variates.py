"""Control variates: what chance alone brought to a replication, the mean of which is known beforehand.

Every draw is found by its key, so what was drawn can be added up without disturbing anything: a replication with more
people at the door than usual, or with larger baskets, tells how far its metrics are from their mean for that reason
alone.

    estimate = intercept of the regression of a metric on its controls, each less its known mean.

Source: Lavenberg and Welch (1981); exact where metrics and controls are jointly normal.
"""

import math

import numpy as np

from servsim.event_codes import Happening, Kind, Purpose
from servsim.model.calendar import clock
from servsim.model.compilation import entry, kernel, readable
from servsim.model.random_numbers import drawn
from servsim.model.rules.demand import DAY_BITS, KIND_BITS, LAYER_BITS, of_opening_book, segment_of, usual_gap
from servsim.model.rules.loyalty import natural_staying
from servsim.study.metrics import BY_NAME
from servsim.units import MILLIONTHS

CONTROLS = ("arrivals", "book_visits", "book_spend", "service", "baskets", "natural")
"""Candidates who came by themselves; yearly visits, and yearly spending, that the opening book's own gaps imply; how
long cases are; what baskets hold; who moves away or has no need any more."""
ARRIVALS, BOOK_VISITS, BOOK_SPEND, SERVICE, BASKETS, NATURAL = range(len(CONTROLS))

OF_MONEY = (ARRIVALS, BOOK_SPEND, BASKETS)
OF_PEOPLE = (ARRIVALS, BOOK_VISITS, NATURAL)
OF_THE_DESK = (ARRIVALS, BOOK_VISITS, SERVICE)
"""Which controls a metric has: chosen beforehand, by what they explain in the scenarios of the repository. Patience,
also drawn by key, explains next to nothing."""
PEOPLE = ("retention", "retention_rate", "customers_lost", "customers_won", "customers_end")
DESK = (
    "arrivals", "served", "abandoned", "balked", "abandoned_share", "balked_share", "unserved_share", "wait_mean",
    "wait_p50", "wait_p90", "wait_served_mean", "waited_share", "service_level", "service_level_served",
    "waited_within_target", "queue_mean", "occupancy", "time_in_system_mean",
    "investment_hours", "hours_core", "hours_care", "hours_idle",
)  # fmt: skip


def controls_of(metric: str) -> tuple[int, ...]:
    """The places of a metric's controls; none where they would not pay."""
    if "money" in BY_NAME[metric].unit:
        return OF_MONEY
    return OF_PEOPLE if metric in PEOPLE else OF_THE_DESK if metric in DESK else ()


class Controls:
    """The controls of one replication, added up as it is told."""

    def __init__(self, world: np.ndarray, warmup: int) -> None:
        """Nothing has happened yet, but the opening book is there."""
        self.world, self.warmup = readable(world), warmup
        self.sums = np.zeros(len(CONTROLS))
        add_book(self.world, int(world[0]["opening_book"]), self.sums)
        self.sums[ARRIVALS] -= expected_arrivals(self.world, warmup, int(world[0]["window"]))

    def add(self, rows: np.ndarray) -> None:
        """Add one more piece of the trace."""
        add_rows(self.world, rows, self.warmup, self.sums)


@entry
@kernel
def expected_arrivals(sheet, since, until):
    """Candidates who are to be expected by themselves between two instants."""
    return sheet[0].candidates_per_day * (clock(sheet, until) - clock(sheet, since))


@entry
@kernel
def add_book(sheet, size, sums):
    """Add how far the opening book's rates of visits and of spending are from what its segments let expect."""
    visits, spend = 0.0, 0.0
    for segment in range(len(sheet)):
        own = sheet[segment]
        share = own.share if len(sheet) > 1 else 1.0
        rate = share * math.exp(own.gap_between_log_variance) / own.visit_gap_days
        visits += rate
        spend += rate * own.basket_mean
    for who in range(size):
        segment = segment_of(sheet, who)
        rate = 1.0 / usual_gap(sheet, segment, who)
        sums[BOOK_VISITS] += rate - visits
        sums[BOOK_SPEND] += rate * sheet[segment].basket_mean - spend


@kernel
def comes_by_itself(who):
    """Is this somebody from the stream of candidates that is there without advertising?"""
    return who >> KIND_BITS == Kind.PROSPECT and who % (1 << DAY_BITS) >> LAYER_BITS == 0


@entry
@kernel
def add_rows(sheet, rows, warmup, sums):
    """Add a piece of a trace; what was drawn for a visit counts where it comes, whatever becomes of it."""
    for i in range(len(rows)):
        now, what, who, value = rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 4]
        if what == Happening.STAYED_AWAY and now >= warmup and comes_by_itself(who):
            sums[ARRIVALS] += 1.0
        elif what == Happening.ARRIVED:
            if now >= warmup:
                if value == 0 and comes_by_itself(who):
                    sums[ARRIVALS] += 1.0
                sums[SERVICE] += drawn(sheet, who, value, Purpose.CORE) - 0.5
                sums[SERVICE] += drawn(sheet, who, value, Purpose.DIFFICULTY) - 0.5
            if of_opening_book(who):
                segment = segment_of(sheet, who)
                stays = natural_staying(sheet, segment, usual_gap(sheet, segment, who))
                sums[NATURAL] += (drawn(sheet, who, value, Purpose.NATURAL) >= stays) - (1.0 - stays)
        elif what == Happening.BOUGHT and now >= warmup:
            own = sheet[segment_of(sheet, who)]
            if own.spend_growth == 0.0:
                sums[BASKETS] += value / MILLIONTHS - own.basket_mean * own.price_level
