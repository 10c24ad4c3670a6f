"""servsim compare"""

from pathlib import Path
from typing import Annotated

import typer

from servsim.cli.options import Csv, Engine, EngineName, File, Json, Quiet, Replications, Seed, Set, Workers

Other = Annotated[
    Path | None, typer.Argument(help="The other scenario; left out: the same file with --to.", show_default=False)
]
To = Annotated[
    list[str] | None,
    typer.Option("--to", metavar="KEY=VALUE", help="What differs in B, e.g. staff.agents=3. Repeatable."),
]


def compare(
    file: File,
    other: Other = None,
    overrides: Set = None,
    to: To = None,
    replications: Replications = None,
    seed: Seed = 1,
    engine: Engine = EngineName.fast,
    workers: Workers = None,
    as_json: Json = False,
    csv: Csv = None,
    quiet: Quiet = False,
) -> None:
    """Two scenarios on the same worlds: paired differences, and who was saved or lost."""
    from servsim.cli.output import announce_compiling, end_interrupted, print_json, progress, say, write_csv
    from servsim.errors import ServsimError
    from servsim.scenario.read import read_scenario
    from servsim.study.budget import affordable
    from servsim.study.compare import compare as compare_scenarios

    if other is None and not to:
        raise ServsimError("compare needs a second scenario file, or --to KEY=VALUE for what differs in it.")
    same = list(overrides or ())
    a = affordable(read_scenario(file, same), str(file), replications)
    b = affordable(read_scenario(other or file, same + list(to or ())), str(other or file), replications)
    if to:
        b = b.model_copy(update={"title": f"{b.title}, {', '.join(to)}"})
    announce_compiling(quiet)
    with progress("Comparing scenarios", quiet) as tell:
        result = compare_scenarios(
            a, b, replications=replications, seed=seed, engine=engine.value, workers=workers, progress=tell
        )
    write_csv(csv, result.rows())
    if as_json:
        print_json(result.to_dict())
    else:
        from servsim.show.table import comparison_table, customers_lines

        worlds = f"{result.replications} common worlds, seed {seed}; bold: the interval of B − A leaves out 0."
        say(comparison_table(result), *customers_lines(result), worlds)
    end_interrupted(result.interrupted)
