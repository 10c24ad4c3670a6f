"""`servsim optimise`: several levers set together."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from servsim.cli.shared_options import (
    NOTHING_SAID,
    Csv,
    Difference,
    File,
    How,
    Json,
    Quiet,
    Replications,
    Seed,
    Set,
    number_or_words,
    simulates,
    within,
)

if TYPE_CHECKING:
    from servsim.study.several_levers.result import Optimisation

Levers = Annotated[
    list[str] | None,
    typer.Option("--lever", metavar="KEY=LOW..HIGH", help="What may be changed, e.g. staff.agents=1..4. Repeatable."),
]
Objective = Annotated[str | None, typer.Option(help="Metric that is to be best: value, profit, retention, …")]
Constraint = Annotated[
    list[str] | None,
    typer.Option("--constraint", help='What must be kept to, e.g. "costs <= today". Repeatable.'),
]
Points = Annotated[int | None, typer.Option(callback=within(2), help="Settings of the levers that the search tries.")]
Budget = Annotated[
    int | None, typer.Option(callback=within(2), help="Simulated replications of all finalists together, at most.")
]
Front = Annotated[
    str | None, typer.Option(metavar="METRIC,METRIC", help="Show how one is bought with the other: retention,profit.")
]


@simulates
def optimise(
    file: File,
    overrides: Set = None,
    levers: Levers = None,
    objective: Objective = None,
    constraints: Constraint = None,
    smallest_difference: Difference = None,
    points: Points = None,
    budget: Budget = None,
    front: Front = None,
    replications: Replications = None,
    seed: Seed = 1,
    how: How = NOTHING_SAID,
    as_json: Json = False,
    csv: Csv = None,
    quiet: Quiet = False,
) -> None:
    """Several levers at once: a search, its finalists beside today, the advice, the front."""
    from servsim.cli.execution_options import answering
    from servsim.cli.output import end_interrupted, print_json, write_csv
    from servsim.scenario.read import Option, called
    from servsim.study.objective import read_question
    from servsim.study.several_levers.optimise import affordable_search
    from servsim.study.several_levers.optimise import optimise as set_together

    matters = None if smallest_difference is None else number_or_words(smallest_difference)
    asked = [Option(option, f"optimise.{key}={json.dumps(value)}") for option, key, value in (
        ("--objective", "objective", objective), ("--constraint", "constraints", constraints),
        ("--smallest-difference", "smallest_difference", matters), ("--points", "points", points),
        ("--budget", "budget_replications", budget), ("--replications", "replications", replications),
        ("--front", "front", front and [name.strip() for name in front.split(",")]),
    ) if value is not None]  # fmt: skip
    asked += [Option("--lever", f"optimise.levers={{{', '.join(map(as_range, levers))}}}")] if levers else []
    scenario = affordable_search(read_question(file, [*(overrides or ()), *asked]), called(file))
    with answering("Setting levers", quiet, **how) as execution:
        result = set_together(scenario, seed=seed, execution=execution)
    write_csv(csv, result.rows())
    if as_json:
        print_json(result.to_dict())
    else:
        show(result)
    return end_interrupted(result.interrupted)


def as_range(lever: str) -> str:
    """KEY=LOW..HIGH as an item of [optimise.levers]; ServsimError where it is not that."""
    from servsim.errors import ServsimError

    key, equals, ends = lever.partition("=")
    low, dots, high = ends.partition("..")
    if not (key.strip() and equals and dots):
        raise ServsimError(f"--lever {lever}: it must be KEY=LOW..HIGH, such as staff.agents=1..4.")
    return f"{json.dumps(key.strip())} = [{low.strip()}, {high.strip()}]"


def show(result: "Optimisation") -> None:
    """Print what was found, or how far the search came."""
    from servsim.cli.output import say
    from servsim.show.optimisation import finalists_table, front_table, proposal, proposals_table, reservations

    if result.finals is not None:
        say(finalists_table(result, result.finals))
    elif result.points:
        say(proposals_table(result))
    say(proposal(result), "", *reservations(result))
    if result.front:
        say("", front_table(result))
