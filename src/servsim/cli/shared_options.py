"""Options that several commands share."""

import math
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from inspect import Parameter, signature
from pathlib import Path
from typing import Annotated, Any

import typer


def number_or_words(typed: str) -> float | str:
    """What was typed as the number that it is, or as it is."""
    try:
        number = float(typed)
    except ValueError:
        return typed
    return number if math.isfinite(number) else typed


def refuse_both_piped(file: Path, other: Path | None) -> None:
    """ServsimError where two scenarios are both to be read from standard input, which gives one."""
    from servsim.errors import ServsimError
    from servsim.scenario.read import is_standard_input

    if other is not None and is_standard_input(file) and is_standard_input(other):
        raise ServsimError(f"{file} {other}: standard input is one scenario; name a file for the other.")


def within(least: int, most: int | None = None) -> Callable[[typer.CallbackParam, int | None], int | None]:
    """What insists that an option is a whole number of at least so many, and at most; ServsimError with what it is."""

    def insisted(option: typer.CallbackParam, typed: int | None) -> int | None:
        from servsim.errors import insist_whole

        if typed is not None:
            insist_whole(option.opts[0], typed, least, most)
        return typed

    return insisted


class EngineName(StrEnum):
    """Which telling of the story: the compiled loop, or the SimPy reference."""

    fast = "fast"
    reference = "reference"


OUTPUT = ("--output", "-o")
"""What the option is called that says where the file goes that a command writes."""

File = Annotated[Path, typer.Argument(help="Scenario file (TOML); - for standard input.", show_default=False)]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override a setting, e.g. staff.agents=3. Repeatable."),
]
To = Annotated[
    list[str] | None,
    typer.Option("--to", metavar="KEY=VALUE", help="What differs in B, e.g. staff.agents=3. Repeatable."),
]
Replications = Annotated[
    int | None, typer.Option(callback=within(2), help="Simulated replications; default: as the scenario says.")
]
Day = Annotated[
    int | None, typer.Option(callback=within(0), help="A day at the desk by number; 0 is the first Monday.")
]
Replication = Annotated[int, typer.Option(callback=within(0, 2**31), help="Which of the seed's replications, from 0.")]
Difference = Annotated[
    str | None,
    typer.Option(
        "--smallest-difference", metavar="NUMBER",
        help="Difference of the objective too small to care about, also as '1 % of revenue'.",
    ),
]  # fmt: skip
Seed = Annotated[
    int,
    typer.Option(callback=within(0, 2**63 - 1), help="Which replications: the same seed, the same replications."),
]
Engine = Annotated[EngineName, typer.Option(help="The compiled loop, or the SimPy reference (slow, same answers).")]
Workers = Annotated[
    int | None, typer.Option(callback=within(1, 1024), help="Replications at once; default: one for each core.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Csv = Annotated[
    Path | None, typer.Option("--csv", metavar="PATH", help="Also write every replication's metrics as CSV.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress, no warnings.")]
Names = Annotated[bool, typer.Option("--names", help="Show metrics by their names, as --json and options have them.")]
Dask = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS", help="Use the workers of this Dask scheduler, e.g. tcp://10.0.0.5:8786.", show_default=False
    ),
]
Store = Annotated[
    Path | None,
    typer.Option(
        "--store",
        metavar="PATH",
        help="Where finished replications are kept; default: a file of yours.",
        show_default=False,
    ),
]
NoStore = Annotated[bool, typer.Option("--no-store", help="Neither look up finished replications nor keep them.")]
Shard = Annotated[
    str | None,
    typer.Option(
        metavar="I/N", help="Only simulate part I of N into --store, e.g. 3/10; show nothing.", show_default=False
    ),
]


def reads(*scenarios: Path | None, store: Path | None = None) -> None:
    """What a command is going to read and to keep: nothing that it writes may go there."""
    from servsim.files import SCENARIO, STORE, keep_in_mind
    from servsim.study.store.database import usual_place

    for file in scenarios:
        keep_in_mind(file, SCENARIO)
    keep_in_mind(store or usual_place(), STORE)


SIMULATING = {
    "engine": (Engine, EngineName.fast),
    "workers": (Workers, None),
    "dask": (Dask, None),
    "store": (Store, None),
    "no_store": (NoStore, False),
}
"""Options of every command that simulates, and their defaults."""

How = dict[str, Any]
"""What was said by these options."""
NOTHING_SAID: How = {name: default for name, (_, default) in SIMULATING.items()}


def asker(command: str, given: dict[str, Any]) -> tuple[str, str]:
    """A command, with the kind of plot where it draws one, and the files it names."""
    from servsim.scenario.read import called

    files = [called(given[name]) for name in ("file", "other") if given.get(name) is not None]
    return " ".join([command, *([given["kind"]] if given.get("kind") else [])]), " ".join(files)


def simulates(command: Callable[..., None]) -> Callable[..., None]:
    """A command with the options of all that simulate in the place of its parameter `how`, which gets them together."""

    @wraps(command)
    def called(*own: Any, **given: Any) -> None:
        from servsim.cli.output import insist_csv
        from servsim.files import ready

        insist_csv(given.get("csv"))
        reads(given.get("file"), given.get("other"), store=given.get("store"))
        for name in ("csv", "output", "picture"):
            ready(given.get(name))
        how = {name: given.pop(name, default) for name, (_, default) in SIMULATING.items()}
        command(*own, **given, how=how | {"asker": asker(command.__name__, given)})

    shared = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in SIMULATING.items()
    ]
    found: list[Parameter] = []
    for parameter in signature(command).parameters.values():
        found += shared if parameter.name == "how" else [parameter.replace(kind=Parameter.KEYWORD_ONLY)]
    called.__signature__ = signature(command).replace(parameters=found)  # type: ignore[attr-defined]
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in found}
    return called
