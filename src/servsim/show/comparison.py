"""Why B beats A: where the difference in money comes from, what became of whom, and why those left who left."""

from rich.table import Table

from servsim.engine_parameters import window_of
from servsim.event_codes import Reason
from servsim.show.formatting import listed, many, short, signed, years_words
from servsim.show.tables import LITTLE, blank_table, is_something, money, unsigned, with_width
from servsim.study.comparison.compare import Comparison
from servsim.study.intervals_and_tables import Interval
from servsim.study.scenario_identity import digest_of
from servsim.study.yearly_projection import LOOKS
from servsim.units import YEAR

SOURCES = {
    "saved_by_b": "customers saved by B",
    "lost_by_b": "customers lost by B",
    "stay_longer": "how long others stay",
    "spend_while_they_stay": "what others spend while they stay",
    "only_in_one_book": "in one opening book only",
    "newcomers": "newcomers",
    "wages": "agents' wages",
    "managers": "managers",
    "colleagues": "colleagues' waiting",
    "advertising": "advertising",
    "training": "training",
    "fixed": "fixed costs",
    "discounting": "later money counts less",
}
"""What an owner calls the parts of a difference in money over the years, in the order of the table."""
BY_YEAR = {"cash": "money", "customers_end": "customers", "unserved_share": "unserved"}
"""Metrics of a year that are shown, and what an owner calls them."""
GROUPS = {
    "saved_by_b": "saved by B",
    "lost_by_b": "lost by B",
    "kept_by_both": "stay in both",
    "lost_by_both": "leave in both",
}
"""What an owner calls those to whom the same became, in the order of the table."""
CAUSES = {
    Reason.NATURAL: "moved, or no need",
    Reason.WAIT: "the wait",
    Reason.ABANDONED: "not served",
    Reason.INATTENTION: "inattention",
    Reason.CARE: "too little time taken",
    Reason.EXPECTATION: "expected more",
    Reason.CHANCE: "reasons of their own",
    Reason.MISTAKE: "a mistake",
    Reason.BROKEN_PROMISE: "a broken promise",
    Reason.UNRECOVERED: "not put right",
    Reason.COMPETITOR: "a rival",
}
"""Reasons to leave, short enough for a table."""
MOST = 2
"""How many parts of a difference the sentence names."""
RARE = 0.1
"""Customers per replication, fewer than which are not told apart."""


def why_parts(c: Comparison) -> list[Table | str]:
    """The difference in money and where it comes from, then today's customers; what does not apply is left out."""
    return [*money_parts(c), *customers_parts(c)]


def money_parts(c: Comparison) -> list[Table | str]:
    """What B brings in the first year and over all of them, then year by year, and a table that adds up to it."""
    if digest_of(c.a) == digest_of(c.b):
        return ["No setting of B differs from that of A."]
    sources = {part: gap for part, gap in c.sources().items() if is_something(gap)}
    if not sources:
        return ["A and B bring the same money in every replication."] if c.looks_ahead else []
    said = [" ".join([*first_sentences(c), value_sentence(c)])] if c.replications > 1 else []
    by_year = [years_table(c)] if c.years.shape[2] > 1 else []
    return [*said, *by_year, sources_table(c, sources), how_counted(c)]


def first_sentences(c: Comparison) -> list[str]:
    """What B brings in the first year, where more than that is looked at."""
    return [brings("In the first year", c.of_year(1, "cash"), c)] if c.a.horizon.years > 1 else []


def value_sentence(c: Comparison) -> str:
    """What B brings over all years, and what weighs most."""
    said = brings(f"Over {years_words(c.a)}", c.difference("value"), c, " in today's money, as simulated")
    causes = [(part, gap) for part, gap in c.sources().items() if part != "discounting" and is_something(gap)]
    heavy = sorted(causes, key=lambda cause: -abs(cause[1].mean))[:MOST]
    most = listed([f"{SOURCES[part]} ({money(gap)})" for part, gap in heavy])
    return f"{said} What weighs most: {most}." if heavy else said


def brings(when: str, gap: Interval, c: Comparison, how: str = "") -> str:
    """How much more B brings than A, and how sure that is."""
    sure, unit = f"{100 * c.confidence:.0f} % sure:", c.currency
    if not is_something(gap) and gap.half < LITTLE:
        return f"{when} B brings as much as A{how}."
    if not gap.low * gap.high > 0:
        between = f"{short(gap.low)} to {short(gap.high)} {unit}"
        return f"{when} B is not shown to bring more or less than A{how} ({sure} {between})."
    more = "more" if gap.mean > 0 else "less"
    low, high = sorted((abs(gap.low), abs(gap.high)))
    doubt = f" ({sure} {short(low)} to {short(high)})" if gap.half > LITTLE else ""
    return f"{when} B brings {short(abs(gap.mean))} {unit} {more} than A{how}{doubt}."


