"""What was read from records, and what was made of it, in words."""

import numpy as np

from servsim.records.fit import Fit
from servsim.records.read import Records
from servsim.records.since import Change, Since
from servsim.scenario.messages import field_at
from servsim.scenario.tables.base import declared
from servsim.show.formatting import listed


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


def since_lines(found: Since) -> list[str]:
    """What has changed since a scenario was fitted, by how much, and what has not been shown to."""
    shown = [change for change in found.changes if change.is_shown]
    lines = [visits_line(found.records), ""]
    for change in shown:
        lines.append(
            f"{change.key} is {share_of_change(change)} than in {found.name}: {with_unit(change.key, change.now)}, not "
            f"{with_unit(change.key, change.before)}; by chance it would differ by up to {by_chance(change)}."
        )
    same = [
        f"{own.key} (by chance, up to {by_chance(own)})" for own in found.changes if not own.is_shown and own.by_chance
    ]
    if same:
        lines.append(f"Not shown to have changed since {found.name} was fitted: {listed(same)}.")
    if shown:
        lines.append("Fit these records anew before you rely on it.")
    return lines


def share_of_change(change: Change) -> str:
    """By how much a setting is more or less than it was."""
    more = change.now - change.before
    return f"{relative(more, change)} {'more' if more > 0 else 'less'}"


def by_chance(change: Change) -> str:
    """How far a setting may differ though nothing has changed."""
    return relative(change.by_chance, change)


def relative(number: float, change: Change) -> str:
    """A difference as a share of what a setting was before; as it is, where that was nothing."""
    if not change.before:
        return f"{abs(number):.3g}"
    percent = 100 * abs(number / change.before)
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.2g} %"


def with_unit(key: str, value: float) -> str:
    """A setting's value with its unit."""
    return f"{value:.4g} {declared(field_at(tuple(key.split('.'))), 'unit')}".rstrip()


NO_VERDICT = "No verdict: too few days were held back, or they have neither abandonment nor waits to compare."
