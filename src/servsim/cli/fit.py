"""`servsim fit`: a scenario out of a business's own records."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from servsim.cli.shared_options import OUTPUT, Quiet, Seed

if TYPE_CHECKING:
    from servsim.records.fit import Fit

Files = Annotated[
    list[Path],
    typer.Argument(help="Records (CSV, xlsx, Parquet): a row for each visit, and perhaps shifts.", show_default=False),
]
Output = Annotated[
    Path | None,
    typer.Option(*OUTPUT, metavar="PATH", help="Where the scenario goes (.toml).", show_default=False),
]
ColumnMap = Annotated[
    Path | None,
    typer.Option(
        "--columns", metavar="PATH", help='What columns are for (TOML): arrived = "Call Start".', show_default=False
    ),
]
Into = Annotated[
    Path | None,
    typer.Option(
        "--into", metavar="PATH", help="A scenario for all that these records cannot tell.", show_default=False
    ),
]
Dates = Annotated[
    str | None, typer.Option(metavar="ORDER", help="dmy, mdy or ymd, where no date tells.", show_default=False)
]
Holdout = Annotated[float, typer.Option(min=0, max=0.5, help="Share of days, the last ones, to try it on; 0: none.")]
Draws = Annotated[int, typer.Option(min=2, max=10_000, help="Joint draws of what is fitted.")]
For = Annotated[
    str, typer.Option("--for", metavar="WHAT", help="same-months, or forecast: months differ in who comes, too.")
]
Older = Annotated[
    Path | None,
    typer.Option(
        "--since", metavar="PATH", help="Only say what differs from this scenario, fitted before.", show_default=False
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what was recognised, and stop.")]


def fit(
    files: Files,
    output: Output = None,
    columns: ColumnMap = None,
    into: Into = None,
    older: Older = None,
    dates: Dates = None,
    holdout: Holdout = 0.25,
    draws: Draws = 200,
    purpose: For = "same-months",
    seed: Seed = 1,
    dry_run: DryRun = False,
    quiet: Quiet = False,
) -> None:
    """Make a scenario out of your own records: visits, waits and who served."""
    from servsim.cli.output import announce_compiling, say
    from servsim.errors import ServsimError
    from servsim.records.read import column_map, read_records
    from servsim.show.records import recognised_lines

    named = column_map(columns) if columns else None
    if dry_run:
        say(*recognised_lines(read_records(files, named, dates)))
        return
    if older is not None:
        if output is not None or into is not None:
            raise ServsimError("--since only says what has changed, and writes nothing; leave out --output and --into.")
        compare_with(older, files, columns=named, dates=dates, draws=draws, seed=seed)
        return
    if output is None:
        raise ServsimError("fit needs --output PATH.toml, where the scenario is to go; --dry-run shows what was read.")
    places = places_of(output, [*files, *([into] if into else []), *([columns] if columns else [])])
    from servsim.records.fit import fit as make

    announce_compiling(quiet)
    found = make(
        *files, columns=named, dates=dates, into=into, holdout=holdout, draws=draws, purpose=purpose, seed=seed,
        draws_name=places[1].name,
    )  # fmt: skip
    save(found, *places)
    show(found, *places, quiet)


def compare_with(older: Path, files: list[Path], **options: Any) -> None:
    """Say what newer records say otherwise than a scenario that was fitted before."""
    from servsim.cli.output import say
    from servsim.records.since import since
    from servsim.show.records import since_lines

    say(*since_lines(since(*files, scenario=older, **options)))


def places_of(output: Path, read: list[Path]) -> tuple[Path, Path, Path]:
    """Where scenario, draws and page go; ServsimError where one of them cannot be, or is a file that is read."""
    from servsim.files import SCENARIO, insist_ending, keep_in_mind, ready

    for file in read:
        keep_in_mind(file, SCENARIO)
    insist_ending(output, (".toml",), OUTPUT[0])
    places = output, output.with_suffix(".draws.csv"), output.with_name(f"{output.stem}-fit.html")
    for place in places:
        ready(place)
    return places


def save(found: "Fit", scenario: Path, draws: Path, page: Path) -> None:
    """Write draws, page and scenario, each whole or not at all, the scenario last: it is what names the draws."""
    from servsim.csv_files import save_table
    from servsim.files import write_whole
    from servsim.show.report.records_page import records_page

    html = records_page(found)
    write_whole(
        draws, lambda draft: save_table(draft, list(found.draws), zip(*found.draws_table.values(), strict=True))
    )
    write_whole(page, lambda draft: draft.write_text(html, encoding="utf-8"))
    write_whole(scenario, lambda draft: draft.write_text(found.text, encoding="utf-8"))


def show(found: "Fit", scenario: Path, draws: Path, page: Path, quiet: bool) -> None:
    """Say what was read, what is fitted, how it predicts, and where it is."""
    from servsim.cli.output import notice, say
    from servsim.show.records import fit_lines, recognised_lines

    say(*recognised_lines(found.records), "", *fit_lines(found))
    notice(f"Scenario: {scenario}; draws: {draws}; page: {page}", quiet)
