"""A world as a row of the store: its figures as columns, the rest as bytes, all of it under checksums.

A checksum covers the question and the replication, too: a row that a fault has moved is not taken for another world.
"""

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from servsim.study.metrics import NAMES, OWN
from servsim.study.store.database import LIVES, YEARS, YOUNGER
from servsim.study.work.worlds import NO_MONTHS, NOBODYS, UNCONTROLLED, Job, Outcome
from servsim.study.yearly_projection import COLUMNS

VALUE = '"value"'
FIGURES = ", ".join(f'"{name}"' for name in NAMES)
COLUMNS_OF_A_WORLD = ("replication", "own", "controls", "customers", *YOUNGER, "checksum")
"""The columns beside the figures."""
CHECK_BYTES = 4
ADD_WHAT_IT_LACKS = f"""ON CONFLICT (question, replication) DO UPDATE SET
    controls = coalesce(controls, excluded.controls), customers = coalesce(customers, excluded.customers),
    {LIVES} = coalesce({LIVES}, excluded.{LIVES}),
    checksum = CASE WHEN {YEARS} IS NULL THEN excluded.checksum ELSE checksum END,
    {VALUE} = coalesce({VALUE}, excluded.{VALUE}), {YEARS} = coalesce({YEARS}, excluded.{YEARS})"""
"""What a world lacks that was kept before is added; what it has stays. `value` comes with the years, and with it the
checksum of the figures."""


class DamageError(Exception):
    """What it names is not as it was kept."""


def row_of(key: str, outcome: Outcome, controlled: bool) -> tuple[Any, ...]:
    """What COLUMNS_OF_A_WORLD say of a world, and its figures, as they are kept."""
    replication = outcome.job.replication
    own, is_far = outcome.own.tobytes(), len(outcome.months) > 0
    customers = sealed(key, replication, packed(outcome)) if len(outcome.fate) else None
    return (
        replication, own,
        sealed(key, replication, outcome.controls.tobytes()) if controlled else None,
        None if is_far else customers,
        sealed(key, replication, zlib.compress(outcome.months.tobytes(), 1)) if is_far else None,
        customers if is_far else None,
        checksum_of(key, replication, outcome.figures, own),
        *(None if figure != figure else float(figure) for figure in outcome.figures),
    )  # fmt: skip


def outcomes_of(key: str, place: int, rows: Sequence[tuple[Any, ...]]) -> list[Outcome]:
    """Rows as outcomes of a scenario's place; DamageError where one is not as it was kept."""
    tables = np.array([row[6:] for row in rows], float).reshape(len(rows), len(NAMES))
    found = []
    for (replication, own, controls, customers, years, checksum, *_), figures in zip(rows, tables, strict=True):
        insist_sound(key, replication, figures, own, checksum)
        sums = np.frombuffer(unsealed(key, replication, controls)) if controls else UNCONTROLLED
        fate, spent, stayed = unpacked(unsealed(key, replication, customers)) if customers else NOBODYS
        months = monthly(unsealed(key, replication, years)) if years else NO_MONTHS
        if not years:  # an answer must not depend on who has asked for the years before
            figures[NAMES.index("value")] = np.nan
        segments = np.frombuffer(own).reshape(-1, len(OWN))
        found.append(Outcome(Job(place, replication), figures, segments, sums, fate, spent, stayed, months))
    return found


def monthly(data: bytes) -> np.ndarray:
    """(months, COLUMNS) of what was kept of them."""
    return np.frombuffer(zlib.decompress(data)).reshape(-1, len(COLUMNS))


def insist_sound(key: str, replication: int, figures: np.ndarray, own: bytes, checksum: int) -> None:
    """DamageError where a world's figures are not as they were kept."""
    if checksum != checksum_of(key, replication, figures, own):
        raise DamageError(f"world {replication} of question {key[:8]}")


def checksum_of(key: str, replication: int, figures: np.ndarray, own: bytes) -> int:
    """A checksum of what is kept of every world; each NaN counts as the same."""
    same = np.where(np.isnan(figures), np.nan, figures)
    return zlib.crc32(own, zlib.crc32(same.tobytes(), label(key, replication)))


def label(key: str, replication: int) -> int:
    """A checksum of which world it is."""
    return zlib.crc32(f"{key} {replication}".encode())


def sealed(key: str, replication: int, data: bytes) -> bytes:
    """Data behind its checksum."""
    return zlib.crc32(data, label(key, replication)).to_bytes(CHECK_BYTES, "little") + data


def unsealed(key: str, replication: int, data: bytes) -> bytes:
    """What was sealed; DamageError where it is not as it was."""
    content = data[CHECK_BYTES:]
    if sealed(key, replication, content) != data:
        raise DamageError(f"world {replication} of question {key[:8]}")
    return content


def packed(outcome: Outcome) -> bytes:
    """The fate, the spending and the stay of the opening book, made small."""
    return zlib.compress(outcome.fate.tobytes() + outcome.spent.tobytes() + outcome.stayed.tobytes(), 1)


def unpacked(packed: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What was packed."""
    data = zlib.decompress(packed)
    many = len(data) // 17
    spent, stayed = np.frombuffer(data[many:], np.int64).reshape(2, many)
    return np.frombuffer(data[:many], np.int8), spent, stayed
