"""What a person can get wrong, said in one sentence each."""


class ServsimError(Exception):
    """A person's mistake: shown as a sentence, without a traceback, with exit code 2."""


class ScenarioError(ServsimError):
    """A scenario that cannot be used; one message for each mistake in it."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__("\n".join(messages))
        self.messages = messages
