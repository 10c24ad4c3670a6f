"""Visits out of an event log: a row for each happening, with its case, as XES, pm4py and `servsim export` have it."""

import re

import numpy as np

from servsim.errors import ServsimError
from servsim.records.roles import Roles, plain
from servsim.records.values import NOBODY, Values

GIVES_UP = re.compile(r"aband|reneg|hang|hung|balk|blocked|sent home|lwbs|gave up|aufgelegt|without being seen")
WAITS = re.compile(r"^wait|queue|warte|espera|arriv|regist|creat|check in|ankunft|llegada|enter")
SERVES = re.compile(r"^(visit|serv|treat|consult|talk|call|handl|answer|seen|bedien|atencion|process|in progress)")
BEGINS = re.compile(r"\b(start|begin|began|picked up|answered|seen|connected)")
ENDS = re.compile(r"\b(end|ends|ended|finish|complete|completed|close|closed|depart|discharge|left|release)")


def as_visit_rows(values: Values, roles: Roles, table: str, said: list[str]) -> tuple[Values, Roles]:
    """A table of happenings as one with a row for each case. ServsimError where no happening begins service."""
    words, lifecycle = values.words["activity"], values.words.get("lifecycle", [])
    meanings = {
        (a, b): meaning(word, turn) for a, word in enumerate(words) for b, turn in [*enumerate(lifecycle), (NOBODY, "")]
    }
    turns = values.arrays.get("lifecycle", np.full(values.rows, NOBODY))
    what = np.array([meanings[pair] for pair in zip(values.arrays["activity"].tolist(), turns.tolist(), strict=True)])
    case, at = values.arrays["case"], values.arrays["arrived"]
    known = (case != NOBODY) & ~np.isnan(at)
    cases, number = np.unique(case[known], return_inverse=True)
    firsts = {
        name: first_of(number, at[known], what[known] == name, len(cases)) for name in ("begins", "ends", "gives up")
    }
    if np.isnan(firsts["begins"]).all():
        raise ServsimError(
            f'{table}: no activity says when service begins; it needs one such as "visit" with start and complete.'
        )
    arrived = first_of(number, at[known], np.ones(len(number), bool), len(cases))
    served = ~np.isnan(firsts["begins"])
    arrays = {
        "arrived": arrived,
        "started": firsts["begins"],
        "ended": np.where(served, firsts["ends"], firsts["gives up"]),
    }
    for role in ("agent", "customer"):
        if role in values:
            where = (what[known] == "begins") if role == "agent" else np.ones(len(number), bool)
            arrays[role] = identity_of(number, values.arrays[role][known], where, len(cases))
    unfinished = np.isnan(firsts["begins"]) & np.isnan(firsts["gives up"])
    told = sorted({words[a] for (a, _), one in meanings.items() if one == "begins" and used(values, a)})
    said.append(f"{len(at):,} happenings of {len(cases):,} visits; service begins with {', '.join(told)}.")
    if unfinished.any():
        said.append(f"{int(unfinished.sum()):,} visits neither begin nor give up; they are left out.")
        arrays = {role: array[~unfinished] for role, array in arrays.items()}
    made: Roles = {role: roles["arrived" if role in ("started", "ended") else role] for role in arrays}
    return Values(len(arrays["arrived"]), arrays, frozenset(), {}, values.unread), made


def used(values: Values, activity: int) -> bool:
    """Do so many rows have an activity that it may be shown?"""
    from servsim.records.columns import LEAST_ROWS_OF_A_LABEL

    return int((values.arrays["activity"] == activity).sum()) >= LEAST_ROWS_OF_A_LABEL


def meaning(activity: str, turn: str) -> str:
    """What a happening is to a visit: begins, ends, gives up, or nothing of these."""
    text, turned = plain(activity), plain(turn)
    if GIVES_UP.search(text):
        return "gives up"
    if turned and SERVES.search(text):
        return {"start": "begins", "complete": "ends"}.get(turned, "")
    if WAITS.search(text):
        return ""
    if BEGINS.search(text):
        return "begins"
    return "ends" if ENDS.search(text) else ""


def first_of(number: np.ndarray, at: np.ndarray, some: np.ndarray, many: int) -> np.ndarray:
    """(cases,) the first instant of some happenings; NaN where there is none."""
    found = np.full(many, np.inf)
    np.minimum.at(found, number[some], at[some])
    return np.where(np.isinf(found), np.nan, found)


def identity_of(number: np.ndarray, who: np.ndarray, some: np.ndarray, many: int) -> np.ndarray:
    """(cases,) who is named in some happenings of each case; NOBODY where nobody is."""
    found = np.full(many, NOBODY, np.int64)
    some = some & (who != NOBODY)
    found[number[some]] = who[some]
    return found
