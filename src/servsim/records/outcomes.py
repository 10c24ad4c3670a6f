"""What became of each visit: by its label in several languages, by a flag, or by whether service began."""

import re

import numpy as np

from servsim.records.columns import LEAST_ROWS_OF_A_LABEL
from servsim.records.roles import Roles, plain
from servsim.records.values import Values

UNKNOWN, SERVED, GAVE_UP, OTHER = range(4)
SERVED_WORDS = re.compile(
    r"^(agent|answer|served|complete|handled|done|ok|closed|resolved|success|atendid|contestad|beantwort|bedient|"
    r"erledigt|angenommen|servi|repondu|discharged)"
)
GAVE_UP_WORDS = re.compile(
    r"^(hang|hung|aband|gave up|reneg|lost|missed|no answer|unanswered|not answered|left|lwbs|unserved|aufgelegt|"
    r"verloren|perdid|no atendid|rang off)"
)
YES = frozenset(("y", "yes", "true", "1", "t", "si", "ja", "oui"))
NO = frozenset(("n", "no", "false", "0", "f", "nein", "non"))
OF_GIVING_UP = re.compile(r"aband|reneg|gave up|lost|hung|unserved")
"""Names of flags that say yes where somebody gave up."""


def outcome_of(values: Values, times: dict[str, np.ndarray], roles: Roles, said: list[str]) -> np.ndarray:
    """(rows,) SERVED, GAVE_UP, OTHER or UNKNOWN."""
    if "outcome" in values:
        return by_label(values, roles, said)
    if "started" in times or "service" in values:
        begun = ~np.isnan(times["started"]) if "started" in times else values.arrays["service"] > 0
        if not begun.all():
            said.append(
                "no column says what became of visits; those whose service never began are taken to have given up."
            )
        return np.where(begun, SERVED, GAVE_UP)
    said.append("no column says what became of visits, or when service began; all are taken to have been served.")
    return np.full(values.rows, SERVED)


def by_label(values: Values, roles: Roles, said: list[str]) -> np.ndarray:
    """What became of visits by the column that says so."""
    column, words = roles["outcome"], values.words["outcome"]
    gave_up_if_yes = bool(OF_GIVING_UP.search(plain(column.name)))
    meanings = np.array([meaning(word, gave_up_if_yes) for word in words] + [UNKNOWN])
    rows = np.bincount(values.arrays["outcome"] + 1, minlength=len(words) + 1)[1:]
    shown = {word for word, many in zip(words, rows, strict=True) if many >= LEAST_ROWS_OF_A_LABEL}
    told = {
        what: [word for word, is_meant in zip(words, meanings, strict=False) if is_meant == code and word in shown]
        for code, what in ((SERVED, "served"), (GAVE_UP, "gave up"), (OTHER, "neither"))
    }
    said.append(
        f"{column.name}: " + "; ".join(f"{what}: {', '.join(some)}" for what, some in told.items() if some) + "."
    )
    return meanings[values.arrays["outcome"]]


def meaning(word: str, gave_up_if_yes: bool) -> int:
    """What a label says."""
    text = plain(word)
    if text in YES | NO:
        return GAVE_UP if (text in YES) == gave_up_if_yes else SERVED
    if GAVE_UP_WORDS.search(text):
        return GAVE_UP
    return SERVED if SERVED_WORDS.search(text) else OTHER
