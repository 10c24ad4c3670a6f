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

    from servsim.cli.output import notice, place_of
    from servsim.errors import ServsimError
    from servsim.files import write_whole

    folder = files("servsim") / "templates"
    known = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
    if template not in known:
        raise ServsimError(not_a_template(template, known))
    path = output or Path(f"{template}.toml")
    if lexists(path):
        raise ServsimError(f"{path} exists already; choose another name with --output.")
    text = with_places((folder / f"{template}.toml").read_text(encoding="utf-8"))
    write_whole(path, lambda draft: draft.write_text(text, encoding="utf-8"), is_new=True)
    notice(f"Wrote {place_of(path)}. Next: servsim check {path}, then servsim evaluate {path}")


def not_a_template(name: str, known: list[str]) -> str:
    """What a name that is none of the templates may have meant: a scenario that is here already, or a template."""
    from difflib import get_close_matches

    here = [path for path in (Path(name), Path(f"{name}.toml"), Path("scenarios", f"{name}.toml")) if path.is_file()]
    if here:
        return f"{name} is not a template, but {here[0]} is a scenario already: servsim check {here[0]}."
    near = [f" Did you mean {match}?" for match in get_close_matches(name, known, 1)]
    said = f"{name} is not a template; it must be one of {', '.join(known)}"
    return f"{said}.{near[0]}" if near else f"{said}: shop is a desk where people walk in, phone one that they call."


def with_places(text: str) -> str:
    """A template with comments at its end: where a business finds each number that stands in it."""
    import tomllib
    from textwrap import fill

    from servsim.scenario.tables.base import flat
    from servsim.scenario.where_to_find import is_found, where

    keys = dict.fromkeys(key.removeprefix("uncertain.") for key in flat(tomllib.loads(text)))
    lines = [fill(f"#   {key}: {where(key)}", 120, subsequent_indent="#     ") for key in keys if is_found(key)]
    return "\n".join(
        [text.rstrip("\n"), "", "# Where to find the numbers above (for all others: servsim schema):", *lines, ""]
    )
