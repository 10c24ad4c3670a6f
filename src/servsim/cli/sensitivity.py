"""`servsim sensitivity`: which assumptions the advice rests on, and which to measure first."""

from typing import TYPE_CHECKING, Annotated

import typer

from servsim.cli.shared_options import NOTHING_SAID, Csv, File, How, Json, Quiet, Seed, Set, simulates, within

if TYPE_CHECKING:
    from servsim.study.sensitivity.sensitivity import Sensitivity

Points = Annotated[
    int, typer.Option(callback=within(0, 16_384), help="Plausible settings to try, drawn from all ranges.")
]
PerPoint = Annotated[int, typer.Option(callback=within(1, 1000), help="Simulated replications of each of them.")]
Replications = Annotated[
    int, typer.Option(callback=within(2, 100_000), help="Simulated replications of every end of a range.")
]


@simulates
def sensitivity(
    file: File,
    overrides: Set = None,
    points: Points = 128,
    replications_per_point: PerPoint = 1,
    replications: Replications = 10,
    seed: Seed = 1,
    how: How = NOTHING_SAID,
    as_json: Json = False,
    csv: Csv = None,
    quiet: Quiet = False,
) -> None:
    """What the advice rests on: uncertain settings, one at a time and all at once; which to measure first."""
    from servsim.cli.execution_options import answering
    from servsim.cli.output import end_interrupted, print_json, write_csv
    from servsim.scenario.read import called
    from servsim.study.sensitivity.plausible_settings import read_doubtful
    from servsim.study.sensitivity.sensitivity import affordable_analysis
    from servsim.study.sensitivity.sensitivity import sensitivity as analyse

    scenario = read_doubtful(file, list(overrides or ()))
    affordable_analysis(scenario, called(file), points * replications_per_point, replications)
    with answering("Looking at doubts", quiet, **how) as execution:
        result = analyse(
            scenario,
            points=points,
            replications_per_point=replications_per_point,
            replications=replications,
            seed=seed,
            execution=execution,
        )
    write_csv(csv, result.rows())
    if as_json:
        print_json(result.to_dict())
    else:
        show(result)
    return end_interrupted(result.interrupted)


def show(result: "Sensitivity") -> None:
    """Print the tables that there are, and what an owner should make of them."""
    from servsim.cli.output import say
    from servsim.show.evaluation_advice import advice
    from servsim.show.sensitivity import (
        few,
        indices_line,
        indices_table,
        knowing_table,
        levels_table,
        small_print,
        tornado_lines,
        tornado_table,
        verdict,
    )

    if result.evaluation.best is None:
        say(advice(result.evaluation))
        return
    if early := few(result):
        say(early, "")
    doubt, over = result.doubt, result.plausible
    if doubt and doubt.swings:
        say(tornado_table(result, doubt), *tornado_lines(doubt), "")
    if over is None:
        say(f"{len(result.settings)} plausible settings are too few to say more; try more --points.")
        return
    say(levels_table(result, over), "", knowing_table(result, over), "")
    if result.indices:
        say(indices_table(result), indices_line(result), "")
    say(verdict(result, over), "", *small_print(result, over))
