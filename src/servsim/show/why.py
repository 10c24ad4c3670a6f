"""Why B beats A: where the difference in value comes from, what became of whom, and why those left who left."""

from rich.table import Table

from servsim.show.numbers import short
from servsim.show.table import blank_table
from servsim.study.contrast.compare import Comparison
from servsim.study.statistics import Interval
from servsim.words import Reason

SOURCES = {
    "saved_by_b": "customers saved by B",
    "lost_by_b": "customers lost by B",
    "kept_by_both": "kept by both",
    "lost_by_both": "lost by both",
    "newcomers": "newcomers",
    "worth_of_each": "worth of each in the book",
    "wages": "wages and managers",
    "advertising": "advertising",
    "training": "training",
    "discounting": "discounting",
}
"""What an owner calls the parts of a difference in value, in the order of the table."""
GROUPS = {
    "saved_by_b": "saved by B",
    "lost_by_b": "lost by B",
    "kept_by_both": "kept by both",
    "lost_by_both": "lost by both",
}
"""What an owner calls those to whom the same became, in the order of the table."""
CAUSES = {
    Reason.NATURAL: "reasons of their own",
    Reason.WAIT: "the wait",
    Reason.ABANDONED: "not served",
    Reason.INATTENTION: "inattention",
    Reason.CARE: "too little time taken",
    Reason.EXPECTATION: "used to better",
    Reason.CHANCE: "nothing fell short",
    Reason.MISTAKE: "a mistake",
    Reason.BROKEN_PROMISE: "a broken promise",
    Reason.UNRECOVERED: "not put right",
    Reason.COMPETITOR: "a rival",
}
"""Reasons to leave, short enough for a table."""
MOST = 2
"""How many parts of a difference the sentence names."""
RARE = 0.1
"""Customers per world, fewer than which are not told apart."""
LITTLE = 0.005
"""Amounts below half of a hundredth are nothing."""


def why_parts(c: Comparison) -> list[Table | str]:
    """The difference in value and where it comes from, then today's customers; what does not apply is left out."""
    return [*value_parts(c), *customers_parts(c)]


def value_parts(c: Comparison) -> list[Table | str]:
    """A sentence, and a table whose columns add up to the differences of cash, of the closing book and of value."""
    total, sources = c.difference("value"), c.sources()
    if not any(abs(gaps["value"].mean) > LITTLE for gaps in sources.values()):
        return []
    table = blank_table(
        f"Where the difference in value comes from, {c.currency}", "B − A, from", "cash", "closing book", "value", "±"
    )
    for part, words in SOURCES.items():
        gaps = sources[part]
        if any(is_something(gap) for gap in gaps.values()):
            table.add_row(words, money(gaps["cash"]), money(gaps["closing_book"]), *with_width(gaps["value"]))
    cash, closing = money(c.difference("cash")), money(c.difference("closing_book"))
    table.add_row("value", cash, closing, *with_width(total), style="bold")
    return [table, value_sentence(c)] if c.replications > 1 else [table]


def value_sentence(c: Comparison) -> str:
    """How much more B is worth, how sure that is, and what weighs most."""
    total, unit = c.difference("value"), c.currency
    low, high = sorted((abs(total.low), abs(total.high)))
    sure = f"{100 * c.confidence:.0f} % CI"
    if not total.low * total.high > 0:
        said = (
            f"B is not shown to be worth more or less than A ({sure} {short(total.low)} to {short(total.high)} {unit})"
        )
    else:
        more = "more" if total.mean > 0 else "less"
        said = f"B is worth {short(abs(total.mean))} {unit} {more} than A ({sure} {short(low)} to {short(high)})"
    heavy = sorted(c.sources().items(), key=lambda source: -abs(source[1]["value"].mean))[:MOST]
    most = " and ".join(
        f"{SOURCES[part]} ({money(gaps['value'])})" for part, gaps in heavy if is_something(gaps["value"])
    )
    return (
        f"{said}. What weighs most: {most}. Who is in the closing book more, or no longer, counts there at the average "
        "worth of one customer in it."
    )


def customers_parts(c: Comparison) -> list[Table | str]:
    """Customers of both opening books by what became of them, and by the reasons they were lost for, per world."""
    if not c.pairs.counts.any():
        return []
    causes = [causes_table(c)] if c.pairs.counts[:, 1:].any() else []
    return [groups_table(c), *causes]


def groups_table(c: Comparison) -> Table:
    """How many customers had which fate, and what they spent."""
    spends = bool(c.pairs.spent.any())
    money_columns = ("in A", "in B", "B − A", "±", "each", "±") if spends else ()
    title = f"Today's customers per world{f', spending in {c.currency}' if spends else ''}"
    table = blank_table(title, "", "number", *money_columns)
    table.min_width = len(title)
    counts, spending = c.customers(), c.pairs.spending(c.currency, c.confidence)
    for fate, words in GROUPS.items():
        if counts[fate]:
            sums, each = spending[fate]["per_world"], spending[fate]["each"]
            amounts = (short(sums["a"].mean), short(sums["b"].mean), *with_width(sums["difference"]),
                       *with_width(each["difference"]))  # fmt: skip
            table.add_row(words, people(counts[fate]), *(amounts if spends else ()))
    return table


def causes_table(c: Comparison) -> Table:
    """Why customers were lost: by one of the two, or by both, where each may have its own reason."""
    why = c.pairs.why()
    columns = (why["saved_by_b"], why["lost_by_b"], why["lost_by_both"]["a"], why["lost_by_both"]["b"])
    table = blank_table(
        "Why they were lost, customers per world", "",
        "by A, saved by B", "by B, kept by A", "by both: in A", "in B",
    )  # fmt: skip
    known = [reason for reason in CAUSES if any(reason.name.lower() in column for column in columns)]
    for reason in sorted(known, key=lambda reason: -sum(column.get(reason.name.lower(), 0) for column in columns)):
        cells = (column.get(reason.name.lower(), 0) for column in columns)
        table.add_row(CAUSES[reason], *(people(many) for many in cells))
    return table


def people(many: float) -> str:
    """Customers per world; nothing for nobody."""
    if not many:
        return ""
    return f"{many:,.1f}" if many >= RARE else f"<{RARE}"


def money(gap: Interval) -> str:
    """A difference in money with its sign; nothing where there is none."""
    if not is_something(gap):
        return ""
    return ("+" if gap.mean > 0 else "") + short(gap.mean)


def with_width(gap: Interval) -> tuple[str, str]:
    """A difference in money, and half the width of its interval."""
    half = gap.half
    return money(gap), short(half) if half > LITTLE else ""


def is_something(gap: Interval) -> bool:
    """Is this difference more than nothing?"""
    return abs(gap.mean) > LITTLE
