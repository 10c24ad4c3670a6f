"""`servsim --version`: which servsim this is."""

from typing import Annotated

import typer


def show(asked: bool) -> None:
    """Print the version and end, where it is asked for."""
    if asked:
        from importlib.metadata import version

        typer.echo(f"servsim {version('servsim')}")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=show, is_eager=True, help="Print the version and end.")]


def before_any_command(version: Version = False) -> None:
    """Take the options of servsim itself, which are none of a command's."""
