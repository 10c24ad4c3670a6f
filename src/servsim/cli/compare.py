"""servsim compare"""

from pathlib import Path
from typing import Annotated

import typer

from servsim.cli.options import (
    Csv,
    Dask,
    Engine,
    EngineName,
    File,
    Json,
    NoStore,
    Quiet,
    Replications,
    Seed,
    Set,
    Shard,
    Store,
    Workers,
)

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
    dask: Dask = None,
    store: Store = None,
    no_store: NoStore = False,
    shard: Shard = None,
    as_json: Json = False,
    csv: Csv = None,
    quiet: Quiet = False,
) -> None:
    """Two scenarios on the same worlds: paired differences, and who was saved or lost."""
    from servsim.cli.answering import answering, simulate_shard
    from servsim.cli.output import end_interrupted, print_json, say, write_csv
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
    with answering("Comparing scenarios", quiet, engine, workers, dask, store, no_store) as means:
        if shard:
            return simulate_shard(shard, [a, b], replications, seed, means, customers=True)
        result = compare_scenarios(a, b, replications=replications, seed=seed, means=means)
    write_csv(csv, result.rows())
    if as_json:
        print_json(result.to_dict())
    else:
        from servsim.show.table import comparison_table, customers_lines

        worlds = f"{result.replications} common worlds, seed {seed}; bold: the interval of B − A leaves out 0."
        say(comparison_table(result), *customers_lines(result), worlds)
    return end_interrupted(result.interrupted)
