"""`servsim plot`: any plot of a result, as SVG or PNG."""

from pathlib import Path
from typing import Annotated

import typer

from servsim.cli.shared_options import (
    NOTHING_SAID,
    OUTPUT,
    Day,
    File,
    How,
    Quiet,
    Replications,
    Seed,
    Set,
    refuse_both_piped,
    simulates,
    within,
)

KINDS = {
    "levels": "value, retention, revenue and wait against the lever",
    "years": "customers, profit, retention and who is not served, year by year",
    "payback": "when the best level has paid for itself",
    "frontier": "retention against profit",
    "minutes": "where the staff's time goes",
    "heat": "two levers at once",
    "front": "what `servsim optimise` finds, as retention against profit or two other metrics",
    "tornado": "which uncertain setting moves the answer most",
    "reasons": "why customers left",
    "saved": "who stays in one of two scenarios only, and why",
    "sources": "where the difference in value between two scenarios comes from",
    "survival": "how long customers stay, by cohort",
    "waits": "waits and patience",
    "hour": "visits, agents and who gives up by the hour of the day",
    "quarter": "the same by the quarter-hour",
    "day": "the queue and the agents over a day",
    "convergence": "how an estimate settles",
}
"""What can be shown."""

Kind = Annotated[
    str, typer.Argument(help=f"{'; '.join(f'{kind}: {shows}' for kind, shows in KINDS.items())}.", show_default=False)
]
Other = Annotated[
    Path | None, typer.Argument(help="The other scenario, for reasons, saved and sources.", show_default=False)
]
To = Annotated[
    list[str] | None,
    typer.Option("--to", metavar="KEY=VALUE", help="What differs in the other scenario instead. Repeatable."),
]
Lever = Annotated[
    list[str] | None,
    typer.Option("--lever", metavar="KEY=LEVELS", help="Setting to vary and its values, e.g. staff.agents=2,3,4."),
]
FigureName = Annotated[str | None, typer.Option("--metric", metavar="NAME", help="Which metric, for convergence.")]
Replication = Annotated[
    int | None,
    typer.Option(
        callback=within(0, 2**31), help="Which of the seed's replications, from 0, where one replication is shown."
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        *OUTPUT, metavar="PATH", help="Where the plot goes (svg, png, pdf); default: FILE-KIND.png.", show_default=False
    ),
]
SizeName = Annotated[str, typer.Option("--size", metavar="slide|paper", help="For a slide of 16:9, or a page of A4.")]


@simulates
def plot(
    kind: Kind,
    file: File,
    other: Other = None,
    overrides: Set = None,
    to: To = None,
    lever: Lever = None,
    metric: FigureName = None,
    day: Day = None,
    replication: Replication = None,
    output: Output = None,
    size: SizeName = "paper",
    replications: Replications = None,
    seed: Seed = 1,
    how: How = NOTHING_SAID,
    quiet: Quiet = False,
) -> None:
    """Draw a plot, and say in a sentence what it shows."""
    from servsim.cli.execution_options import answering
    from servsim.cli.output import end_interrupted, named_after, notice, place_of, say
    from servsim.cli.plot_kinds import accept, drawn, size_named
    from servsim.cli.plot_request import Asked
    from servsim.files import insist_ending, ready
    from servsim.show.plots.style import FORMATS, save

    path = output or named_after(file, f"{kind}.png")
    insist_ending(path, FORMATS, OUTPUT[0])
    ready(path)
    asked = Asked(
        file, other, overrides or [], to or [], lever or [], metric, day, replication, replications, seed,
        size_named(size),
    )  # fmt: skip
    accept(kind, asked)
    refuse_both_piped(file, other)
    with answering("Simulating", quiet, **how) as execution:
        picture, interrupted = drawn(kind, asked, execution)
    save(picture, path)
    say(picture.alt)
    notice(f"Plot: {place_of(path)}", quiet)
    end_interrupted(interrupted)
