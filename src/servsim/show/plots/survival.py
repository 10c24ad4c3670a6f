"""How long customers stay: the share of each cohort still in the book, against the weeks since it entered."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from servsim.errors import ServsimError
from servsim.show.plots.elements import call, one_world
from servsim.show.plots.style import BAND, COLOURS, STROKES, Mark, Plot, Size, drawing
from servsim.study.histories.customers import World
from servsim.study.histories.departures import ENOUGH, Cohort, cohorts


def survival_plot(world: World, size: Size = "paper") -> Plot:
    """Kaplan–Meier curves with their bands, of today's book and of those who were won later."""
    some = cohorts(world)
    if not some:
        raise ServsimError(
            "plot survival needs customers in a book: demand.opening_book is 0 and nobody is won; write a [loyalty] "
            "table."
        )
    confidence = world.scenario.evaluate.confidence
    with drawing(size) as plot:
        axes = plot.subplots()
        marks = {f"{cohort.name} ({len(cohort.weeks):,})": draw_cohort(axes, number, cohort, confidence)
                 for number, cohort in enumerate(some)}  # fmt: skip
        axes.set(ylim=(0, 102), xlim=(0, None))
        axes.xaxis.set_major_locator(MaxNLocator(9, integer=True, steps=[1, 2, 5, 10]))
        call(axes.yaxis, "Still in the book (%)")
        call(axes.xaxis, "Weeks since entering the book")
        bands = f"Kaplan–Meier with {100 * confidence:g} % bands, as long as {ENOUGH} customers are to be seen"
        note = f"{one_world(world)}; {bands}"
        plot.finish(world.scenario.title, note, told(some, confidence), marks)
    return plot


def draw_cohort(axes: Axes, number: int, cohort: Cohort, confidence: float) -> Mark:
    """The curve of one cohort, as far as it was seen, and its band."""
    stays = cohort.staying(confidence)
    colour, stroke = COLOURS[number % len(COLOURS)], STROKES[number % len(STROKES)]
    axes.fill_between(
        stays.times, 100 * stays.low, 100 * stays.high, step="post", color=colour, alpha=0.6 * BAND, linewidth=0
    )  # fmt: skip
    (line,) = axes.step(stays.times, 100 * stays.share, where="post", color=colour, linestyle=stroke)
    return line


def told(some: Sequence[Cohort], confidence: float) -> str:
    """The plot in a sentence."""
    ends = [(cohort, cohort.staying(confidence)) for cohort in some]
    parts = [f"{cohort.name} {100 * stays.share[-1]:.0f} % after {stays.times[-1]:.0f} weeks" for cohort, stays in ends]
    return f"Still in the book: {'; '.join(parts)}."
