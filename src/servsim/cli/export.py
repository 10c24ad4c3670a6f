"""`servsim export`: the event log of one replication, for other tools."""

from pathlib import Path
from typing import Annotated

import typer

from servsim.cli.shared_options import OUTPUT, Engine, EngineName, File, Quiet, Replication, Seed, Set, reads

Output = Annotated[
    Path | None,
    typer.Option(*OUTPUT, metavar="PATH", help="Where the event log goes, as CSV.", show_default=False),
]


def export(
    file: File,
    output: Output = None,
    overrides: Set = None,
    replication: Replication = 0,
    seed: Seed = 1,
    engine: Engine = EngineName.fast,
    quiet: Quiet = False,
) -> None:
    """Write one replication as an event log, for vidigi and for process-mining tools such as pm4py."""
    from servsim.cli.output import announce_compiling, insist_csv, notice
    from servsim.csv_files import save_table
    from servsim.errors import ServsimError
    from servsim.files import ready, write_whole
    from servsim.scenario.read import called, read_scenario
    from servsim.study.cost_estimate import affordable
    from servsim.study.histories.customers import World
    from servsim.study.histories.event_log import COLUMNS, events

    if output is None:
        raise ServsimError("export needs --output PATH.csv, where the event log of one replication is to go.")
    insist_csv(output, "--output")
    reads(file)
    ready(output)
    scenario = affordable(read_scenario(file, overrides or ()), called(file), 1, far=False)
    announce_compiling(quiet)
    world = World(scenario, seed, replication, engine.value)
    written: list[int] = []
    write_whole(output, lambda draft: written.append(save_table(draft, COLUMNS, events(world))))
    notice(f"Event log: {output}, {written[0]:,} rows", quiet)
