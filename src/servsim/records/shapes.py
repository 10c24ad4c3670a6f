"""What kind of records a table is: a row a visit, a row a happening, a row an interval, receipts, answers, shifts."""

from enum import StrEnum

from servsim.errors import ServsimError
from servsim.records.columns import Kind
from servsim.records.roles import Roles, listed
from servsim.records.source import Source


class Shape(StrEnum):
    """What a row of a table is."""

    VISITS = "a row for each visit"
    HAPPENINGS = "a row for each happening"
    SHIFTS = "a row for each shift"
    INTERVALS = "a report by interval"
    RECEIPTS = "receipts"
    SURVEY = "answers to a survey"
    CHURN = "a table of who left"


LATER = (Shape.INTERVALS, Shape.RECEIPTS, Shape.SURVEY, Shape.CHURN)
"""What is recognised and cannot be fitted yet."""
TOLD_BY = {
    Shape.INTERVALS: ("offered", "answered_count", "abandoned_count", "service_level"),
    Shape.RECEIPTS: ("date", "arrived", "customer", "amount"),
    Shape.SURVEY: ("score", "customer", "date", "arrived"),
    Shape.CHURN: ("churned", "tenure"),
}
"""The columns that show what a table is."""
OF_A_DESK = ("wait", "service", "started", "ended", "outcome", "queue_start", "queue_end")


def shape_of(roles: Roles, source: Source) -> Shape:
    """What a row of a table is; ServsimError where nothing in it says when anybody came."""
    if "offered" in roles or {"answered_count", "abandoned_count"} <= roles.keys():
        return Shape.INTERVALS
    if {"shift_start", "shift_end"} <= roles.keys():
        return Shape.SHIFTS
    if "activity" in roles and "case" in roles and "arrived" in roles:
        return Shape.HAPPENINGS
    has_time = any(role in roles for role in ("arrived", "queue_start", "menu_end", "started", "date"))
    if not has_time and "churned" in roles:
        return Shape.CHURN
    if not has_time:
        from servsim.records.visits import NEEDS_ARRIVAL

        raise ServsimError(f"{source.name}: {NEEDS_ARRIVAL} It has {listed(roles.values()) or 'none that is known'}.")
    has_clock = any(roles[role].kind in (Kind.CLOCK, Kind.MOMENT) for role in roles if role != "date")
    if not any(role in roles for role in OF_A_DESK):
        if "score" in roles:
            return Shape.SURVEY
        if "amount" in roles or not has_clock:
            return Shape.RECEIPTS
    return Shape.VISITS


def refuse_later(shape: Shape, roles: Roles, source: Source) -> None:
    """ServsimError where a table is of a kind that cannot be fitted yet."""
    if shape in LATER:
        shown = listed(roles[role] for role in TOLD_BY[shape] if role in roles)
        raise ServsimError(
            f"{source.name} is {shape} (by {shown}), which servsim fit cannot use yet; "
            "it needs a row for each visit, with date and time."
        )
