"""Tables that fit 80 columns."""

from rich.box import SIMPLE_HEAD
from rich.table import Table

from servsim.show.numbers import compact, figure, is_share, level, plain, signed, unit_words
from servsim.study.choose.evaluation import Evaluation
from servsim.study.contrast.compare import Comparison
from servsim.study.metrics import METRICS, NAMES, OWN
from servsim.study.outlook import Outlook
from servsim.study.run import Run
from servsim.study.statistics import Interval


def blank_table(title: str, *columns: str) -> Table:
    """A table whose first column is words and whose others are numbers."""
    table = Table(
        title=title, box=SIMPLE_HEAD, title_justify="left", show_edge=False, pad_edge=False, padding=(0, 1, 0, 0)
    )
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right", no_wrap=True)
    return table


def span(interval: Interval, metric: str) -> str:
    """An interval's ends."""
    if interval.low == interval.high:
        return "–"
    return f"{figure(interval.low, metric)} … {figure(interval.high, metric)}"


def run_table(run: Run) -> Table:
    """Every figure that is defined and not nought in every world, with its interval."""
    table = blank_table(run.scenario.title, "figure", "mean", f"{100 * run.confidence:.0f} % interval", "unit")
    table.columns[3].justify = "left"
    for metric in METRICS:
        interval = run[metric.name]
        if run.sample(metric.name).any() and interval.mean == interval.mean:
            unit = unit_words(interval.unit, metric.name)
            table.add_row(metric.name, figure(interval.mean, metric.name), span(interval, metric.name), unit)
    return table


def run_lines(run: Run) -> list[str]:
    """In how many worlds, how intervals are made, and what ended the run."""
    how = "; control variates narrow them" if run.is_controlled else ""
    lines = [f"{len(run.figures)} simulated worlds, seed {run.seed}; intervals are of the mean{how}."]
    known = ", ".join(f"{name} to {100 * run.known_to(name):.2g} %" for name in run.precision)
    if run.stopped == "precision":
        lines.append(f"Stopped as precise as asked: {known}.")
    elif run.stopped == "budget":
        asked = ", ".join(f"{name} to {100 * share:.2g} %" for name, share in run.precision.items())
        lines.append(f"Stopped at the budget of worlds: known are {known}; asked for was {asked}.")
    return lines


def segments_table(run: Run) -> Table:
    """What each segment of customers lives through, and what one of its customers is worth."""
    unit = run.scenario.money.currency
    table = blank_table(f"By segment, {unit}", "segment", *(own.head for own in OWN))
    table.columns[0].no_wrap, table.columns[0].overflow, table.columns[0].max_width = False, "fold", 24
    for segment in run.scenario.segments:
        figures = run.of_segment(segment.name)
        table.add_row(segment.name, *(figure(figures[own.name].mean, own.name) for own in OWN))
    return table


def risk_line(run: Run) -> str:
    """What a single year may bring, apart from doubt about the mean."""
    low, middle, high = run.risk("revenue")
    return (
        f"Revenue in single worlds: {plain(low)} (1 in 20 is lower), {plain(middle)} (half), "
        f"{plain(high)} (1 in 20 is higher)."
    )


LEVEL_COLUMNS = (
    ("unserved", "unserved_share"),
    ("wait", "wait_mean"),
    ("satisf.", "satisfaction_mean"),
    ("retention", "retention"),
)
"""Beside the objective, what a level does to waiting and to customers."""


def level_table(e: Evaluation) -> Table:
    """One line for each level, with today's, the best, and those not shown worse marked."""
    objective = "" if e.objective == "retention" else e.objective
    columns = [(head, name) for head, name in LEVEL_COLUMNS if e.objective != name and e.is_known(name)]
    table = blank_table(
        f"{e.scenario.title}: {e.lever}, {e.unit(e.objective) if objective else 'shares'}",
        "level", *(head for head, _ in columns), e.objective, "vs today", "±",
    )  # fmt: skip
    for value in e.levels:
        cells = [figure(e.at(value, name).mean, name) for _, name in columns]
        table.add_row(
            f"{level(value):<4} {mark(e, value)}", *cells, *objective_cells(e, value),
            style="bold" if value == e.best else None,
        )  # fmt: skip
    return table


def objective_cells(e: Evaluation, value: float) -> tuple[str, str, str]:
    """The objective at a level, its difference from today's, and half the width of that interval."""
    unit, change = e.unit(e.objective), e.difference(value, e.today)
    mean = compact(e.at(value, e.objective).mean, e.objective, unit)
    if value == e.today:
        return mean, "", ""
    gap, half = change.mean, (change.high - change.low) / 2
    if is_share(e.objective):
        return mean, signed(gap, e.objective), unsigned(half, e.objective)
    return mean, ("+" if gap > 0 else "") + compact(gap, e.objective, unit), compact(half, e.objective, unit)


def unsigned(half: float, metric: str) -> str:
    """Half the width of an interval."""
    return signed(half, metric).lstrip("+")


def mark(e: Evaluation, value: float) -> str:
    """How a level stands: best, not shown worse, breaking a constraint, today's."""
    if e.replications < 2:
        return "today" if value == e.today else ""
    broken = e.breaks[e.levels.index(value)]
    signs = "best" if value == e.best else "~" if value in e.not_worse else "!" if broken else ""
    return " ".join(part for part in (signs, "today" if value == e.today else "") if part)


def comparison_table(c: Comparison) -> Table:
    """Every figure of A and B, and their difference world by world."""
    table = blank_table(f"A: {c.a.title}\nB: {c.b.title}", "figure", "A", "B", "B − A", "±", "unit")
    table.columns[5].justify = "left"
    for metric in METRICS:
        change = c.difference(metric.name)
        if change.mean == change.mean and c.figures[:, :, NAMES.index(metric.name)].any():
            half = (change.high - change.low) / 2
            table.add_row(
                metric.name, *(figure(c.of(which, metric.name).mean, metric.name) for which in (0, 1)),
                signed(change.mean, metric.name), unsigned(half, metric.name) if half else "–",
                unit_words(change.unit, metric.name),
                style="bold" if half and abs(change.mean) > half else None,
            )  # fmt: skip
    return table


def outlook_parts(look: Outlook) -> list[Table | str]:
    """What `servsim check` shows."""
    table = blank_table(look.scenario.title, "a week at the desk", "", "unit")
    table.columns[2].justify = "left"
    for words, number, unit in (
        ("doors open", look.open_hours, "h"),
        ("agents' time paid for", look.paid_hours, "h"),
        ("visits to reckon with", look.visits, ""),
        ("length of a visit as planned", look.visit_minutes, "min"),
        ("load (time asked for, of time paid for)", look.load, ""),
    ):
        table.add_row(words, plain(number), unit)
    lines: list[Table | str] = [
        table,
        f"On: {', '.join(look.on) or 'nothing'}.",
        f"Off: {', '.join(look.off) or 'nothing'}.",
    ]
    return lines + [f"Warning: {warning}" for warning in look.warnings]
