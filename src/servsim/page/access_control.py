"""Who may talk to the page: only who knows its address, on this machine, from the page itself, and briefly.

The token in the address keeps out other programs' guesses; the host header, pages that have their own name point here;
the origin, pages of others that send us questions; the limit, bodies that nobody could have meant.
"""

import asyncio
import secrets
from contextlib import suppress
from urllib.parse import unquote

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = "127.0.0.1"
"""Where a machine talks to itself."""
BODY_AT_MOST = 64_000
"""Bytes of a question at most."""
SECONDS_TO_READ = 0.1
"""How long a connection stays open after a refusal: closing it on who still sends could cost them our sentence."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
"""What a browser is told about every answer: nothing from elsewhere, nothing to elsewhere, nothing kept."""


class Guard:
    """Refuses, with a sentence, what is not a request of the page; all else goes on to the application."""

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        """Addresses begin with the token; the page is at this port of the loopback."""
        self.app, self.token = app, token
        self.hosts = (f"{LOOPBACK}:{port}", f"localhost:{port}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        sender = with_headers(send)
        refusal = self.refusal(scope, Headers(scope=scope))
        if refusal:
            status, sentence = refusal
            await Refusal(sentence, status)(scope, receive, sender)
            return
        with suppress(ClientDisconnect, asyncio.CancelledError):  # who asks has left, or we are leaving
            await self.app({**scope, "root_path": f"/{self.token}"}, receive, sender)

    def refusal(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        """Why a request is refused: a status and a sentence; None where it is not."""
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts:
            return 403, f"This page is at {self.hosts[0]} and answers to no other name."
        if any(origin.lower() != f"http://{hosts[0].lower()}" for origin in origins):
            return 403, "This page answers only to itself, not to pages of others."
        first = unquote(scope["path"]).split("/")[1] if scope["path"].startswith("/") else ""
        if not secrets.compare_digest(first.encode(), self.token.encode()):
            return 403, "The address lacks its token: open the address that `servsim page` has printed, all of it."
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return 405, "This page is asked by GET and POST alone."
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > BODY_AT_MOST:
            return 413, too_large(length)
        return None


class Refusal(PlainTextResponse):
    """A sentence, after which nothing more is read and the connection is closed."""

    def __init__(self, sentence: str, status: int) -> None:
        """The sentence and its status."""
        super().__init__(f"{sentence}\n", status, {"Connection": "close"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say it, and wait a little."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        await asyncio.sleep(SECONDS_TO_READ)
        await send({"type": "http.response.body", "body": b""})


def too_large(length: str) -> str:
    """What is said of a question that is too long."""
    return f"A question may have {BODY_AT_MOST:,} bytes at most; this one has {length[:20]}."


def with_headers(send: Send) -> Send:
    """Answers with our headers."""

    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
            message = {**message, "headers": [*message.get("headers", []), *own]}
        await send(message)

    return sender
