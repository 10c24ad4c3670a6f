"""The page's addresses, below the token: the page, what it is made of, what it asks, what it takes home."""

import asyncio
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from servsim.errors import ServsimError
from servsim.page import day_film as desk
from servsim.page import downloads
from servsim.page.access_control import BODY_AT_MOST, Guard, Refusal, too_large
from servsim.page.background_jobs import Answers, SupersededError, mistakes
from servsim.page.connections import SECONDS_TO_ASK
from servsim.page.preset_settings import preset_told
from servsim.page.presets import Preset
from servsim.page.question import Question, RefusedError, asked_of, preset_of, question_of
from servsim.show.film.html import film_script

KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
"""What the page is made of, by the ends of its files' names."""
FILM = "film.js"
"""The scripts of the film, which are show's."""
LEFT_SECONDS = 0.2
"""How often it is looked whether a browser is still there."""


class Page:
    """The application: which presets there are, and the questions that are being answered."""

    def __init__(self, presets: dict[str, Preset]) -> None:
        """The presets by their names, the one to begin with first."""
        self.presets = presets
        self.answers = Answers()

    def guarded(self, token: str, port: int) -> Guard:
        """The application behind its guard."""
        routes = [
            Route("/", self.static),
            Route("/static/{name}", self.static),
            Route("/presets", self.names),
            Route("/preset/{name}", self.preset),
            Route("/answer", self.answer, methods=["POST"]),
            Route("/desk", self.desk, methods=["POST"]),
            Route("/scenario", self.scenario, methods=["POST"]),
            Route("/table", self.table, methods=["POST"]),
            Route("/report", self.report, methods=["POST"]),
        ]
        handlers: dict[Any, Any] = {ServsimError: refused, HTTPException: nothing_there}
        return Guard(Starlette(routes=routes, exception_handlers=handlers), token, port)

    async def static(self, request: Request) -> Response:
        """The page itself, or a part of it."""
        name = request.path_params.get("name", "index.html")
        if name == FILM:
            return Response(film_script(), media_type=KINDS[".js"])
        found = {part.name: part for part in (files("servsim.page") / "static").iterdir()}
        if name not in found or not (kind := KINDS.get(name[name.rfind(".") :])):
            raise HTTPException(404)
        return Response(found[name].read_bytes(), media_type=kind)

    async def names(self, request: Request) -> Response:
        """The presets' names."""
        return JSONResponse(list(self.presets))

    async def preset(self, request: Request) -> Response:
        """A preset's settings and levers."""
        found = preset_of(request.path_params["name"], self.presets)
        return JSONResponse(await run_in_threadpool(preset_told, found))

    async def answer(self, request: Request) -> Response:
        """An answer in rounds, one line of JSON after the other; the tab's question before it is stopped."""
        body = await body_of(request)
        tab = asked_of(body).tab
        self.answers.stop(tab)
        question = await run_in_threadpool(self.question, body)
        return StreamingResponse(self.answers.lines(tab, question), media_type="application/x-ndjson")

    async def desk(self, request: Request) -> Response:
        """A day at the desk, today's and the new one."""
        day = request.query_params.get("day", "")
        number = int(day) if day.isascii() and day.isdecimal() and len(day) < 6 else None
        return JSONResponse(await self.worked_out(request, lambda question, _: desk.films(question, number)))

    async def scenario(self, request: Request) -> Response:
        """The new scenario as a file."""
        text = await self.worked_out(request, lambda question, _: downloads.scenario_file(question))
        return attached(text, "scenario.toml", "application/toml")

    async def table(self, request: Request) -> Response:
        """Every replication of the curve."""
        return attached(await self.worked_out(request, downloads.table), "levels.csv", "text/csv")

    async def report(self, request: Request) -> Response:
        """The report on the curve."""
        return attached(await self.worked_out(request, downloads.report), "report.html", "text/html")

    async def worked_out(self, request: Request, work: Callable[..., Any]) -> Any:
        """What comes of some work on a question, unless the browser leaves before it is done."""
        body = await body_of(request)
        tab = f"{asked_of(body).tab} {request.url.path}"
        stop = self.answers.begin(tab)

        async def watch() -> None:
            while not await request.is_disconnected():
                await asyncio.sleep(LEFT_SECONDS)
            stop.set()

        watcher = asyncio.create_task(watch())
        try:
            return await run_in_threadpool(lambda: work(self.question(body), self.answers.execution(stop)))
        except SupersededError:
            raise RefusedError([("", "Nobody waits for this any more.")]) from None
        finally:
            watcher.cancel()
            self.answers.end(tab, stop)

    def question(self, body: bytes) -> Question:
        """The question that a page has sent."""
        return question_of(asked_of(body), self.presets)


async def body_of(request: Request) -> bytes:
    """What was sent; HTTPException where it is too much, of which nothing is kept, or takes too long."""
    found = b""
    try:
        async with asyncio.timeout(SECONDS_TO_ASK):
            async for part in request.stream():
                found += part
                if len(found) > BODY_AT_MOST:
                    raise HTTPException(413, too_large("more"))
    except TimeoutError:
        raise HTTPException(408, f"A question must come within {SECONDS_TO_ASK:.0f} seconds.") from None
    return found


def attached(text: str, name: str, kind: str) -> Response:
    """A text to be saved under a name."""
    return Response(text, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


async def refused(request: Request, error: Exception) -> Response:
    """What is wrong with a question: an answer like any other, so that no browser calls it an error of the page."""
    assert isinstance(error, ServsimError)
    return JSONResponse(mistakes(error))


async def nothing_there(request: Request, error: Exception) -> Response:
    """What is said where there is nothing."""
    assert isinstance(error, HTTPException)
    if error.status_code in (408, 413):
        return Refusal(error.detail, error.status_code)
    return PlainTextResponse("There is nothing at this address of the page.\n", error.status_code)
