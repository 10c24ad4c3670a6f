"""`servsim fit`: a scenario out of a business's own records."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servsim.cli.shared_options import Quiet

if TYPE_CHECKING:
    from servsim.records.read import Records

Files = Annotated[
    list[Path],
    typer.Argument(help="Records: CSV, xlsx or Parquet, with a row for each visit.", show_default=False),
]
ColumnMap = Annotated[
    Path | None,
    typer.Option(
        "--columns", metavar="PATH", help='What columns are for (TOML): arrived = "Call Start".', show_default=False
    ),
]
Dates = Annotated[
    str | None, typer.Option(metavar="ORDER", help="dmy, mdy or ymd, where no date tells.", show_default=False)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what was recognised, and stop.")]


def fit(
    files: Files,
    columns: ColumnMap = None,
    dates: Dates = None,
    dry_run: DryRun = False,
    quiet: Quiet = False,
) -> None:
    """Make a scenario out of your own records: visits, waits and who served."""
    from servsim.records.read import column_map, read_records

    records = read_records(files, column_map(columns) if columns else None, dates)
    show_recognised(records)


def show_recognised(records: "Records") -> None:
    """Print what was made of each table, and what was decided."""
    from servsim.cli.output import say
    from servsim.show.records import recognised_lines

    say(*recognised_lines(records))
