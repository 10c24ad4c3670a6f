"""What no single setting can get wrong: how settings must fit together."""

from collections.abc import Iterator

from pydantic import BaseModel

from servsim.scenario.complain import all_settings, as_written, dotted, field_at
from servsim.scenario.desk import WEEKDAYS
from servsim.scenario.places import Path
from servsim.scenario.scenario import SEGMENT_TABLES, Scenario, as_segments

Complaint = tuple[Path, str]


def complaints(scenario: Scenario) -> Iterator[Complaint]:
    """Every way in which the settings of a valid file contradict each other."""
    yield from desk(scenario)
    yield from segments(scenario)
    yield from question(scenario)
    for number, lived in enumerate(as_segments(scenario)):
        where: Path = ("segments", number) if scenario.segments else ()
        yield from people(lived, where)


def desk(scenario: Scenario) -> Iterator[Complaint]:
    """Open at some time, popular at some open time, staffed at some open time."""
    hours = [(day, minute // 60) for day in range(7) for start, end in scenario.opening.spans(day)
             for minute in range(start, end)]  # fmt: skip
    if not hours:
        yield ("opening",), f"the desk is closed all week; give hours to at least one of {', '.join(WEEKDAYS)}."
        return
    demand = scenario.demand
    profile, days = demand.profile or [1.0] * 24, demand.weekday_profile or [1.0] * 7
    if not any(profile[hour] * days[day] for day, hour in hours):
        yield ("demand", "profile"), "demand.profile is 0 in every opening hour; it must be above 0 in at least one."
    if not any(agents_at(scenario, day, hour) for day, hour in hours):
        yield ("staff", "agents"), "nobody is at the desk in any opening hour; raise staff.agents or staff.roster."


def agents_at(scenario: Scenario, weekday: int, hour: int) -> float:
    """Agents the scenario asks for in an hour of a weekday; 4.63 is four all hour and one for 63 % of it."""
    counts = scenario.staff.roster.counts(weekday) if scenario.staff.roster else None
    return float(scenario.staff.agents) if counts is None else counts[hour]


def segments(scenario: Scenario) -> Iterator[Complaint]:
    """Shares that add up, names that differ, and nothing of the desk's own."""
    if not scenario.segments:
        return
    total = sum(segment.share for segment in scenario.segments)
    if abs(total - 1) > 1e-6:
        yield ("segments",), f"the shares of the segments add up to {total:.6g}; they must add up to 1."
    names = [segment.name for segment in scenario.segments]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield ("segments", number, "name"), f'two segments are called "{name}"; their names must differ.'
    for number, segment in enumerate(scenario.segments):
        for table in SEGMENT_TABLES:
            own: BaseModel | None = getattr(segment, table)
            for key in own.model_fields_set if own else ():
                field = field_at((table, key))
                extra = field.json_schema_extra if field else None
                if isinstance(extra, dict) and extra.get("desk"):
                    path = ("segments", number, table, key)
                    yield path, f"{dotted(path)} belongs to the whole desk; write it as {table}.{key} instead."


def people(scenario: Scenario, where: Path) -> Iterator[Complaint]:
    """Retention within natural churn, weights that weigh something, steps that get some of the minutes."""
    loyalty = scenario.loyalty
    if loyalty and loyalty.yearly_retention >= 1 - loyalty.natural_churn:
        most = f"below 1 − loyalty.natural_churn, {1 - loyalty.natural_churn:.4g}"
        name = dotted((*where, "loyalty", "yearly_retention"))
        yield (*where, "loyalty", "yearly_retention"), f"{name} is {loyalty.yearly_retention}; it must be {most}."
    if not any(scenario.service.split.model_dump().values()):
        name = dotted((*where, "service", "split"))
        yield (*where, "service", "split"), f"{name} is 0 for every step; it must be above 0 for at least one."
    if scenario.quality:
        if not any(scenario.quality.weights.model_dump().values()):
            name = dotted((*where, "quality", "weights"))
            yield (*where, "quality", "weights"), f"{name} is 0 everywhere; it must be above 0 for at least one."
        for step, minutes in scenario.quality.standard:
            if minutes <= 0:
                path = (*where, "quality", "standard", step)
                yield path, f"{dotted(path)} is {as_written(minutes)}; it must be a number above 0."


def question(scenario: Scenario) -> Iterator[Complaint]:
    """A warm-up within the horizon, a lever that can be moved, levels that differ."""
    horizon, evaluate = scenario.horizon, scenario.evaluate
    if horizon.warmup_weeks >= horizon.weeks:
        yield (
            ("horizon", "warmup_weeks"),
            f"horizon.warmup_weeks is {horizon.warmup_weeks}; it must be below horizon.weeks, {horizon.weeks}.",
        )
    if len(set(evaluate.levels)) < len(evaluate.levels):
        yield ("evaluate", "levels"), f"evaluate.levels is {as_written(evaluate.levels)}; its values must differ."
    lever = tuple(evaluate.lever.split("."))
    if lever not in numeric_settings():
        yield (
            ("evaluate", "lever"),
            f"evaluate.lever is {as_written(evaluate.lever)}; it must be a numeric setting such as "
            '"investment.minutes_per_visit" or "staff.agents".',
        )


def numeric_settings() -> set[Path]:
    """The path of every setting that is one number."""
    return {
        path
        for path in all_settings()
        if (field := field_at(path)) is not None and field.annotation in (int, float, int | None)
        and path[0] not in ("evaluate", "horizon")
    }  # fmt: skip
