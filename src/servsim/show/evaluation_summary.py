"""An evaluation as an owner reads it, line by line: what to do, next year, the years after, other staff, how sure."""

from collections.abc import Sequence

from rich.table import Table

from servsim.engine_parameters import horizon_of, window_of
from servsim.show.evaluation_advice import (
    LEVERS,
    advice,
    beyond,
    can_go_on,
    constraint_lines,
    effort,
    guarantee_words,
    last_one,
    limits_words,
    marks_words,
    next_step,
    setting_words,
    todo,
    told_apart,
    turning_point,
    unserved_warning,
    with_unit,
)
from servsim.show.formatting import (
    amount,
    capital,
    ends,
    is_shown,
    level,
    listed,
    sentence,
    together,
    window_words,
    years_words,
)
from servsim.show.sensitivity import closing
from servsim.show.tables import blank_table, with_width, years_in_digits
from servsim.show.years_ahead import in_the_window, looks, payback_words, projected
from servsim.study.objective import VALUE
from servsim.study.one_lever.minutes_and_staff import Crew, Hour, Staffing, level_of
from servsim.study.one_lever.result import Evaluation
from servsim.study.sensitivity.one_at_a_time import Doubt


def first(s: Staffing) -> str:
    """What comes before the level, where other staff is shown to bring more; nothing else."""
    if not s.change_is_shown:
        return ""
    e, crew = s.evaluation, s.best
    change, level_words = s.against_today(crew, level_of(crew)), setting_words(e, level_of(crew))
    brings = f"{with_unit(change.mean, VALUE, change.unit)} more ({ends(change, VALUE)})"
    today = setting_words(e, e.today if e.best is None else e.best)
    why = "Staff is short" if crew.more > 0 else "Hours are idle"
    with_what = f"{agents_words(s, crew)} with {level_words}"
    beside = f"{years_words(e.scenario)}, wages paid, than today's staff with {today}"
    return f"{why}: {with_what} would bring {brings} over {beside}. With today's staff:"


def agents_words(s: Staffing, crew: Crew) -> str:
    """A crew against today's, in a sentence."""
    staff = s.evaluation.scenario.staff
    if staff.roster:
        return f"one agent {'more' if crew.more > 0 else 'fewer'} in every hour"
    there = staff.agents + crew.more
    return f"{there} agent{'s' if there != 1 else ''} instead of {staff.agents}"


def staff_table(s: Staffing) -> Table:
    """For each number of agents the best level, how many leave unserved in the worst year, and what it brings."""
    e = s.evaluation
    counted = LEVERS[e.lever][1].split(" ")[0] if e.lever in LEVERS else e.lever.rpartition(".")[2]
    against = f"vs today's staff\nat its best, {e.currency}"
    table = blank_table("", "agents at once", f"best {counted}", "unserved\nworst year", against, "±")
    for crew in s.crews:
        table.add_row(*row(s, crew))
    return table


def row(s: Staffing, crew: Crew) -> tuple[str, ...]:
    """One number of agents."""
    staff = s.evaluation.scenario.staff
    words = (
        {-1: "one fewer", 0: "as now", 1: "one more"}[crew.more] if staff.roster else level(staff.agents + crew.more)
    )
    agents = f"{words}{'' if crew.more else '  today'}{'  best' if crew is s.best and s.change_is_shown else ''}"
    if crew.best is None:
        return agents, "none", "", "", ""
    unserved = f"{100 * crew.unserved(crew.best):.0f} %"
    gap = with_width(s.against_today(crew, crew.best)) if crew.more else ("", "")
    return agents, level(crew.best), unserved, *gap


def staff_words(s: Staffing) -> str:
    """What the table of staff leaves open: crews that are not told apart, and others beyond those tried."""
    others = [crew for crew in s.crews if crew.more and any(other is crew for other, _ in s.not_told_apart)]
    said = listed([agents_words(s, crew) for crew in others])
    if s.change_is_shown:
        beyond = "more" if s.best.more > 0 else "fewer"
        return " ".join([f"Only one agent more and one fewer were tried: try still {beyond}.", *at_the_end(s)])
    if others:
        return " ".join([f"{said[:1].upper()}{said[1:]} cannot be told apart from today's staff.", *at_the_end(s)])
    return ""


def at_the_end(s: Staffing) -> list[str]:
    """That the best level with other staff is the last one tried, where there could be others beyond."""
    e, level_best = s.evaluation, level_of(s.best)
    ends = {max(e.levels): ("largest", 1), min(e.levels): ("smallest", -1)}
    if not s.best.more or level_best not in ends or len(e.levels) < 2:
        return []
    which, step = ends[level_best]
    with_whom = f"with {agents_words(s, s.best)}"
    return [last_one(e, level_best, which, with_whom)] if can_go_on(e.lever, level_best, step) else []


def hour_words(s: Staffing) -> str:
    """What an hour more of an agent brings at today's level and at the best one, and what it costs."""
    if not s.hours:
        return ""
    each = [f"{brings(hour)} at {setting_words(s.evaluation, hour.level)}" for hour in s.hours]
    pays = {True: "it pays", False: "it does not pay", None: "whether it pays is not shown"}[pays_for_itself(s)]
    wage = amount(s.hours[0].costs, VALUE)
    return f"One staff hour more would bring {listed(each)}, before its wage of {wage}: {pays}."


def pays_for_itself(s: Staffing) -> bool | None:
    """Does an hour more bring more than it costs at the best level? None where that is not shown."""
    hour = s.hours[-1]
    return True if hour.brings.low > hour.costs else False if hour.brings.high < hour.costs else None


def brings(hour: Hour) -> str:
    """What an hour brings, with its interval."""
    own = hour.brings
    if not is_shown(own):
        return f"nothing that can be told from nought ({ends(own, VALUE)} {own.unit})"
    return f"{amount(own.mean, VALUE)} {own.unit.removesuffix('/h')} ({ends(own, VALUE)})"


ROOM = 10
"""Of the words that say what a line is about."""

Line = tuple[str, str]
"""What a line is about, and what it says."""


def lines(e: Evaluation, s: Staffing | None = None) -> list[Line]:
    """The advice, line by line; s: other staff, where it was looked at."""
    if e.replications < 2 or e.best is None:
        return [("", advice(e))]
    best = e.best
    early = "Interrupted, and so from fewer replications than asked for." if e.interrupted else ""
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
