"""The page, served to this machine alone until Ctrl-C."""

import os
import secrets
import socket
import threading
from contextlib import suppress
from pathlib import Path

import uvicorn

from servsim.errors import ServsimError
from servsim.page.access_control import LOOPBACK
from servsim.page.background_jobs import Answers
from servsim.page.connections import Punctual
from servsim.page.presets import presets
from servsim.page.question import Asked, question_of
from servsim.page.routes import Page
from servsim.study.run import run

SECONDS_TO_LEAVE = 2
"""How long after Ctrl-C we wait for answers that are being sent."""
CONNECTIONS = 200
"""How many there may be at once; a browser has a few for each page."""


class Server(uvicorn.Server):
    """Uvicorn's, which before it waits for answers that are being sent sees to it that they come to their end."""

    def __init__(self, config: uvicorn.Config, answers: Answers) -> None:
        """A server of the page that gives these answers."""
        super().__init__(config)
        self.answers = answers

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Leave the questions that are being answered, and end."""
        self.answers.stop_all()
        await super().shutdown(sockets)


class Served:
    """A page at a port of the loopback: `address` is what to open, `run` serves it until `stop`."""

    def __init__(self, file: Path | None = None, port: int = 0) -> None:
        """Take the port, a free one for 0; ServsimError where it is taken, or a file is not a scenario."""
        self.page = Page(presets(file))
        self.socket = listening(port)
        self.port = self.socket.getsockname()[1]
        token = secrets.token_urlsafe(16)
        self.address = f"http://{LOOPBACK}:{self.port}/{token}/"
        self.server = Server(uvicorn.Config(
            self.page.guarded(token, self.port), log_level="warning", access_log=False, lifespan="off", ws="none",
            server_header=False, timeout_graceful_shutdown=SECONDS_TO_LEAVE, http=Punctual,
            limit_concurrency=CONNECTIONS,
        ), self.page.answers)  # fmt: skip

    def run(self) -> None:
        """Serve until Ctrl-C."""
        threading.Thread(target=self.warm_up, daemon=True).start()
        self.server.run([self.socket])

    def stop(self) -> None:
        """Serve no more."""
        self.server.should_exit = True

    def warm_up(self) -> None:
        """Simulate a replication of the first preset, so that everything is loaded, and compiled, when it is asked
        for.
        """
        first = next(iter(self.page.presets))
        with suppress(ServsimError):  # the page says what is wrong
            question = question_of(Asked(tab="warm up", preset=first), self.page.presets)
            run(question.today, replications=2, execution=self.page.answers.execution(threading.Event()))


def listening(port: int) -> socket.socket:
    """A socket at a port of the loopback; ServsimError where that cannot be had."""
    found = socket.socket()
    if os.name != "nt":  # where it means something else: two programs at one port
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((LOOPBACK, port))
        found.listen()  # whoever opens the address before the server is ready waits, and is not turned away
    except OSError as error:
        found.close()
        raise ServsimError(
            f"--port {port}: it cannot be had ({error.strerror}); leave --port out for a free one."
        ) from None
    return found
