"""`servsim init`: a scenario file to begin with, from a template."""

from pathlib import Path
from typing import Annotated

import typer

from servsim.cli.shared_options import OUTPUT

Template = Annotated[str, typer.Argument(help="shop, phone or textbook.")]
Output = Annotated[Path | None, typer.Option(*OUTPUT, metavar="PATH", help="Where to; default: TEMPLATE.toml here.")]


def init(template: Template = "shop", output: Output = None) -> None:
    """Write a commented scenario to start from."""
    from importlib.resources import files
    from os.path import lexists

    from servsim.cli.output import notice
    from servsim.errors import ServsimError
    from servsim.files import write_whole

    folder = files("servsim") / "templates"
    known = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
    if template not in known:
        raise ServsimError(f"{template} is not a template; it must be one of {', '.join(known)}.")
    path = output or Path(f"{template}.toml")
    if lexists(path):
        raise ServsimError(f"{path} exists already; choose another name with --output.")
    text = (folder / f"{template}.toml").read_bytes()
    write_whole(path, lambda draft: draft.write_bytes(text), is_new=True)
    notice(f"Wrote {path}. Next: servsim check {path}, then servsim evaluate {path}")
