"""`servsim export`: one replication for other tools, as an event log or as the records that an owner would have."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servsim.cli.shared_options import OUTPUT, Engine, EngineName, File, Quiet, Replication, Seed, Set, reads

if TYPE_CHECKING:
    from servsim.study.histories.customers import World

Output = Annotated[
    Path | None,
    typer.Option(*OUTPUT, metavar="PATH", help="Where the event log goes, as CSV.", show_default=False),
]
Records = Annotated[
    Path | None,
    typer.Option(
        "--records", metavar="DIR", help="Where visits, receipts, survey and shifts go, as an owner has them.",
        show_default=False,
    ),
]  # fmt: skip


def export(
    file: File,
    output: Output = None,
    records: Records = None,
    overrides: Set = None,
    replication: Replication = 0,
    seed: Seed = 1,
    engine: Engine = EngineName.fast,
    quiet: Quiet = False,
) -> None:
    """Write one replication as an event log, for vidigi and pm4py, or as an owner's records, for `servsim fit`."""
    from servsim.cli.output import announce_compiling, insist_csv
    from servsim.errors import ServsimError
    from servsim.files import ready
    from servsim.scenario.read import called, read_scenario
    from servsim.study.cost_estimate import affordable
    from servsim.study.histories.customers import World

    if output is None and records is None:
        raise ServsimError("export needs --output PATH.csv, where the event log of one replication is to go.")
    insist_csv(output, "--output")
    reads(file)
    ready(output)
    scenario = affordable(read_scenario(file, overrides or ()), called(file), 1, far=False)
    announce_compiling(quiet)
    world = World(scenario, seed, replication, engine.value)
    if output is not None:
        write_event_log(world, output, quiet)
    if records is not None:
        write_records(world, records, quiet)


def write_event_log(world: "World", output: Path, quiet: bool) -> None:
    """Write the event log, row by row."""
    from servsim.cli.output import notice
    from servsim.csv_files import save_table
    from servsim.files import write_whole
    from servsim.study.histories.event_log import COLUMNS, events

    written: list[int] = []
    write_whole(output, lambda draft: written.append(save_table(draft, COLUMNS, events(world))))
    notice(f"Event log: {output}, {written[0]:,} rows", quiet)


def write_records(world: "World", folder: Path, quiet: bool) -> None:
    """Write the records of an owner, a file of each kind that has rows, into a folder, which is made."""
    from servsim.cli.output import notice
    from servsim.csv_files import save_table
    from servsim.errors import ServsimError
    from servsim.files import write_whole
    from servsim.study.histories.owners_records import COLUMNS, owners_records

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ServsimError(f"--records {folder} cannot be made: {error.strerror or error}.") from None
    told = []
    for name, rows in owners_records(world).items():
        if rows:
            place, head = folder / f"{name}.csv", COLUMNS[name]
            write_whole(place, lambda draft, head=head, rows=rows: save_table(draft, head, rows))  # type: ignore[misc]
            told.append(f"{name}.csv ({len(rows):,} rows)")
    notice(f"Records: {folder}: {', '.join(told)}", quiet)
