"""`servsim worth`: what one customer, newcomer, mistake or hour more or fewer is worth."""

from typing import Annotated

import typer

from servsim.cli.shared_options import NOTHING_SAID, Csv, File, How, Json, Quiet, Seed, Set, Shard, simulates, within

OfSegment = Annotated[
    str | None,
    typer.Option("--segment", metavar="NAME", help="Whose customers: the name of a segment.", show_default=False),
]
AtMost = Annotated[
    int | None,
    typer.Option(
        "--replications", callback=within(2), help="Simulated replications of every point at most; default: 100."
    ),
]


@simulates
def worth(
    file: File,
    overrides: Set = None,
    segment: OfSegment = None,
    replications: AtMost = None,
    seed: Seed = 1,
    how: How = NOTHING_SAID,
    shard: Shard = None,
    as_json: Json = False,
    csv: Csv = None,
    quiet: Quiet = False,
) -> None:
    """What one more or one less is worth over the years: a customer, a newcomer, a mistake, a broken promise, an hour.

    It answers: What do I lose with one customer? What does one complaint cost?
    One broken promise? What may it cost to win a newcomer? What does an hour
    more at the desk bring?
    """
    from servsim.cli.execution_options import answering, simulate_shard
    from servsim.cli.output import end_interrupted, print_json, say, write_csv
    from servsim.scenario.read import called, read_scenario
    from servsim.show.worth_of_one_more import worth_parts
    from servsim.study.worth_of_one_more.worth import FIRST_REPLICATIONS, affordable_worth, points_of
    from servsim.study.worth_of_one_more.worth import worth as worth_of

    scenario = affordable_worth(read_scenario(file, list(overrides or ())), called(file), segment, replications)
    with answering("Looking at what one is worth", quiet, **how) as execution:
        if shard:
            points = points_of(scenario, segment)
            return simulate_shard(shard, points, replications or FIRST_REPLICATIONS, seed, execution)
        result = worth_of(scenario, segment=segment, replications=replications, seed=seed, execution=execution)
    write_csv(csv, result.rows())
    if as_json:
        print_json(result.to_dict())
    else:
        say(*worth_parts(result))
    return end_interrupted(result.interrupted)
