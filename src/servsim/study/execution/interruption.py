"""Ctrl-C heard at good moments."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Turns Ctrl-C into KeyboardInterrupt inside `heard` alone, until then it is remembered; a second one at once.

    Only signals that would raise KeyboardInterrupt anyway are minded, and only where Python delivers them: in the main
    thread.
    """

    def __init__(self) -> None:
        """Nobody has pressed anything."""
        self.is_heard = self.is_pending = self.was_raised = False
        self.minded: list[signal.Signals] = []

    def __enter__(self) -> Self:
        """Mind signals."""
        if threading.current_thread() is threading.main_thread():
            self.minded = [number for number in SIGNALS if signal.getsignal(number) is signal.default_int_handler]
        for number in self.minded:
            signal.signal(number, self.arrives)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Leave signals to whoever minded them before; what was not heard yet is heard now."""
        for number in self.minded:
            signal.signal(number, signal.default_int_handler)
        if self.is_pending and kind is None:
            raise KeyboardInterrupt

    def arrives(self, number: int, frame: FrameType | None) -> None:
        """A signal: heard now, or later."""
        if self.is_heard or self.is_pending:
            self.is_pending, self.was_raised = False, True
            raise KeyboardInterrupt
        self.is_pending = True

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Signals are heard in here, those from before, too; even if what they raise is lost in numba's callbacks."""
        self.is_heard, self.was_raised = True, False
        told, sys.unraisablehook = sys.unraisablehook, unless_interrupted(sys.unraisablehook)
        try:
            if self.is_pending:
                self.is_pending = False
                raise KeyboardInterrupt
            yield
        except Exception:
            if not self.was_raised:
                raise
        finally:
            self.is_heard, sys.unraisablehook = False, told
        if self.was_raised:
            raise KeyboardInterrupt


def unless_interrupted(told: Callable[[Any], object]) -> Callable[[Any], object]:
    """What tells of exceptions that are lost, but not of KeyboardInterrupt, which is not lost here."""
    return lambda lost: None if lost.exc_type is KeyboardInterrupt else told(lost)
