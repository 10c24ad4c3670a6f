"""What a report says in sentences of its own."""

from servsim.show.numbers import level, unit_words
from servsim.show.phrases import listed, window_words, years_words
from servsim.show.plots.axes import lever_words, named
from servsim.show.table import LEVEL_COLUMNS
from servsim.study.metrics import BY_NAME
from servsim.study.objective import VALUE
from servsim.study.one_lever.result import Evaluation


def question(e: Evaluation) -> str:
    """What was asked."""
    figure = BY_NAME[e.objective]
    most = "highest" if e.better > 0 else "lowest"
    words = lever_words(e.lever)
    book = e.scenario.demand.opening_book
    customers = f"today's book of {book:,} customers" if book else "an empty book"
    keeps = e.scenario.evaluate.constraints
    bound = f" A level must keep {listed(list(keeps))}." if keeps else ""
    return (
        f"{words}: which level gives the {most} {named(e.objective).lower()} ({figure.meaning}) {when(e)}, beginning "
        f"with {customers}? Tried were {len(e.levels)} levels from {level(min(e.levels))} to {level(max(e.levels))}; "
        f"today's is {level(e.today)}.{bound}"
    )


def when(e: Evaluation) -> str:
    """In what time the objective is counted."""
    return f"over {years_words(e.scenario)}" if e.objective == VALUE else window_words(e.scenario)


def heads(e: Evaluation) -> str:
    """What the columns of the table of levels mean."""
    columns = [(head, name) for head, name in LEVEL_COLUMNS if name != e.objective and e.is_known(name)]
    told = [(head, BY_NAME[name].meaning, unit_words(e.unit(name), name)) for head, name in columns]
    told.append((e.objective, BY_NAME[e.objective].meaning, unit_words(e.unit(e.objective), e.objective)))
    other = f" All but {VALUE} is counted {window_words(e.scenario)}." if e.objective == VALUE else ""
    meanings = "; ".join(f"{head}: {meaning}{f' ({unit})' if unit else ''}" for head, meaning, unit in told)
    return (
        f"{meanings}; vs today: what the level brings more than today's; ±: how far the truth may lie from that. "
        f"~ marks levels that cannot be told apart from the best, ! levels that break a constraint.{other}"
    )


def worlds_told(e: Evaluation) -> str:
    """How many worlds were simulated, in all."""
    return f"{sum(e.worlds(value) for value in e.levels):,}"