def window_words(c: Comparison) -> str:
    """The window in which metrics are counted, and at whose end is seen who has stayed."""
    return "the first year" if window_of(c.a) == YEAR else f"the first {many(c.a.horizon.weeks, 'week')}"


def years_table(c: Comparison) -> Table:
    """What B has more than A in some of the years; metrics that are alike in all of them are left out."""
    many = c.years.shape[2]
    gaps = {name: [c.of_year(year, name) for year in range(1, many + 1)] for name in BY_YEAR}
    known = {name: own for name, own in gaps.items() if any(abs(gap.mean) > 0 for gap in own)}
    heads = [head for name in known for head in (BY_YEAR[name], "±")]
    title = f"B − A by year: money in today's {c.currency}, customers at the year's end"
    table = blank_table(title, "year", *heads)
    table.min_width = len(title)
    for year in sorted({*(shown for shown in LOOKS if shown < many), many}):
        table.add_row(str(year), *(cell for name, own in known.items() for cell in of_a_year(name, own[year - 1])))
    return table


def of_a_year(name: str, gap: Interval) -> tuple[str, str]:
    """A difference in a year, and half the width of its interval."""
    return with_width(gap) if name == "cash" else (signed(gap.mean, name), unsigned(gap.half, name))


def sources_table(c: Comparison, sources: dict[str, Interval]) -> Table:
    """Parts that add up to the difference in value."""
    title = f"Where the difference over {years_words(c.a)} comes from, {c.currency}"
    table = blank_table(title, "from", "B − A", "±")
    table.min_width = len(title)
    for part, words in SOURCES.items():
        if part in sources:
            table.add_row(words, *with_width(sources[part]))
    table.add_row("in today's money", *with_width(c.difference("value")), style="bold")
    return table


def how_counted(c: Comparison) -> str:
    """Of whom and of what time the parts are."""
    return (
        f"Saved by B, lost by B: today's customers who after {window_words(c)} are still customers under B only, or "
        "under A only; others: the rest of them. Newcomers: whoever is not among today's customers. What they all "
        f"spend counts over {years_words(c.a)}, less the cost of what is sold."
    )


def customers_parts(c: Comparison) -> list[Table | str]:
    """Customers of both opening books by what became of them, and by the reasons they were lost for, per
    replication.
    """
    if not c.pairs.counts.any():
        return []
    causes = [causes_table(c)] if c.pairs.counts[:, 1:].any() else []
    return [groups_table(c), *causes]


def groups_table(c: Comparison) -> Table:
    """How many customers had which fate, and what they spent."""
    spends = bool(c.pairs.spent.any())
    money_columns = ("all:\nin A", "all:\nin B", "all:\nB − A", "\n±", "a head:\nB − A", "\n±") if spends else ()
    over = f" over {years_words(c.a)}" if c.looks_ahead else ""
    spending_in = f"; what they spend{over}, {c.currency}, goods not taken off" if spends else ""
    title = f"Today's customers per replication, as they stand after\n{window_words(c)}{spending_in}"
    table = blank_table(title, "", "\nnumber" if spends else "number", *money_columns)
    table.min_width = max(map(len, title.split("\n")))
    counts, spending = c.customers(), c.pairs.spending(c.currency, c.confidence)
    for fate, words in GROUPS.items():
        if counts[fate]:
            sums, each = spending[fate]["per_replication"], spending[fate]["each"]
            amounts = (short(sums["a"].mean), short(sums["b"].mean), *with_width(sums["difference"]),
                       *with_width(each["difference"]))  # fmt: skip
            table.add_row(words, people(counts[fate]), *(amounts if spends else ()))
    return table


def causes_table(c: Comparison) -> Table:
    """Why customers were lost: by one of the two, or by both, where each may have its own reason."""
    why = c.pairs.why()
    columns = (why["saved_by_b"], why["lost_by_b"], why["lost_by_both"]["a"], why["lost_by_both"]["b"])
    table = blank_table(
        f"Why they were lost in {window_words(c)}, customers per replication", "",
        "only in A", "only in B", "both: in A", "in B",
    )  # fmt: skip
    known = [reason for reason in CAUSES if any(reason.name.lower() in column for column in columns)]
    for reason in sorted(known, key=lambda reason: -sum(column.get(reason.name.lower(), 0) for column in columns)):
        cells = (column.get(reason.name.lower(), 0) for column in columns)
        table.add_row(CAUSES[reason], *(people(many) for many in cells))
    return table


def people(many: float) -> str:
    """Customers per replication; nothing for nobody."""
    if not many:
        return ""
    return f"{many:,.1f}" if many >= RARE else f"<{RARE}"
