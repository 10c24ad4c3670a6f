"""What a person can get wrong, said in one sentence each."""


class ServsimError(Exception):
    """A person's mistake: shown as a sentence, without a traceback, with exit code 2."""


class ScenarioError(ServsimError):
    """A scenario that cannot be used; one message for each mistake in it."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__("\n".join(messages))
        self.messages = messages


def needs_extra(what: str, package: str, extra: str) -> ServsimError:
    """What a person asked for needs a package that is not installed."""
    return ServsimError(f"{what} needs {package}; install it with pip install '.[{extra}]' in servsim's folder.")
