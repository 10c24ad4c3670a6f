"""What `servsim plot` can show: for each kind of plot, what it takes and how it comes about."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import cast, get_args

from servsim.cli.plot_request import Asked, split_lever
from servsim.errors import ServsimError
from servsim.scenario.read import Option, called
from servsim.show.plots.style import Plot, Size
from servsim.study.execution.options import Execution
from servsim.study.histories.time_of_day import By
from servsim.study.objective import known_metric, read_question

Made = tuple[Plot, bool]
"""A plot, and whether it shows only what was finished before Ctrl-C."""


def levels(asked: Asked, execution: Execution) -> Made:
    """The objective, retention, revenue and wait against the lever."""
    from servsim.show.plots.metrics_by_level import levels_plot

    e = asked.evaluation(execution)
    return levels_plot(e, asked.size), e.interrupted


def years(asked: Asked, execution: Execution) -> Made:
    """The projection of a scenario, year by year."""
    from servsim.show.plots.yearly_projection import years_plot
    from servsim.study.run import run

    found = run(asked.scenario(), replications=asked.replications, seed=asked.seed, execution=execution)
    return years_plot(found, asked.size), found.interrupted


def payback(asked: Asked, execution: Execution) -> Made:
    """The money that the best level brings over today's, added up month by month."""
    from servsim.show.plots.payback import payback_plot

    e = asked.evaluation(execution)
    return payback_plot(e, asked.size), e.interrupted


def frontier(asked: Asked, execution: Execution) -> Made:
    """Retention against profit over the levels of the lever."""
    from servsim.show.plots.frontier import frontier_plot

    e = asked.evaluation(execution)
    return frontier_plot(e, asked.size), e.interrupted


def minutes(asked: Asked, execution: Execution) -> Made:
    """Agents' time by what they do, over the levels of the lever."""
    from servsim.show.plots.staff_time import minutes_plot

    e = asked.evaluation(execution)
    return minutes_plot(e, asked.size), e.interrupted


def convergence(asked: Asked, execution: Execution) -> Made:
    """A metric's mean and interval against the number of replications."""
    from servsim.show.plots.convergence import convergence_plot
    from servsim.study.run import run

    scenario = asked.scenario()
    metric = known_metric(asked.metric or scenario.evaluate.objective, "--metric")
    found = run(scenario, replications=asked.replications, seed=asked.seed, execution=execution)
    return convergence_plot(found, metric, asked.size), found.interrupted


def day(asked: Asked, execution: Execution) -> Made:
    """The queue and the agents over a day of one replication."""
    from servsim.show.plots.day_at_the_desk import day_plot
    from servsim.study.histories.day import day_of, first_day

    world = asked.world(execution)
    return day_plot(day_of(world, first_day(world) if asked.day is None else asked.day), world, asked.size), False


def hour(asked: Asked, execution: Execution) -> Made:
    """Visits, agents and who gives up, by the hour of the day."""
    return of_the_day(asked, execution, "hour")


def quarter(asked: Asked, execution: Execution) -> Made:
    """The same by the quarter-hour."""
    return of_the_day(asked, execution, "quarter")


def of_the_day(asked: Asked, execution: Execution, by: By) -> Made:
    """Visits, agents and who gives up, by a part of the day."""
    from servsim.show.plots.time_of_day import time_of_day_plot
    from servsim.study.histories.time_of_day import time_of_day

    found = time_of_day(asked.scenario(), by, replications=asked.replications, seed=asked.seed, execution=execution)
    return time_of_day_plot(found, asked.size), found.interrupted


def waits(asked: Asked, execution: Execution) -> Made:
    """Waits and patience in one replication."""
    from servsim.show.plots.waiting_times import waits_plot
    from servsim.study.histories.visits import waits_of

    return waits_plot(waits_of(asked.world(execution)), asked.size), False


def survival(asked: Asked, execution: Execution) -> Made:
    """How long customers of one replication stay, by cohort."""
    from servsim.show.plots.survival import survival_plot

    return survival_plot(asked.world(execution), asked.size), False


def reasons(asked: Asked, execution: Execution) -> Made:
    """Why customers left, in one scenario or in two."""
    from servsim.show.plots.departures import reasons_plot
    from servsim.study.histories.departures import Fates, fates

    scenarios = [asked.scenario(), *([asked.second()] if asked.other or asked.to else [])]
    found: list[Fates] = []
    for each in scenarios:
        found.append(fates(each, replications=asked.replications, seed=asked.seed, execution=execution))
        if found[-1].interrupted:
            break
    return reasons_plot(*found, size=asked.size), found[-1].interrupted


def saved(asked: Asked, execution: Execution) -> Made:
    """Customers who stay in one of two scenarios only."""
    from servsim.show.plots.departures import saved_plot

    c = asked.comparison("saved", execution)
    return saved_plot(c, asked.size), c.interrupted


