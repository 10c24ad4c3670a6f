"""What a person can get wrong, said in one sentence each."""

from numbers import Integral

from servsim.visible_text import visible


class ServsimError(Exception):
    """A person's mistake: shown as a sentence, without a traceback, with exit code 2.

    What it quotes of files and of the command line cannot steer the terminal that shows it.
    """

    def __init__(self, message: str) -> None:
        super().__init__(visible(message, allowed="\n"))


class ScenarioError(ServsimError):
    """A scenario that cannot be used; one message for each mistake in it."""

    def __init__(self, messages: list[str]) -> None:
        self.messages = [visible(message) for message in messages]
        super().__init__("\n".join(self.messages))


def insist_whole(name: str, value: object, least: int, most: int | None = None) -> None:
    """ServsimError where something is no whole number, or below the least, or above the most."""
    is_whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not is_whole or value < least or (most is not None and value > most):  # type: ignore[operator]
        ends = f"of at least {least}" if most is None else f"between {least:,} and {most:,}"
        raise ServsimError(f"{name} is {value!r}; it must be a whole number {ends}.")


def needs_extra(what: str, package: str, extra: str) -> ServsimError:
    """What a person asked for needs a package that is not installed."""
    return ServsimError(f"{what} needs {package}; install it with pip install '.[{extra}]' in servsim's folder.")
