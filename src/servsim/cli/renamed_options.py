"""Options that had another name once: who types that is told the new one."""

from typing import Any

from typer.core import TyperCommand

from servsim.errors import ServsimError

RENAMED = {
    "--out": "--output",
    "--events": "--output",
    "--figure": "--metric",
    "--worlds": "--replications-per-point",
}
"""What options are called now that had another name once."""


class Command(TyperCommand):
    """A command that knows what its options were called before."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What was typed, read; ServsimError with the new name where an old one was typed."""
        try:
            return super().parse_args(ctx, args)
        except Exception as error:  # typer has no public name for what it raises where an option is unknown
            typed = getattr(error, "option_name", "")
            now, known = RENAMED.get(typed), {name for own in self.params for name in own.opts}
            if now is None or now not in known or typed in known:
                raise
            raise ServsimError(f"{typed} is now called {now}.") from None
