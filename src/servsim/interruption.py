"""Ctrl-C, and the system's request to end (SIGTERM): at once while nothing is in hand, then as KeyboardInterrupt."""

import os
import signal
from types import FrameType

NOTHING_YET = b"Interrupted: nothing has been simulated yet.\n"


def end_at_once() -> None:
    """While libraries are loaded and files are read, end with a sentence: what would be torn apart there has no words.

    Signals that somebody else minds, or has told us to ignore, are left to them.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, ended)
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, ended)


def ended(number: int, frame: FrameType | None) -> None:
    """Say so, and end without tidying up: there is nothing to tidy."""
    try:
        os.write(2, NOTHING_YET)
    finally:
        os._exit(130)


def tidy_first() -> None:
    """From now on there is something in hand that must be put in order first: a store, a file half written."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is ended:
            signal.signal(number, signal.default_int_handler)


def hear_no_more() -> None:
    """The command is over."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
