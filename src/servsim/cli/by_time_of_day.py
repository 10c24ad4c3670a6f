"""`servsim run --by`: the metrics of a scenario by the hour or quarter-hour of the day."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from servsim.scenario.scenario import Scenario

CHOICES = ("hour", "quarter")


def insist_alone(by: str | None, drawn: Path | None, others: Mapping[str, Any]) -> None:
    """ServsimError where there is no such part of the day, or where an option has no use beside it or without it."""
    from servsim.errors import ServsimError

    if by is None:
        if drawn is not None:
            raise ServsimError("--plot draws metrics by the time of day: say --by hour or --by quarter, too.")
        return
    if by not in CHOICES:
        raise ServsimError(f"--by {by}: it must be hour or quarter.")
    if useless := next((option for option, given in others.items() if given), None):
        raise ServsimError(f"--by has no use for {useless}: it counts so many --replications by the time of day.")


def by_time_of_day(
    scenario: "Scenario",
    by: str,
    replications: int | None,
    seed: int,
    how: Any,
    drawn: Path | None,
    csv: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Simulate, and show the table or JSON; write CSV and plot where they are asked for."""
    from servsim.cli.execution_options import answering
    from servsim.cli.output import end_interrupted, notice, print_json, say, write_csv
    from servsim.files import insist_ending, ready
    from servsim.show.time_of_day_table import legend, time_of_day_table
    from servsim.study.histories.time_of_day import By, time_of_day

    if drawn is not None:
        from servsim.show.plots.style import FORMATS

        insist_ending(drawn, FORMATS, "--plot")
        ready(drawn)
    with answering("Simulating", quiet, **how) as execution:
        found = time_of_day(scenario, cast(By, by), replications=replications, seed=seed, execution=execution)
    write_csv(csv, found.rows())
    if drawn is not None:
        from servsim.show.plots import save
        from servsim.show.plots.time_of_day import time_of_day_plot

        save(time_of_day_plot(found), drawn)
        notice(f"Plot: {drawn}", quiet)
    if as_json:
        print_json(found.to_dict())
    else:
        say(time_of_day_table(found), legend(found))
    end_interrupted(found.interrupted)
