"""`servsim compare`: two scenarios on the same replications, and why one brings more."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    To,
    refuse_both_piped,
    simulates,
)

if TYPE_CHECKING:
    from servsim.study.comparison.compare import Comparison, Lives


class Telling(StrEnum):
    """How three customers' lives are told."""

    short = "short"
    full = "full"


Other = Annotated[
    Path | None, typer.Argument(help="The other scenario; left out: the same file with --to.", show_default=False)
]
TellLives = Annotated[Telling, typer.Option(help="Three customers' lives, A beside B: in a sentence or two, or whole.")]
NoLives = Annotated[bool, typer.Option("--no-lives", help="Tell no lives.")]


@simulates
def compare(
    file: File,
    other: Other = None,
    overrides: Set = None,
    to: To = None,
    replications: Replications = None,
    seed: Seed = 1,
    how: How = NOTHING_SAID,
    shard: Shard = None,
    lives: TellLives = Telling.short,
    no_lives: NoLives = False,
    as_json: Json = False,
    csv: Csv = None,
    names: Names = False,
    quiet: Quiet = False,
) -> None:
    """Two scenarios on the same replications: paired differences, where they come from, and who was saved or lost."""
    from servsim.cli.execution_options import answering, simulate_shard
    from servsim.cli.output import end_interrupted, print_json, write_csv
    from servsim.errors import ServsimError
    from servsim.scenario.read import called, read_scenario
    from servsim.study.comparison.compare import compare as compare_scenarios
    from servsim.study.cost_estimate import affordable

    if other is None and not to:
        raise ServsimError("compare needs a second scenario file, or --to KEY=VALUE for what differs in it.")
    refuse_both_piped(file, other)
    same = list(overrides or ())
    a = affordable(read_scenario(file, same), called(file), replications)
    b = affordable(read_scenario(other or file, same + list(to or ())), called(other or file), replications)
    if to:
        b = b.model_copy(update={"title": f"{b.title}, {', '.join(to)}"})
    if a.title == b.title:  # two files of one title are told apart by their names
        a, b = (
            each.model_copy(update={"title": f"{each.title} ({called(own)})"})
            for each, own in ((a, file), (b, other or file))
        )
    with answering("Comparing scenarios", quiet, **how) as execution:
        if shard:
            return simulate_shard(shard, [a, b], replications, seed, execution, customers=True)
        result = compare_scenarios(a, b, replications=replications, seed=seed, execution=execution)
        from servsim.study.comparison.compare import lives as lives_in

        told = None if no_lives or result.interrupted else lives_in(result, execution.engine)
    write_csv(csv, result.rows())
    if as_json:
        from servsim.show.paired_lives import lives_json

        print_json({**result.to_dict(), **({} if no_lives else lives_json(result, told))})
    else:
        show(result, told, lives == Telling.full, names)
    return end_interrupted(result.interrupted)


def show(result: "Comparison", told: "Lives | None", full: bool, names: bool) -> None:
    """Print the tables, and lives where they are told."""
    from servsim.cli.output import say
    from servsim.show.comparison import why_parts
    from servsim.show.paired_lives import lives_parts
    from servsim.show.side_by_side import comparison_lines, comparison_table, sides

    why = why_parts(result)
    answer, others = ([why[0], ""], why[1:]) if why and isinstance(why[0], str) else ([], why)
    about = ["", *lives_parts(result, told, full)] if told else []
    parts = [part for one in others for part in ("", one)]
    say(sides(result), "", *answer, comparison_table(result, names), *comparison_lines(result, names), *parts, *about)
