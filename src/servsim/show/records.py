"""What was read from records, and what was made of it, in words."""

import numpy as np

from servsim.records.read import Records


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
