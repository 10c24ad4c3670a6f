"""What one more is worth, as an owner reads it: one small table and a few sentences."""

from rich.table import Table

from servsim.show.evaluation_advice import CHANCE_ONLY, todays_money
from servsim.show.formatting import how_sure, is_shown, many, plain, sure, together, years_words
from servsim.show.tables import blank_table
from servsim.study.intervals_and_tables import Interval
from servsim.study.worth_of_one_more.least_squares import is_known
from servsim.study.worth_of_one_more.worth import CUSTOMER, MISTAKE, MORE_REPLICATIONS, NEWCOMER, PROMISE, Worth

Row = tuple[str, Interval]


def worth_table(w: Worth) -> Table:
    """A line for everything that was asked: what it is worth today, and how sure that is."""
    title = f"{w.scenario.title}\nWorth over {years_words(w.scenario)}"
    table = blank_table(title, "what", f"worth\n{w.currency}", f"{how_sure(w.confidence)}\n{w.currency}")
    for what, own in rows_of(w):
        table.add_row(what, money(own.mean), between(own) if own.half == own.half else "–")
    return table


def rows_of(w: Worth) -> list[Row]:
    """What was asked, line by line."""
    found = [
        *customer_rows(w),
        ("one prospect more in the first year", w.newcomer),
        ("one newcomer won in the first year", w.newcomer_won),
        ("one mistake less that a customer finds out", w.mistake),
        ("one broken promise less", w.broken_promise),
        (f"one hour more of an agent, who costs {plain(w.scenario.staff.wage_per_hour)}", w.hour),
    ]
    return [(what, own) for what, own in found if own is not None and own.mean == own.mean]


def customer_rows(w: Worth) -> list[tuple[str, Interval | None]]:
    """What one customer is worth, lost and won where these differ, and on an empty desk where that does."""
    alone = [("  if nobody ever had to wait", w.empty_desk)] if w.is_crowded or not is_sure(w.customer) else []
    if w.segment is not None:
        return [(f"one customer more, {w.segment}", w.one_more), *alone]
    if w.sides_differ:
        return [("losing one customer", w.losing_one), ("one customer more", w.one_more), *alone]
    return [("one customer, lost or won", w.customer), *alone]


def is_sure(own: Interval | None) -> bool:
    """Is there a worth, and is it told apart from nothing?"""
    return own is not None and is_shown(own)


def worth_words(w: Worth) -> list[str]:
    """The same in sentences, how they were found, and how far they can be trusted."""
    early = "Interrupted, and so from fewer replications than asked for." if w.interrupted else ""
    if not rows_of(w):
        return [early or "Nothing can be told: fewer than two replications were finished."]
    main = together(early, *customer_words(w), newcomer_words(w), *failure_words(w))
    return [main, "", together(how(w), not_known(w), caveat(w))]


def worth_parts(w: Worth) -> list[Table | str]:
    """The table, where there is anything in it, and the sentences under it."""
    return [*([worth_table(w)] if rows_of(w) else []), *worth_words(w)]


# What one is worth


def customer_words(w: Worth) -> list[str]:
    """What one customer more or fewer changes, and whether they are in each other's way."""
    if w.customer is None:
        return [
            "The opening book is empty: of a customer lost nothing can be told." * (w.scenario.demand.opening_book == 0)
        ]
    return [customer_sentence(w), crowd_words(w)]


def customer_sentence(w: Worth) -> str:
    """What one customer more or fewer changes."""
    own, over = w.customer, over_years(w)
    assert own is not None
    if w.sides_differ and w.losing_one and w.one_more:
        lost, more = brings(w, w.losing_one, "costs", "brings"), brings(w, w.one_more, "brings", "costs")
        return f"Losing one customer of today's book {lost} {over}; one customer more {more}."
    whose = "of today's book" if w.segment is None else f'of the segment "{w.segment}"'
    if not is_shown(own):
        return (
            f"What one customer {whose} is worth is not told apart from nothing: {between(own)} {w.currency} {over} "
            f"({how_sure(w.confidence)}, {many(w.replications_of(CUSTOMER), 'replication')})."
        )
    one = (
        "One customer more in today's book" if w.segment is None else f'One customer more of the segment "{w.segment}"'
    )
    verb, back = ("bring", "cost") if own.mean > 0 else ("cost", "bring")
    fewer = "" if w.segment is not None else f"; losing one would {back} as much"
    return f"{one} would {verb} about {money(abs(own.mean))} {w.currency} {over} ({doubt(w, own)}){fewer}."


