"""The advice as an owner reads it, line by line: what to do, next year, the years after, staff, and how sure it is."""

from collections.abc import Sequence

from rich.table import Table

from servsim.engine_parameters import horizon_of, window_of
from servsim.show.ahead import looks, payback_words, projected
from servsim.show.doubt import closing
from servsim.show.evaluation_advice import (
    advice,
    beyond,
    constraint_lines,
    effort,
    guarantee_words,
    in_the_window,
    limits_words,
    marks_words,
    next_step,
    todo,
    told_apart,
    turning_point,
    unserved_warning,
)
from servsim.show.numbers import level
from servsim.show.phrases import capital, sentence, together, window_words
from servsim.show.staffing import first, hour_words, staff_words
from servsim.show.table import years_in_digits
from servsim.study.doubt.swings import Doubt
from servsim.study.objective import VALUE
from servsim.study.one_lever.minutes_and_staff import Staffing
from servsim.study.one_lever.result import Evaluation

ROOM = 10
"""Of the words that say what a line is about."""

Line = tuple[str, str]
"""What a line is about, and what it says."""


def lines(e: Evaluation, s: Staffing | None = None) -> list[Line]:
    """The advice, line by line; s: other staff, where it was looked at."""
    if e.replications < 2 or e.best is None:
        return [("", advice(e))]
    best = e.best
    early = "Interrupted, and so from fewer worlds than asked for." if e.interrupted else ""
    levels = (told_apart(e, best), turning_point(e, best), next_step(e, best), beyond(e, best))
    said = [
        ("", together(early, first(s) if s else "", f"{todo(e, best)}.")), *changes(e, best),
        ("Warning", unserved_warning(e, best)), ("Effort", effort(e, best)), ("Levels", together(*levels)),
        ("Staff", staff_words(s) if s else ""), ("An hour", hour_words(s) if s else ""), ("Ahead", together(*looks(e))),
    ]  # fmt: skip
    return [(about, text) for about, text in said if text]


def doubts(e: Evaluation, doubt: Doubt | None, asked: bool = True) -> list[Line]:
    """What the advice rests on, how sure it is, and what its table and its money mean. asked: for what it rests on."""
    rests = closing(e, doubt) if asked else []
    kept = [("Kept", text) for text in constraint_lines(e)]
    sure = [("How sure", guarantee_words(e)), ("Table", marks_words(e)), ("Numbers", limits_words(e))]
    return [*[("Rests on", text) for text in rests], *kept, *sure]


def changes(e: Evaluation, best: float) -> list[Line]:
    """What the best level changes against today's: in the window, over the years, and when it has paid back."""
    if best == e.today:
        return []
    instead, when = f"with {level(best)} instead, " if e.today in e.not_worse else "", window_words(e.scenario)
    about, when = (capital(when), "") if len(when) <= ROOM else ("At first", when)
    said = [(about, sentence(instead + "; ".join(in_the_window(e, best, when))))]
    if e.looks_ahead and e.is_known(VALUE):
        paid = e.payback(best)
        if horizon_of(e.scenario) != window_of(e.scenario):
            said.append((years_in_digits(e), sentence(projected(e, best, paid))))
        said.append(("Payback", sentence(payback_words(e, paid))))
    return said


def parts(said: Sequence[Line]) -> list[Table | str]:
    """Lines below each other; what is about nothing in particular takes the whole width."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=ROOM, no_wrap=True)
    table.add_column(overflow="fold")
    for about, text in said:
        if about:
            table.add_row(about, text)
    return [*[text for about, text in said if not about], table]
