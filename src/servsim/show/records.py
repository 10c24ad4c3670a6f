"""What was read from records, and what was made of it, in words."""

import numpy as np

from servsim.records.fit import Fit
from servsim.records.read import Records
from servsim.scenario.messages import field_at
from servsim.scenario.tables.base import declared


def recognised_lines(records: Records) -> list[str]:
    """What each table is, what its columns are for, what was decided, and what there is."""
    lines = []
    for table in records.tables:
        lines.append(f"{table.name}: {table.shape.value}, {table.rows:,} rows.")
        lines += [f"  {column}: {meaning}" for column, meaning in table.columns]
    return [*lines, *records.said, visits_line(records)]


def visits_line(records: Records) -> str:
    """What there is, in one line."""
    v = records.visits
    days = len(np.unique(v.day))
    return f"{len(v):,} visits on {days:,} days; {float(v.served.mean()):.1%} served."


def fit_lines(found: Fit) -> list[str]:
    """What was fitted, with its range; what is assumed; the verdict."""
    lines = []
    for key, value in found.desk.settings.items():
        ends = np.quantile(found.draws[key], (0.05, 0.95)) if key in found.draws else None
        spread = "" if ends is None else f" (90 %: {ends[0]:.3g} to {ends[1]:.3g})"
        lines.append(f"{key} = {with_unit(key, value)}{spread}")
    verdict = found.verdict.lines if found.verdict else [NO_VERDICT]
    return [*lines, "", *verdict, *found.said]


def with_unit(key: str, value: float) -> str:
    """A setting's value with its unit."""
    return f"{value:.4g} {declared(field_at(tuple(key.split('.'))), 'unit')}".rstrip()


NO_VERDICT = "No verdict: too few days were held back, or they have neither abandonment nor waits to compare."