def brings(w: Worth, own: Interval, above: str, below: str) -> str:
    """What it brings or costs, or that this cannot be told."""
    if not is_shown(own):
        return f"is not told apart from nothing ({doubt(w, own)} {w.currency})"
    return f"{above if own.mean > 0 else below} about {money(abs(own.mean))} {w.currency} ({doubt(w, own)})"


def crowd_words(w: Worth) -> str:
    """What a customer would be worth on an empty desk, where that is something else."""
    own, alone = w.customer, w.empty_desk
    if own is None or alone is None or alone.mean != alone.mean or not (w.is_crowded or not is_shown(own)):
        return ""
    there = f"With so many agents that nobody has to wait it would be {money(alone.mean)} ({between(alone)})"
    return f"{there}: here one customer more takes the place of others." if w.is_crowded else f"{there}."


def newcomer_words(w: Worth) -> str:
    """That a prospect's worth is not told apart from nothing, where it is not; else the table says it all."""
    return unknown(w, w.newcomer, "one prospect more in the first year")


def failure_words(w: Worth) -> list[str]:
    """That a failure's worth is not told apart from nothing, where it is not; else the table says it all."""
    return [unknown(w, w.mistake, "one mistake less"), unknown(w, w.broken_promise, "one broken promise less")]


def unknown(w: Worth, own: Interval | None, what: str) -> str:
    """That a worth is not told apart from nothing; nothing where it is, or was not asked."""
    if own is None or own.mean != own.mean or is_shown(own):
        return ""
    return f"What {what} is worth is not told apart from nothing ({between(own)} {w.currency})."


# How that was found


def how(w: Worth) -> str:
    """What was changed, and in how many replications."""
    parts = []
    if CUSTOMER in w.samples and w.customer is not None:
        at = w.samples[CUSTOMER].set_at
        sizes = (
            f"{at[-1]:.0f} customers of the segment were added" if w.segment is not None
            else f"the book was changed from {at[0]:,.0f} to {at[-1]:,.0f} customers"
        )  # fmt: skip
        parts.append(f"{sizes} in {many(w.replications_of(CUSTOMER), 'replication')}")
    if w.newcomer is not None:
        parts.append(f"a fifth more prospects came in the first year in {w.replications_of(NEWCOMER)}")
    if w.mistake is not None:
        parts.append(f"mistakes were made a fifth rarer and more frequent in all years in {w.replications_of(MISTAKE)}")
    if w.broken_promise is not None:
        parts.append(f"promised work was ready a fifth sooner and later in all years in {w.replications_of(PROMISE)}")
    return f"How this was found: {'; '.join(parts)}; seed {w.seed}."


def not_known(w: Worth) -> str:
    """What is not known as well as it should be."""
    asked = (
        (CUSTOMER, "a customer", w.customer),
        (NEWCOMER, "a prospect", w.newcomer),
        (MISTAKE, "a mistake", w.mistake),
        (PROMISE, "a broken promise", w.broken_promise),
    )
    wide = [
        what
        for name, what, own in asked
        if own is not None and is_shown(own) and not is_known(own) and w.replications_of(name) >= w.most
    ]
    more = f"--replications {max(4 * w.most, MORE_REPLICATIONS)} would halve the interval."
    return f"The worth of {' and of '.join(wide)} is not known to a fifth: {more}" if wide else ""


def caveat(w: Worth) -> str:
    """What today's money is, and what intervals cover."""
    return f"{todays_money(w.scenario)}; wages do not change. {CHANCE_ONLY}"


# Numbers


def over_years(w: Worth) -> str:
    """Over how long, and in which money."""
    return f"over {years_words(w.scenario)} in today's money"


def money(number: float) -> str:
    """An amount as an owner reads it: 492, 6,278, 3.20."""
    return f"{number:,.0f}" if abs(number) >= 10 else plain(number)


def between(own: Interval) -> str:
    """The ends of an interval."""
    return f"{money(own.low)} to {money(own.high)}"


def doubt(w: Worth, own: Interval) -> str:
    """How sure an interval is, and its ends without the sign that its words have said."""
    low, high = (own.low, own.high) if own.mean >= 0 or not is_shown(own) else (-own.high, -own.low)
    return f"{sure(w.confidence)} {money(low)} to {money(high)}"
