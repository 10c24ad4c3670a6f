"""`servsim film`: a day at the desk as an HTML film or a GIF."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servsim.cli.shared_options import (
    OUTPUT,
    Engine,
    EngineName,
    File,
    Quiet,
    Replication,
    Seed,
    Set,
    To,
    reads,
    within,
)

if TYPE_CHECKING:
    from servsim.study.histories.customers import World
    from servsim.study.histories.day import Day as DeskDay

Day = Annotated[
    int | None,
    typer.Option(
        callback=within(0),
        help="A day at the desk by number; 0 is the first Monday. Default: the first with visits after the first week.",
        show_default=False,
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(*OUTPUT, metavar="PATH", help="Where to: .html, or .gif for slides. Default: FILE-film.html here.",
                 show_default=False),
]  # fmt: skip


def film(
    file: File,
    day: Day = None,
    overrides: Set = None,
    to: To = None,
    replication: Replication = 0,
    seed: Seed = 1,
    engine: Engine = EngineName.fast,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Film a day at the desk: who comes, waits and gives up, what agents do; with --to, two desks side by side."""
    from servsim.cli.output import announce_compiling, named_after, notice
    from servsim.files import insist_ending, ready
    from servsim.scenario.read import called, read_scenario
    from servsim.study.cost_estimate import affordable
    from servsim.study.histories.customers import World, day_words
    from servsim.study.histories.day import day_of, first_day

    path = output or named_after(file, "film.html")
    insist_ending(path, (".html", ".gif"), OUTPUT[0])
    reads(file)
    ready(path)
    same = list(overrides or ())
    sides = [same, [*same, *to]] if to else [same]
    scenarios = [affordable(read_scenario(file, settings), called(file), 1, far=False) for settings in sides]
    announce_compiling(quiet)
    replications = [World(scenario, seed, replication, engine.value) for scenario in scenarios]
    if day is None:
        day = first_day(replications[0])
        notice(f"Day {day} ({day_words(scenarios[0], day)}) is filmed; choose another with --day.", quiet)
    days = [day_of(world, day) for world in replications]
    labels = [", ".join(same) or "as it is", ", ".join(to)] if to else [""]
    write_film(replications, days, labels, path, quiet)


def write_film(replications: "list[World]", days: "list[DeskDay]", labels: list[str], path: Path, quiet: bool) -> None:
    """Write the film as its file's ending says, and say where it is."""
    from servsim.cli.output import notice, place_of
    from servsim.files import write_whole
    from servsim.show.film.film_data import reel
    from servsim.show.film.gif import save_gif, stretch
    from servsim.show.film.html import comparison, film_page
    from servsim.show.trace_words import clock
    from servsim.units import TICKS_PER_SECOND

    reels = [reel(day, world) for day, world in zip(days, replications, strict=True)]
    if path.suffix == ".gif":
        write_whole(path, lambda draft: save_gif(reels, labels, draft))
        begins, ends = (clock(round(t * TICKS_PER_SECOND)) for t in stretch(reels))
        notice(f"Film: {place_of(path)}, from {begins} to {ends}", quiet)
        return
    page = film_page(reels, labels, comparison(*days) if len(days) == 2 else "")
    write_whole(path, lambda draft: draft.write_text(page, encoding="utf-8"))
    notice(f"Film: {place_of(path)}", quiet)
