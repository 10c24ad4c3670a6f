"""`servsim page`: the page to play with, served by this machine."""

from pathlib import Path
from typing import Annotated

import typer

from servsim.cli.shared_options import Quiet, within

EXTRA = ("starlette", "uvicorn", "tomli_w")
"""What the page needs beside what every command does."""

File = Annotated[
    Path | None,
    typer.Argument(help="Scenario file (TOML) to begin with; default: one of servsim's own.", show_default=False),
]
Port = Annotated[int, typer.Option(callback=within(0, 65535), help="Port on this machine; 0: any that is free.")]
NoOpen = Annotated[bool, typer.Option("--no-open", help="Do not open a browser; print the address only.")]


def page(file: File = None, port: Port = 0, no_open: NoOpen = False, quiet: Quiet = False) -> None:
    """Serve a page to play with on this machine: move settings, see the advice change. Ctrl-C ends it."""
    from contextlib import nullcontext, suppress

    from servsim.cli.output import announce_compiling, notice, say
    from servsim.errors import ServsimError, needs_extra
    from servsim.interruption import tidy_first
    from servsim.scenario.read import is_standard_input

    try:
        from servsim.page.browser import in_browser
        from servsim.page.server import Served
    except ImportError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in EXTRA:
            raise
        raise needs_extra("page", missing, "page") from None
    if file is not None and is_standard_input(file):
        raise ServsimError(
            f"page {file}: it must be a file, which the page reads whenever it is asked; save it as one."
        )
    tidy_first()
    served = Served(file, port)
    announce_compiling(quiet)
    say(served.address)
    notice("Only this machine can open it, and only by this address. Ctrl-C ends it.", quiet)
    with nullcontext() if no_open else in_browser(served.address), suppress(KeyboardInterrupt):
        served.run()
