"""`servsim results`: what the store holds: list, show, export, merge, forget."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servsim.cli.renamed_options import Command
from servsim.cli.shared_options import OUTPUT, Json, Store, within

if TYPE_CHECKING:
    from servsim.study.store.catalogue import Question
    from servsim.study.store.database import Storage

results = typer.Typer(
    no_args_is_help=True, help="Finished replications that are kept: list, show, export, merge, forget them."
)

Key = Annotated[str, typer.Argument(help="Beginning of a key that list shows, or of a scenario's digest.")]
Keys = Annotated[list[str] | None, typer.Argument(help="Beginnings of keys or digests.", show_default=False)]
Output = Annotated[
    Path | None,
    typer.Option(*OUTPUT, metavar="PATH", help="Where the rows go: .csv or .parquet.", show_default=False),
]
Bare = Annotated[Path | None, typer.Argument(hidden=True)]
One = Annotated[
    str | None,
    typer.Option(
        "--question", metavar="KEY", help="Only what this key of list is of; default: all.", show_default=False
    ),
]
Last = Annotated[int, typer.Option(callback=within(1), help="How many lines, the latest first; JSON has all.")]
Scenarios = Annotated[bool, typer.Option("--all", help="A line for every scenario that was simulated.")]
All = Annotated[bool, typer.Option("--all", help="Forget everything.")]
Before = Annotated[
    str | None,
    typer.Option(
        metavar="DATE", help="Forget what was last kept before this day, e.g. 2026-01-31.", show_default=False
    ),
]
Old = Annotated[bool, typer.Option("--old", help="Forget what other versions of the model have answered.")]
Parts = Annotated[list[Path], typer.Argument(metavar="PART...", help="Other stores; they are left as they are.")]


def place(store: Path | None) -> Path:
    """The store that is named, or the person's own."""
    from servsim.study.store.store import usual_place

    return store or usual_place()


@results.command(name="list")
def list_(store: Store = None, last: Last = 20, everything: Scenarios = False, as_json: Json = False) -> None:
    """What was asked, the latest first: a line for each command, or for each scenario it simulated."""
    from servsim.cli.output import print_json, say
    from servsim.show.store_tables import heading, inquiries_table, list_table, old_words
    from servsim.study.store.catalogue import opened, questions
    from servsim.study.store.inquiries import inquiries

    with opened(place(store)) as storage:
        asked, told, size = questions(storage)[::-1], inquiries(storage)[::-1], storage.size()
        if as_json:
            by = [inquiry.to_dict(asked) for inquiry in told]
            questions_told = [each.to_dict() for each in asked]
            return print_json({"store": str(storage.path), "size": size, "inquiries": by, "questions": questions_told})
        head = heading(asked, storage.path, size)
        table = list_table(asked, head, last) if everything else inquiries_table(told, asked, head, last)
        return say(table, *old_words(asked))


@results.command()
def show(key: Key, store: Store = None, as_json: Json = False) -> None:
    """What a key of list is of: the scenarios of a command; of one, its metrics and settings that are not defaults."""
    from servsim.cli.output import print_json, say
    from servsim.show.store_tables import heading, list_table, question_parts
    from servsim.study.scenario_identity import own_settings
    from servsim.study.store.catalogue import opened, questions_of, run_of

    with opened(place(store)) as storage:
        several = questions_of(storage, key)[::-1]
        if len(several) > 1:
            told = [each.to_dict() for each in several]
            head = heading(several, storage.path, sum(each.size for each in several))
            return print_json({"questions": told}) if as_json else say(list_table(several, head, len(several)))
        asked = several[0]
        run = run_of(storage, asked)
    if as_json:
        found = run.to_dict()
        metrics = {name: found[name] for name in ("confidence", "metrics", "segments")}
        return print_json({**asked.to_dict(), "settings": own_settings(asked.settings), **metrics})
    return say(*question_parts(asked, run))


@results.command(cls=Command)
def export(bare: Bare = None, output: Output = None, one: One = None, store: Store = None) -> None:
    """Every kept replication and metric as tidy rows, in a CSV or Parquet file."""
    from servsim.cli.output import notice
    from servsim.files import insist_ending, write_whole
    from servsim.show.formatting import many
    from servsim.study.store import export_and_merge as exporting
    from servsim.study.store.catalogue import opened, questions, questions_of

    path = told_where(bare, output)
    insist_ending(path, exporting.FORMATS)
    with opened(place(store)) as storage:
        asked = questions_of(storage, one) if one else questions(storage)
        write_whole(path, lambda draft: exporting.export(storage, asked, draft, path.suffix))
    notice(f"Rows: {path}, of {many(sum(each.replications for each in asked), 'replication')}")


def told_where(bare: Path | None, output: Path | None) -> Path:
    """The file that --output names; ServsimError where it names none, or a file is named without it, as it once was."""
    from servsim.errors import ServsimError

    if bare is not None:
        raise ServsimError(f"results export {bare}: where the rows go is said with --output {bare}.")
    if output is None:
        raise ServsimError("results export needs --output PATH, where the rows are to go: .csv or .parquet.")
    return output


@results.command()
def merge(parts: Parts, store: Store = None) -> None:
    """Copy the replications of other stores, such as those of --shard, into this one."""
    from servsim.cli.output import say
    from servsim.interruption import tidy_first
    from servsim.show.store_tables import many
    from servsim.study.store.catalogue import opened
    from servsim.study.store.export_and_merge import merge as copy

    tidy_first()
    with opened(place(store), "make") as storage:
        for part in parts:
            found = copy(storage, part)
            what = f"{many(found.replications, 'replication')} of {many(found.questions, 'question')}"
            say(f"{part}: {what}, {found.new:,} of them new.")


@results.command()
def forget(
    keys: Keys = None, everything: All = False, old: Old = False, before: Before = None, store: Store = None
) -> None:
    """Take questions and their replications out of the store, and give back the space."""
    from servsim.cli.output import say
    from servsim.interruption import tidy_first
    from servsim.show.store_tables import bytes_in_words, many
    from servsim.study.store.catalogue import forget as take_out
    from servsim.study.store.catalogue import opened

    tidy_first()
    with opened(place(store)) as storage:
        asked = chosen(storage, keys or [], everything, old, before)
        freed = take_out(storage, asked)
    gone = f"{many(len(asked), 'question')} with {many(sum(each.replications for each in asked), 'replication')}"
    say(f"Forgotten: {gone}; the store is {bytes_in_words(max(0, freed))} smaller.")


def chosen(storage: "Storage", keys: list[str], everything: bool, old: bool, before: str | None) -> "list[Question]":
    """The questions to forget; ServsimError unless they are named in one way."""
    from servsim.errors import ServsimError
    from servsim.study.store.catalogue import questions, questions_of

    if bool(keys) + everything + old + (before is not None) != 1:
        raise ServsimError("forget needs one of KEY..., --all, --old, or --before DATE.")
    if keys:
        return list({asked.number: asked for key in keys for asked in questions_of(storage, key)}.values())
    day = day_of(before)
    return [asked for asked in questions(storage) if everything or (asked.is_old if old else asked.last[:10] < day)]


def day_of(before: str | None) -> str:
    """The day that --before names; ServsimError where it is none."""
    from datetime import date

    from servsim.errors import ServsimError

    try:
        return date.fromisoformat(before).isoformat() if before is not None else ""
    except ValueError:
        raise ServsimError(f"--before {before}: it must be a day, such as 2026-01-31.") from None
