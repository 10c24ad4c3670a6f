"""The same customer's life in A and in B, side by side: in a sentence or two each, or at length."""

from collections import defaultdict

from rich.table import Table

from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.show.comparison import window_words
from servsim.show.day_timeline import clause_of
from servsim.show.formatting import capital, listed, ordinal, years_words
from servsim.show.life_story import episodes, life_story
from servsim.show.trace_words import Line, cast_of, lines_of, times, when
from servsim.study.comparison.compare import Comparison, Lives, TwoLives
from servsim.study.histories.customers import BOOKKEEPING, person
from servsim.units import MILLIONTHS

FATES = {
    "saved_by_b": "lost by A, saved by B",
    "lost_by_b": "kept by A, lost by B",
    "kept_by_both": "stay in both",
    "lost_by_both": "leave in both",
}
"""What became of a customer, after the name."""
HOW_CHOSEN = (
    "Some examples. Of customers lost by one: a middling one among those lost for the commonest reason; of those who "
    "stay in both, or leave in both: the one whose spending differs most, so not a typical one."
)
"""The rule by which lives are chosen (`study.comparison.compare.picked`)."""
PARTING = (
    H.BLOCKED, H.BALKED, H.ABANDONED, H.SENT_HOME, H.STARTED, H.FINISHED, H.LET_DOWN, H.FAILED, H.COOLED,
    H.THOUGHT_AGAIN, H.LOST,
)  # fmt: skip
"""What is told of the episode in which a customer leaves the business."""


def lives_parts(c: Comparison, told: Lives, full: bool) -> list[Table | str]:
    """Newcomers of one replication of A and B by where they became customers, and lives of some others in that
    replication.
    """
    newcomers = (
        f"In {replication_words(told.replication)}, of the newcomers of {window_words(c)}, {told.won_by_both} became "
        f"customers under both, {told.won_by_a} only under A and {told.won_by_b} only under B."
    )
    counted: list[Table | str] = [newcomers] if told.won_by_both + told.won_by_a + told.won_by_b else []
    parts: list[Table | str] = []
    for life in told.told:
        fate = f"{FATES[life.fate]}{over_the_years(c, life)}"
        heading = f"\n{capital(person(life.key))}, {fate}:"
        short = (f"{side.upper()}, {window_words(c)}: {text}" for side, text in in_short(c, life).items())
        parts += [heading, at_length(c, life)] if full else [heading, *short]
    until = f" All are of {replication_words(told.replication)}, and told of {window_words(c)} only"
    until += "; what they spend over all years stands with the name." if c.looks_ahead else "."
    chosen = HOW_CHOSEN + until + ("" if full else " With --lives full they are told at length.")
    return [*counted, f"\n{chosen}", *parts] if told.told else counted


def replication_words(number: int) -> str:
    """Which replication, counted from 1 as people do; with the number that options have, which begin at 0."""
    return f"the {ordinal(number + 1)} replication (--replication {number} of `servsim story`)"


def lives_json(c: Comparison, told: Lives | None) -> dict[str, object]:
    """Lives in short, and newcomers, as JSON has them; null where there is no replication to tell of."""
    if told is None:
        return {"newcomers": None, "lives": []}
    keys = ("replication", "won_by_both", "won_by_a", "won_by_b")
    lives = [{"customer": str(life.key), "fate": life.fate, **in_short(c, life)} for life in told.told]
    return {"newcomers": {key: getattr(told, key) for key in keys}, "lives": lives}


def in_short(c: Comparison, life: TwoLives) -> dict[str, str]:
    """A life in A and in B, a sentence or two each."""
    a, b = lines_of(life.rows[0], c.a), lines_of(life.rows[1], c.b)
    gain = spent(b) - spent(a)
    more = f" ({a[0].cast.money(abs(gain))} {'more' if gain > 0 else 'less'})" if gain else ""
    return {"a": f"{sums(a)}. {ending(a)}", "b": f"{sums(b)}{more}. {ending(b)}"}


def over_the_years(c: Comparison, life: TwoLives) -> str:
    """What a customer spends more in B than in A over all years, after the name; nothing where none is looked at."""
    gain = float(c.pairs.first_spent[1, life.key] - c.pairs.first_spent[0, life.key]) / MILLIONTHS
    if not c.looks_ahead or not gain:
        return ""
    amount, more = cast_of(c.a).money(abs(gain)), "more" if gain > 0 else "less"
    return f"; over {years_words(c.a)} {amount} {more} with B"


def spent(lines: list[Line]) -> float:
    """Money that a customer spent."""
    return sum(line.value for line in lines if line.what == H.BOUGHT) / MILLIONTHS


def sums(lines: list[Line]) -> str:
    """How often a customer came, was served and complained, and for how much money."""
    count = {what: sum(line.what == what for line in lines) for what in (H.ARRIVED, H.FINISHED, H.COMPLAINED)}
    if not count[H.ARRIVED]:
        return "Did not come once"
    served = f"was served {times(count[H.FINISHED])}" if count[H.FINISHED] else "was never served"
    complained = [f"complained {times(count[H.COMPLAINED])}"] if count[H.COMPLAINED] else []
    amount = spent(lines)
    paid = f"spent {lines[0].cast.money(amount) if amount else 'nothing'}"
    return listed([f"Came {times(count[H.ARRIVED])}", served, *complained, paid])


def ending(lines: list[Line]) -> str:
    """Whether a customer stays, or when and how they left."""
    remains = [line for line in lines if line.what == H.REMAINS]
    if remains:
        judged = any(line.what == H.JUDGED for line in lines)
        return "Stays" + (f", satisfied at {remains[0].points} of 10." if judged else ".")
    lived = episodes(line for line in lines if line.what not in BOOKKEEPING)
    last = [episode for episode in lived if any(line.what == H.LOST for line in episode)][-1]
    clauses = [clause for line in last if line.what in PARTING and (clause := clause_of(line, last))]
    return f"{capital(when(last[0].tick))}: {listed(clauses)}."


def at_length(c: Comparison, life: TwoLives) -> Table:
    """A life as `servsim story` tells it, A on the left and B on the right, what happened at the same time abreast."""
    grid = Table.grid(padding=(0, 2, 1, 0), expand=True)
    for _ in range(2):
        grid.add_column(ratio=1)
    grid.add_row(f"A: {c.a.title}", f"B: {c.b.title}")
    beside: dict[int, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for which, scenario in enumerate((c.a, c.b)):
        for one in life_story(life.rows[which], scenario, life.segments[which]):
            beside[one.tick][which].append(f"{capital(one.when)}. {one.text}")
    for _, (left, right) in sorted(beside.items()):
        grid.add_row("\n".join(left), "\n".join(right))
    return grid