def sources(asked: Asked, execution: Execution) -> Made:
    """Where the difference in value between two scenarios comes from."""
    from servsim.show.plots.value_waterfall import sources_plot

    c = asked.comparison("sources", execution)
    return sources_plot(c, asked.size), c.interrupted


def heat(asked: Asked, execution: Execution) -> Made:
    """The objective over two levers."""
    from servsim.show.plots.lever_heatmap import heat_plot
    from servsim.study.one_lever.two_lever_grid import lever_grid

    scenario = asked.scenario()
    given = [split_lever(text) for text in asked.levers]
    if len(given) not in (1, 2):
        raise ServsimError(
            "plot heat needs a second lever with its levels, such as --lever staff.agents=2,3,4; with --lever twice, "
            "both are named."
        )
    own = (scenario.evaluate.lever, tuple(scenario.evaluate.levels))
    one, other = (own, *given) if len(given) == 1 else given
    scenario = asked.scenario((len(one[1]) + 1) * (len(other[1]) + 1))
    h = lever_grid(scenario, (one, other), replications=asked.replications, seed=asked.seed, execution=execution)
    if h.replications < 2:
        raise ServsimError("nothing to plot: fewer than two replications were finished at every pair of levels.")
    return heat_plot(h, asked.size), h.interrupted


def front(asked: Asked, execution: Execution) -> Made:
    """Two metrics against each other, of several levers set together."""
    from servsim.cli.optimise import as_range
    from servsim.show.plots.frontier import front_plot
    from servsim.study.several_levers.optimise import affordable_search, optimise

    ranges, replications = ", ".join(map(as_range, asked.levers)), asked.replications
    levers = [Option("--lever", f"optimise.levers={{{ranges}}}")] if ranges else []
    given = [Option("--replications", f"optimise.replications={replications}")] if replications else []
    scenario = affordable_search(read_question(asked.file, [*asked.overrides, *levers, *given]), called(asked.file))
    if len(scenario.optimise.front or ()) != 2:
        raise ServsimError('plot front needs two metrics in [optimise], such as front = ["retention", "profit"].')
    o = optimise(scenario, seed=asked.seed, execution=execution)
    return front_plot(o, asked.size), o.interrupted


def tornado(asked: Asked, execution: Execution) -> Made:
    """What the advice rests on, setting by setting."""
    from servsim.show.plots.tornado import needs_ranges, tornado_plot
    from servsim.study.sensitivity.one_at_a_time import rests_on

    e = asked.evaluation(execution)
    if e.interrupted:
        raise KeyboardInterrupt
    doubt = needs_ranges(e, rests_on(e, confirmed=len(e.scenario.uncertain), execution=execution))
    return tornado_plot(doubt, asked.size), doubt.interrupted


MANY, ONE = ("--replications",), ("--replication",)
LEVELS, BOTH = (*MANY, "--lever"), (*MANY, "a second scenario")
MAKERS: dict[str, tuple[Callable[[Asked, Execution], Made], tuple[str, ...]]] = {
    "levels": (levels, LEVELS),
    "years": (years, MANY),
    "payback": (payback, LEVELS),
    "frontier": (frontier, LEVELS),
    "minutes": (minutes, LEVELS),
    "heat": (heat, LEVELS),
    "front": (front, LEVELS),
    "tornado": (tornado, LEVELS),
    "reasons": (reasons, BOTH),
    "saved": (saved, BOTH),
    "sources": (sources, BOTH),
    "survival": (survival, ONE),
    "waits": (waits, ONE),
    "day": (day, (*ONE, "--day")),
    "hour": (hour, MANY),
    "quarter": (quarter, MANY),
    "convergence": (convergence, (*MANY, "--metric")),
}
"""How each kind is made, and which of the options it takes that only some take."""


def drawn(kind: str, asked: Asked, execution: Execution) -> Made:
    """The plot of a kind."""
    return MAKERS[kind][0](asked, execution)


def accept(kind: str, asked: Asked) -> None:
    """ServsimError where there is no such kind, or where it has no use for an option that is given."""
    if kind not in MAKERS:
        raise ServsimError(
            f"plot {kind}: there is no such plot; it must be one of {', '.join(MAKERS)}.{meant(kind, MAKERS)}"
        )
    for option, is_given in asked.given().items():
        if is_given and option not in MAKERS[kind][1]:
            others = ", ".join(other for other, (_, takes) in MAKERS.items() if option in takes)
            raise ServsimError(f"plot {kind} has no use for {option}; that is for {others}.")


def size_named(name: str) -> Size:
    """The size of a name; ServsimError where there is none."""
    for size in get_args(Size):
        if name == size:
            return cast(Size, size)
    raise ServsimError(f"--size {name}: it must be {' or '.join(get_args(Size))}.")


def meant(word: str, others: Iterable[str]) -> str:
    """What may have been meant, asked; empty where nothing is close."""
    close = get_close_matches(word, list(others), 1)
    return f" Did you mean {close[0]}?" if close else ""
