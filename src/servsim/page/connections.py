"""Connections of the page: closed where no question comes in time, for uvicorn waits for its beginning for ever."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS_TO_ASK = 10.0
"""How long a question may take to come, from its connection or from the answer before it; and then again its body."""


class Punctual(H11Protocol):
    """A connection that is closed when nothing is being answered for so long, whatever trickles in meanwhile."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        """Somebody is there."""
        super().connection_made(transport)
        self.since = self.loop.time()
        self.loop.call_later(SECONDS_TO_ASK, self.close_if_late)

    def on_response_complete(self) -> None:
        """An answer is told; the next question may come."""
        self.since = self.loop.time()
        super().on_response_complete()

    def close_if_late(self) -> None:
        """Close it, or look again later."""
        left = self.since + SECONDS_TO_ASK - self.loop.time()
        cycle: Any = self.cycle
        is_answered = cycle is None or cycle.response_complete
        if self not in self.connections:
            return
        if is_answered and left <= 0:
            self.transport.abort()  # who is late may not read, either: there is no waiting for what is not read yet
        else:
            self.loop.call_later(left if is_answered else SECONDS_TO_ASK, self.close_if_late)
