"""`servsim run`: next year and the years after, projected with intervals."""

from pathlib import Path
from typing import Annotated

import typer

from servsim.cli.shared_options import (
    NOTHING_SAID,
    Csv,
    File,
    How,
    Json,
    Names,
    Quiet,
    Replications,
    Seed,
    Set,
    Shard,
    simulates,
    within,
)

Precision = Annotated[
    list[str] | None,
    typer.Option(
        "--precision", metavar="METRIC=SHARE", help="Run on until it is known so well, e.g. value=0.02. Repeatable."
    ),
]
Budget = Annotated[
    int | None, typer.Option(callback=within(2), help="Simulated replications at most, to reach the --precision.")
]
By = Annotated[
    str | None,
    typer.Option("--by", metavar="hour|quarter", help="By the hour, or quarter-hour, of the day instead; with --plot."),
]
DrawnTo = Annotated[
    Path | None, typer.Option("--plot", metavar="PATH", help="With --by: draw it, too (svg, png, pdf).")
]
NoControls = Annotated[bool, typer.Option("--no-controls", help="Plain means, not narrowed by control variates.")]


@simulates
def run(
    file: File,
    overrides: Set = None,
    replications: Replications = None,
    precision: Precision = None,
    budget: Budget = None,
    no_controls: NoControls = False,
    by: By = None,
    drawn: DrawnTo = None,
    seed: Seed = 1,
    how: How = NOTHING_SAID,
    shard: Shard = None,
    as_json: Json = False,
    csv: Csv = None,
    names: Names = False,
    quiet: Quiet = False,
) -> None:
    """Project retention and revenue: the metrics of next year, and those of the years after; all with intervals."""
    from servsim.cli.by_time_of_day import by_time_of_day, insist_alone
    from servsim.cli.execution_options import answering, simulate_shard
    from servsim.cli.output import end_interrupted, print_json, say, write_csv
    from servsim.scenario.read import called, read_scenario
    from servsim.study.cost_estimate import affordable
    from servsim.study.run import run as project

    scenario = read_scenario(file, overrides or ())
    insist_alone(by, drawn, {"--precision": precision, "--budget": budget, "--shard": shard, "--names": names})
    wanted = dict(map(precision_of, precision or ()))
    most = max(replications or 0, budget or scenario.evaluate.budget_replications) if wanted else replications
    affordable(scenario, called(file), most)
    if by:
        return by_time_of_day(scenario, by, replications, seed, how, drawn, csv, as_json, quiet)
    with answering("Projecting", quiet, **how) as execution:
        if shard:
            return simulate_shard(shard, [scenario], replications, seed, execution, controlled=not no_controls)
        result = project(
            scenario, replications=replications, precision=wanted, budget=budget, controls=not no_controls, seed=seed,
            execution=execution,
        )  # fmt: skip
    write_csv(csv, result.rows())
    if as_json:
        print_json(result.to_dict())
    else:
        from servsim.show.money_words import money_lines
        from servsim.show.segments_table import segments_parts
        from servsim.show.tables import run_lines, run_table
        from servsim.show.year_table import run_by_year

        say(run_table(result, names), *run_lines(result, names), *money_lines(result))
        say(*(part for one in run_by_year(result) for part in ("", one)))
        if parts := segments_parts(result):
            say("", *parts)
    return end_interrupted(result.interrupted)


def precision_of(words: str) -> tuple[str, float]:
    """A metric and the share of its mean to which it is to be known."""
    from servsim.errors import ServsimError

    name, _, share = words.partition("=")
    try:
        number = float(share)
    except ValueError:
        number = 0.0
    if not 0 < number < 1:
        raise ServsimError(
            f"--precision {words}: it must be METRIC=SHARE with a share between 0 and 1, such as value=0.02."
        )
    return name.strip(), number
