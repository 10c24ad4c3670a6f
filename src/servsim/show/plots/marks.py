"""Marks that mean the same in every plot: the best, today's, and all others."""

from typing import Any

from servsim.show.plots.style import BLUE, FAINT, INK, VERMILLION, large, thick


def best_mark() -> dict[str, Any]:
    """A star."""
    return {"marker": "*", "color": VERMILLION, "markeredgecolor": INK, "markersize": large(2.2), "linestyle": "",
            "markeredgewidth": 0.1 * large(1), "zorder": 5}  # fmt: skip


def today_mark() -> dict[str, Any]:
    """A diamond."""
    return {"marker": "D", "color": INK, "markerfacecolor": "white", "markersize": large(1.2), "linestyle": "",
            "zorder": 4}  # fmt: skip


def today_line() -> dict[str, Any]:
    """Where today is, all over a plot."""
    return {"color": FAINT, "linestyle": "--", "linewidth": thick(0.6)}


def plain_mark(filled: bool) -> dict[str, Any]:
    """A dot, filled or not."""
    return {"marker": "o", "color": BLUE, "markerfacecolor": BLUE if filled else "white", "linestyle": "", "zorder": 3}


def breaking_mark() -> dict[str, Any]:
    """A cross: this is not allowed."""
    return {"marker": "X", "color": FAINT, "markersize": large(1.4), "linestyle": "", "zorder": 3}
