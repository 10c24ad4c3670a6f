"""Colleagues: what they ask of the desk, and how neglected they are."""

from heapq import heappush

from servsim.event_codes import Happening
from servsim.model.reference.state import Agent, Request, Story
from servsim.model.reference.word_of_mouth import Telling
from servsim.model.rules import internal_requests as internal


class Colleagues(Telling):
    """Colleagues: what they ask of the desk, and how neglected they are."""

    def colleagues(self) -> Story:
        """Day after day, colleagues ask for something."""
        return self.arrivals(
            lambda day, number, reached: internal.request(self.sheet, day, number, reached),
            lambda day, number: self.asks(Request(int(internal.request_key(day, number)), self.now)),
        )

    def asks(self, request: Request) -> None:
        """A colleague asks the desk for something, and waits as long as it takes."""
        self.note(Happening.ASKED, request.key)
        heappush(self.requests, ((request.joined, request.key), request))

    def helps(self, agent: Agent, request: Request) -> None:
        """An agent begins to work on a colleague's request."""
        waited = int(internal.waited(self.sheet, request.joined, self.now))
        self.note(Happening.HELPING, request.key, agent.number, waited)
        self.usual_neglect = float(internal.used_to(self.sheet, self.usual_neglect, waited))
        work = internal.request_work(self.sheet, request.key)
        ends = self.work_ends(agent, work)
        self.clock.process(self.off_the_desk(agent, ends, request.key, Happening.HELPED, work))

    def neglected(self) -> float:
        """How neglected colleagues are."""
        oldest = internal.waited(self.sheet, self.requests[0][1].joined, self.now) if self.requests else 0
        return float(internal.neglect(self.sheet, self.usual_neglect, oldest))
