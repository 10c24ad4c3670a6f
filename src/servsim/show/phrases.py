"""Words put together as sentences have them."""

from collections.abc import Sequence


def listed(words: Sequence[str]) -> str:
    """Words as a list within a sentence: a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def capital(text: str) -> str:
    """Text with its first letter as at the beginning of a sentence."""
    return text[:1].upper() + text[1:]
