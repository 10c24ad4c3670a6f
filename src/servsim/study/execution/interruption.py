"""Ctrl-C heard at good moments."""

import signal
import sys
import threading
from _thread import interrupt_main
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType
from typing import Self

A_LITTLE_LATER_SECONDS = 0.1
SIGNALS = (signal.SIGINT, signal.SIGTERM)
SAME_SECONDS = 1.0
"""For how long one more Ctrl-C after another is taken for the same, so that what is finished can be told."""


class Impatience:
    """Hears what comes soon after an interruption as the same, and is Python's own handler from then on."""

    def __init__(self) -> None:
        """The interruption was now."""
        self.until = monotonic() + SAME_SECONDS

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """A signal."""
        if monotonic() > self.until:
            signal.default_int_handler(number, frame)


def is_usual(handler: object) -> bool:
    """Would a signal raise KeyboardInterrupt?"""
    return handler is signal.default_int_handler or isinstance(handler, Impatience)


class Interruption:
    """Turns Ctrl-C into KeyboardInterrupt inside `heard` alone, until then it is remembered; a second one at once.

    Only signals that would raise KeyboardInterrupt anyway are minded, and only where Python delivers them: in the main
    thread.
    """

    def __init__(self) -> None:
        """Nobody has pressed anything."""
        self.is_heard = self.is_pending = self.was_heard = False
        self.again: threading.Timer | None = None
        self.minded: list[signal.Signals] = []

    def __enter__(self) -> Self:
        """Mind signals."""
        if threading.current_thread() is threading.main_thread():
            self.minded = [number for number in SIGNALS if is_usual(signal.getsignal(number))]
        for number in self.minded:
            signal.signal(number, self.arrives)
        self.told_before, sys.unraisablehook = sys.unraisablehook, self.unraisable
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Leave signals to whoever minded them before; what was not heard yet is heard now."""
        sys.unraisablehook = self.told_before
        if self.again is not None:
            self.again.cancel()
        interrupted = self.is_pending or (kind is not None and issubclass(kind, KeyboardInterrupt))
        for number in self.minded:
            signal.signal(number, Impatience() if interrupted else signal.default_int_handler)
        if self.is_pending and kind is None:
            raise KeyboardInterrupt

    def arrives(self, number: int, frame: FrameType | None) -> None:
        """A signal: heard now, or later."""
        if self.is_heard or self.is_pending:
            self.is_pending = False
            self.was_heard = True
            raise KeyboardInterrupt
        self.is_pending = True

    def unraisable(self, lost: "sys.UnraisableHookArgs") -> None:
        """A KeyboardInterrupt where none can be raised, as in the compiler's calls from C, comes again soon."""
        if lost.exc_type is KeyboardInterrupt:
            self.again = threading.Timer(A_LITTLE_LATER_SECONDS, interrupt_main)
            self.again.start()
        else:
            self.told_before(lost)

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Signals are heard in here, those from before, too."""
        self.is_heard = True
        try:
            if self.is_pending:
                self.is_pending = False
                raise KeyboardInterrupt
            yield
        except Exception:
            if self.was_heard:  # something, such as the compiler, was torn apart by it
                raise KeyboardInterrupt from None
            raise
        finally:
            self.is_heard = False
