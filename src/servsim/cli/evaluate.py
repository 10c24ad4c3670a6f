"""`servsim evaluate`: the best level of one lever, with other staff beside it, and how sure that is."""

import json
from pathlib import Path
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
    Shard,
    number_or_words,
    simulates,
    within,
)

if TYPE_CHECKING:
    from servsim.study.one_lever.minutes_and_staff import Staffing
    from servsim.study.one_lever.result import Evaluation

Lever = Annotated[str | None, typer.Option(help="Setting to vary; default: as the scenario says.")]
Levels = Annotated[str | None, typer.Option(help="Values to try, e.g. 0,2,4,6; default: as the scenario says.")]
Objective = Annotated[str | None, typer.Option(help="Metric that is to be best: value, profit, retention, …")]
Constraint = Annotated[
    list[str] | None,
    typer.Option("--constraint", help='What a level must keep to, e.g. "abandoned_share <= 5 %". Repeatable.'),
]
Budget = Annotated[
    int | None, typer.Option(callback=within(2), help="Simulated replications of all levels together, at most.")
]
Finer = Annotated[
    int | None, typer.Option(callback=within(0, 20), help="Levels put between the best and its neighbours.")
]
Picture = Annotated[Path | None, typer.Option(metavar="PATH", help="Where the picture goes (png, svg, pdf).")]
NoDoubt = Annotated[bool, typer.Option("--no-doubt", help="Do not look at what is uncertain.")]
NoStaff = Annotated[bool, typer.Option("--no-staff", help="Do not look at other staff.")]
NoPicture = Annotated[bool, typer.Option("--no-picture", help="Do not draw the picture.")]


@simulates
def evaluate(
    file: File,
    overrides: Set = None,
    lever: Lever = None,
    levels: Levels = None,
    objective: Objective = None,
    constraints: Constraint = None,
    smallest_difference: Difference = None,
    budget: Budget = None,
    finer: Finer = None,
    replications: Replications = None,
    seed: Seed = 1,
    how: How = NOTHING_SAID,
    shard: Shard = None,
    as_json: Json = False,
    csv: Csv = None,
    picture: Picture = None,
    no_picture: NoPicture = False,
    no_staff: NoStaff = False,
    no_doubt: NoDoubt = False,
    quiet: Quiet = False,
) -> None:
    """How much time to invest: the table of levels, the best, the advice, the picture."""
    from servsim.cli.execution_options import answering, simulate_shard
    from servsim.cli.output import end_interrupted, named_after, print_json, say, write_csv
    from servsim.scenario.read import Option, called
    from servsim.study.cost_estimate import affordable_evaluation
    from servsim.study.objective import asks_years, read_question
    from servsim.study.one_lever.evaluate import evaluate as compare_levels
    from servsim.study.one_lever.evaluate import levels_of
    from servsim.study.one_lever.minutes_and_staff import staffing
    from servsim.study.sensitivity.one_at_a_time import rests_on
    from servsim.study.sensitivity.plausible_settings import read_doubtful

    matters = None if smallest_difference is None else number_or_words(smallest_difference)
    asked = [Option(option, f"evaluate.{key}={json.dumps(value)}") for option, key, value in (
        ("--lever", "lever", lever), ("--objective", "objective", objective),
        ("--constraint", "constraints", constraints), ("--budget", "budget_replications", budget),
        ("--smallest-difference", "smallest_difference", matters), ("--finer", "finer", finer),
        ("--levels", "finer", 0 if levels and not finer else None),
    ) if value is not None]  # fmt: skip
    asked += [Option("--levels", f"evaluate.levels=[{levels}]")] if levels else []
    if picture:
        from servsim.files import insist_ending
        from servsim.show.plots.style import FORMATS

        insist_ending(picture, FORMATS, "--picture")
    scenario = (read_question if no_doubt else read_doubtful)(file, [*(overrides or ()), *asked])
    scenario = affordable_evaluation(scenario, called(file), replications)
    with answering("Comparing levels", quiet, **how) as execution:
        if shard:
            far = asks_years(scenario.evaluate)
            return simulate_shard(shard, levels_of(scenario), replications, seed, execution, far=far)
        result = compare_levels(scenario, replications=replications, seed=seed, execution=execution)
    write_csv(csv, result.rows())
    if not as_json:
        show_levels(result)
    staff = doubt = None
    if not (no_staff or result.interrupted):
        with answering("Looking at staff", quiet, **how) as execution:
            staff = staffing(result, execution=execution)
    if not as_json:
        show_advice(result, staff)
    if not (no_doubt or result.interrupted or (staff and staff.interrupted)):
        with answering("Looking at doubt", quiet, **how) as execution:
            doubt = rests_on(result, execution=execution)
    if as_json:
        beside = staff.to_dict() if staff else {"staff": None, "hour": []}
        print_json({**result.to_dict(), **beside, "rests_on": doubt.to_dict() if doubt else None})
    else:
        from servsim.show.evaluation_summary import doubts, parts

        say(*parts(doubts(result, doubt, not no_doubt)))
    if result.replications >= 2 and not no_picture and (picture or not as_json):
        draw(result, picture or named_after(file, "evaluate.png"), quiet)
    return end_interrupted(result.interrupted or any(look and look.interrupted for look in (staff, doubt)))


def show_levels(result: "Evaluation") -> None:
    """Print the table of levels, which does not wait for other staff."""
    from servsim.cli.output import say, shows_curves
    from servsim.show.tables import level_table
    from servsim.show.terminal_chart import curve

    say(level_table(result), "", *([*curve(result), ""] if shows_curves() else []))


def show_advice(result: "Evaluation", staff: "Staffing | None") -> None:
    """Print the advice, which does not wait for what is uncertain."""
    from servsim.cli.output import say
    from servsim.show.evaluation_summary import lines, parts, staff_table

    say(*parts(lines(result, staff)))
    if staff and len(staff.crews) > 1:
        say("", staff_table(staff), "")


def draw(result: "Evaluation", path: Path, quiet: bool) -> None:
    """Write the picture and say where it is."""
    from servsim.cli.output import notice, place_of
    from servsim.show.plots.metrics_by_level import levels_plot
    from servsim.show.plots.style import save

    save(levels_plot(result), path)
    notice(f"Picture: {place_of(path)}", quiet)
