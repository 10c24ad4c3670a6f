"""Text as a terminal may print it: signs that would steer it are written out, and lines end between words."""

import os
import re
from typing import TextIO

STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, among them those that begin escape sequences; breaks of lines; what turns the way of reading."""


def visible(text: str, allowed: str = "") -> str:
    """A text with \\x1b in the place of an escape character, and so on; allowed: signs that may stay."""
    return STEERING.sub(lambda found: found[0] if found[0] in allowed else written_out(found[0]), text)


def written_out(sign: str) -> str:
    """A sign as Python writes it."""
    return f"\\x{ord(sign):02x}" if ord(sign) < 256 else f"\\u{ord(sign):04x}"


def folded(text: str, stream: TextIO) -> str:
    """A text whose lines end between words where they would be wider than the terminal; as it is for any other reader.

    What has no blanks in it, such as a path, is not folded.
    """
    if not stream.isatty():
        return text
    from textwrap import fill

    try:
        width = max(20, os.get_terminal_size(stream.fileno()).columns)
    except (OSError, ValueError):  # a terminal that does not tell
        return text
    lines = (fill(line, width, break_long_words=False, break_on_hyphens=False) for line in text.split("\n"))
    return "\n".join(lines)
