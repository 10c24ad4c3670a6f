"""Jobs in the hands of workers: given out, collected as they are finished, given to others where somebody died."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from time import monotonic

from servsim.errors import ServsimError
from servsim.study.work.hands import Hands
from servsim.study.work.interruption import Interruption
from servsim.study.work.worlds import Job, Outcome, Worlds

DEATHS_AT_MOST = 3
"""How often workers may die in a row, nothing being finished meanwhile, before we ask for help."""
LAST_WAIT_SECONDS = 5.0
"""How long after Ctrl-C we wait for worlds that are nearly finished."""

Finish = Callable[[Sequence[Outcome]], None]
"""Told of worlds as soon as they are finished."""


class Crew:
    """The workers of a pool. hands: whoever they are, called together when they are needed first."""

    def __init__(self, worlds: Sequence[Worlds], call_together: Callable[[], Hands]) -> None:
        """Nobody has anything in hand."""
        self.worlds, self.call_together = worlds, call_together
        self.hands: Hands | None = None
        self.waiting: deque[Job] = deque()
        self.in_hand: dict[Future[Outcome], Job] = {}
        self.deaths = 0

    def work(self, jobs: Sequence[Job], customers: bool, finish: Finish, stop: Interruption) -> None:
        """Have jobs done; after Ctrl-C, what is nearly finished is waited for."""
        self.waiting, self.deaths = deque(jobs), 0
        try:
            while self.waiting or self.in_hand:
                self.hand_out(customers)
                self.collect(finish, stop, None)
        except KeyboardInterrupt:
            self.finish_what_is_begun(finish, stop)
            raise

    def hand_out(self, customers: bool) -> None:
        """Give workers what they can have at once."""
        while self.waiting and (self.hands is None or len(self.in_hand) < self.hands.ahead):
            self.hands = self.hands or self.call_together()
            job = self.waiting[0]
            try:
                future = self.hands.submit(self.worlds[job.scenario], job, customers)
            except self.hands.deaths:
                return self.replace([])
            self.in_hand[future] = self.waiting.popleft()
        return None

    def collect(self, finish: Finish, stop: Interruption, seconds: float | None) -> None:
        """Wait for what is finished first, and take it; jobs whose worker died go to another."""
        if not self.in_hand or self.hands is None:
            return
        with stop.heard():
            done, _ = wait(self.in_hand, seconds, FIRST_COMPLETED)
        outcomes, errors, lost = [], [], []
        for future in done:
            job = self.in_hand.pop(future)
            try:
                outcomes.append(future.result())
            except self.hands.deaths:
                lost.append(job)
            except Exception as error:
                errors.append(error)
        if outcomes:
            self.deaths = 0
            finish(outcomes)
        if errors:
            raise self.hands.said(errors[0])
        if lost:
            self.replace(lost)

    def replace(self, lost: list[Job]) -> None:
        """Give jobs whose worker died to others; where one death breaks the whole crew, call another crew."""
        assert self.hands is not None
        self.deaths += 1
        if self.deaths > DEATHS_AT_MOST:
            raise ServsimError("worker processes are killed again and again; run with --workers 1 to see why.")
        self.waiting.extendleft(reversed(lost))
        if not self.hands.outlive:
            self.waiting.extendleft(reversed(self.in_hand.values()))
            self.dismiss()

    def finish_what_is_begun(self, finish: Finish, stop: Interruption) -> None:
        """After Ctrl-C: drop what has not begun, wait a little for what has."""
        for future in list(self.in_hand):
            if future.cancel():
                del self.in_hand[future]
        until = monotonic() + LAST_WAIT_SECONDS
        while self.in_hand and (left := until - monotonic()) > 0:
            self.collect(finish, stop, left)

    def dismiss(self) -> None:
        """Send the workers home, at once where they still have something in hand."""
        if self.hands is not None:
            hands, self.hands = self.hands, None
            hands.dismiss(at_once=bool(self.in_hand))
            self.in_hand.clear()
