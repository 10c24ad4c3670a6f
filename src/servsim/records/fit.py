"""`fit`: a scenario out of records, joint draws of what they tell, and how well it predicts days not seen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from servsim.errors import ServsimError, insist_whole
from servsim.records.days import date_of, days_of
from servsim.records.desk import Desk, desk_of
from servsim.records.draws import Purpose, drawn
from servsim.records.estimates import NO_CARE, USUAL_RETRY, Care, Settings
from servsim.records.over_the_year import monday_after, month_profile, trend_sentence
from servsim.records.read import Records, read_records
from servsim.records.replay import hours_of
from servsim.records.scenario_text import written
from servsim.records.scores import WaitWeight, wait_weight
from servsim.records.sentences import comments
from servsim.records.staff import serves_several
from servsim.records.tables import Raw, opening, roster, with_settings
from servsim.records.tallies import tallied
from servsim.records.values import NOBODY
from servsim.scenario.read import checked, read_scenario
from servsim.scenario.scenario import Scenario
from servsim.scenario.tables.waiting_quality_loyalty_spending import Waiting
from servsim.scenario.uncertain_draws import is_draw
from servsim.study.expected_visits import weekly_returns

if TYPE_CHECKING:
    from servsim.records.verdict import Verdict
LEAST_SERVICES = 10
OF_RECORDS = ("opening", "demand", "staff", "service", "after_visit_work", "waiting")
"""Tables of which records of visits tell something."""
WAIT_WEIGHT, MOST_POINTS = "waiting.wait_weight", 10.0
OF_KINDS = ("service.core_minutes", "service.core_cv", "waiting.patience_minutes", "waiting.patience_shape")
"""Settings of which a segment has its own, whatever is drawn for the desk."""
KEPT = "as in the scenario given with --into"


@dataclass(frozen=True, eq=False)
class Fit:
    """What records say.

    text, raw: a scenario as a file has it, and its tables. draws: of each setting that is one number. comments: where
    settings are from, by key. said: what an owner must know beside. verdict: None where no days could be held back.
    """

    records: Records
    desk: Desk
    text: str
    raw: Raw
    draws: dict[str, np.ndarray]
    comments: dict[str, str]
    said: tuple[str, ...]
    verdict: "Verdict | None" = None

    @property
    def scenario(self) -> Scenario:
        """The scenario, its draws with it."""
        return checked(self.raw, "the fitted scenario")

    @property
    def draws_table(self) -> dict[str, list[float]]:
        """The draws as [uncertain] has them."""
        return {key: values.tolist() for key, values in self.draws.items()}


def fit(
    *files: Any,
    columns: Mapping[str, str] | None = None,
    dates: str | None = None,
    into: str | Path | Scenario | None = None,
    holdout: float = 0.25,
    draws: int = 200,
    purpose: str = Purpose.SAME_MONTHS,
    seed: int = 1,
    draws_name: str = "",
) -> Fit:
    """A scenario out of records, which are paths or DataFrames.

    columns: names of columns by role. dates: dmy, mdy or ymd, where no date tells. into: a scenario for all that
    records of visits cannot tell. holdout: share of days, the last ones, on which the verdict is made. draws: how many
    joint draws. purpose: "same-months" or "forecast". Raises ServsimError with what is wrong with a file.
    """
    insist_whole("draws", draws, 2, 10_000)
    if not 0 <= holdout <= 0.5:
        raise ServsimError(f"holdout is {holdout:g}; it must be between 0, for no verdict, and 0.5.")
    if purpose not in tuple(Purpose):
        raise ServsimError(f"--for is {purpose}; it must be one of {', '.join(Purpose)}.")
    template = into if isinstance(into, Scenario) or into is None else read_scenario(into)
    return fitted(read_records(files, columns, dates), template, holdout, draws, Purpose(purpose), seed, draws_name)


def fitted(
    records: Records, template: Scenario | None, holdout: float, many: int, purpose: Purpose, seed: int, draws_name: str
) -> Fit:
    """A scenario out of records that were read."""
    from servsim.records.verdict import verdict_of

    days = days_of(records.visits)
    tallies, hours, care = tallied(records.visits, days), hours_of(records.visits, days), care_of(template)
    insist_services(records, int(tallies.services[0].sum()))
    desk = desk_of(records, records.visits, tallies, hours, care)
    insist_core(desk.settings, care)
    samples = drawn(tallies, care, many, purpose, seed, desk.availability)
    if records.signs_of_making:
        samples = {key: values for key, values in samples.items() if not key.startswith("waiting.")}
    if desk.segments:
        samples = {key: values for key, values in samples.items() if key not in OF_KINDS}
    settings, samples = less_the_book(desk.settings, desk.week[1].sum(), samples, template)
    desk = replace(desk, settings=settings)
    cost = cost_of_waiting(records, desk, template)
    if cost is not None and cost.is_sure:
        desk = replace(desk, settings={**desk.settings, WAIT_WEIGHT: cost.points})
        draw = np.random.default_rng(seed).normal(cost.points, cost.error, many)
        samples = {**samples, WAIT_WEIGHT: np.clip(draw, 0.0, MOST_POINTS)}
    raw = tables_of(desk, template)
    verdict = verdict_of(records, days, tallies, hours, holdout, purpose, seed) if holdout else None
    told = comments(desk, samples, care) | kept_comments(raw, desk, template)
    told.pop("uncertain", None)
    told["uncertain.draws"] = f"{many} joint draws of {len(samples)} settings"
    named = {"draws": draws_name} if draws_name else {}
    uncertain = {**raw.pop("uncertain", {}), **named}
    text = written({**raw, **({"uncertain": uncertain} if uncertain else {})}, told, head_of(records, desk, verdict))
    raw["uncertain"] = {**uncertain, "draws": {key: values.tolist() for key, values in samples.items()}}
    checked(raw, "the fitted scenario")
    return Fit(records, desk, text, raw, samples, told, said_of(desk, records, template, cost), verdict)


def cost_of_waiting(records: Records, desk: Desk, template: Scenario | None) -> WaitWeight | None:
    """What scores say of waiting; None without scores, patience, or a scenario in which customers judge."""
    patience = desk.settings.get("waiting.patience_minutes")
    if template is None or template.quality is None or not template.quality.on or patience is None:
        return None
    return wait_weight(records.visits, patience, template.waiting or Waiting(), template.quality)


def care_of(template: Scenario | None) -> Care:
    """The care that today's visits contain, and thus the log: the plan's minutes, and how the steps vary around it."""
    if template is None or template.investment is None or not template.investment.on:
        return NO_CARE
    minutes, split = template.investment.minutes_per_visit, template.service.split.model_dump()
    variation, whole = template.service.step_cv.model_dump(), sum(split.values())
    parts = [minutes * share / whole * variation[step] for step, share in split.items()] if whole else []
    return Care(minutes, float(np.sqrt(np.square(parts).sum())) if parts else 0.0)


def insist_services(records: Records, many: int) -> None:
    """ServsimError where no service has a length, for then nothing is known of how busy anybody is."""
    if many < LEAST_SERVICES:
        raise ServsimError(
            f"{records.tables[0].name}: {many} services have a length; servsim fit needs at least {LEAST_SERVICES} "
            "of which a column says when they began and ended, or how long they took."
        )


def insist_core(settings: Settings, care: Care) -> None:
    """ServsimError where today's care would take longer than the visits of the log."""
    core = settings.get("service.core_minutes")
    if core is not None and core <= 0:
        raise ServsimError(
            f"services take {core + care.mean:.3g} min on average, of which {care.mean:g} min would be care "
            "(investment.minutes_per_visit of --into); say how many minutes today's visits contain."
        )


def less_the_book(
    settings: dict[str, float], hours: float, samples: dict[str, np.ndarray], template: Scenario | None
) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Prospects without the visits that the template's book of customers makes: a log has both.

    hours: open in a week.
    """
    book = template.demand.opening_book * weekly_returns(template) if template else 0.0
    if not book:
        return settings, samples
    key = "demand.prospects_per_hour"
    rest = settings[key] - book / hours
    if rest < 0:
        raise ServsimError(
            f"the book of --into would make {book:,.0f} visits a week, but the records have "
            f"{settings[key] * hours:,.0f}; lower demand.opening_book, or lengthen demand.visit_gap_days."
        )
    return {**settings, key: rest}, {**samples, key: np.maximum(0.0, samples[key] - book / hours)}


def tables_of(desk: Desk, template: Scenario | None) -> Raw:
    """The scenario's tables: the template's, with those that records tell of in their place."""
    raw: Raw = template.model_dump(exclude_unset=True, exclude_none=True) if template else {}
    raw = {"title": "A desk as its records have it", **raw}
    raw["opening"] = opening(desk.tallies.days.open)
    raw.setdefault("demand", {} if template else {"opening_book": 0})
    raw["demand"].pop("weekday_profile", None)
    raw["demand"] = {**raw["demand"], **desk.demand.lists}
    days = desk.tallies.days
    agents = roster(desk.availability.presence.counts, days.weekday, days.open)
    raw["staff"] = {**raw.get("staff", {}), "agents": 0, "roster": agents}
    raw["staff"].pop("availability", None)  # of the template's roster
    raw["service"] = {**raw.get("service", {}), "core_distribution": "lognormal"}
    raw["service"].pop("core_profile", None)
    if desk.core_profile:
        raw["service"]["core_profile"] = desk.core_profile
    raw["waiting"] = waiting(desk, raw.get("waiting", {"at_closing": "serve_out"}))
    if desk.segments and not raw.get("segments"):
        raw["segments"] = [less_care(one, care_of(template)) for one in desk.segments]
    season = month_profile(days)
    if season is not None:
        raw["demand"]["month_profile"] = season
        raw["horizon"] = {"start": monday_after(days), **raw.get("horizon", {})}
    own = {key: ends for key, ends in raw.get("uncertain", {}).items() if key not in desk.settings}
    raw["uncertain"] = {key: ends for key, ends in own.items() if not is_draw(key)}
    found = {key: round(value, 4) for key, value in desk.settings.items()}
    return with_settings(raw, found)


def less_care(segment: Raw, care: Care) -> Raw:
    """A segment whose transaction is without the care of today's visits."""
    service = segment["service"]
    return {**segment, "service": {**service, "core_minutes": round(service["core_minutes"] - care.mean, 4)}}


def waiting(desk: Desk, table: Raw) -> Raw:
    """[waiting], with what is assumed where the log does not tell it."""
    found = {**table}
    if "waiting.patience_minutes" in desk.settings or "patience_minutes" not in found:
        usual = Waiting()
        found["patience_distribution"] = "weibull"
        found |= {"patience_minutes": usual.patience_minutes, "patience_shape": usual.patience_shape}
    if desk.tallies.unserved.sum() and "waiting.retry_probability" not in desk.settings:
        found.setdefault("retry_probability", USUAL_RETRY)
    return found


def kept_comments(raw: Raw, desk: Desk, template: Scenario | None) -> dict[str, str]:
    """What is as the template has it: whole tables, and single settings of those of which records tell others."""
    if template is None:
        return {}
    given = template.model_dump(exclude_unset=True, exclude_none=True)
    found = {f"uncertain.{key}": KEPT for key in raw.get("uncertain", {})}
    for name, table in raw.items():
        if name not in OF_RECORDS and name != "title":
            found[name] = KEPT
            continue
        for key in given.get(name, {}) if name != "title" and isinstance(table, dict) else ():
            if f"{name}.{key}" not in desk.settings and table.get(key) == given[name][key]:
                found[f"{name}.{key}"] = KEPT
    return found


def head_of(records: Records, desk: Desk, verdict: "Verdict | None") -> list[str]:
    """What a scenario file opens with."""
    days = desk.tallies.days
    lines = [
        f"Made by servsim fit from {', '.join(table.name for table in records.tables)}: {len(days.day)} usual days "
        f"from {date_of(int(days.day[0]))} to {date_of(int(days.day[-1]))}, {int(desk.tallies.counts.sum()):,} visits."
    ]
    return [
        *lines,
        *(verdict.lines if verdict else ["No days were held back, so nothing is known of how it predicts."]),
    ]


def said_of(desk: Desk, records: Records, template: Scenario | None, cost: WaitWeight | None) -> tuple[str, ...]:
    """What an owner must know of the fit, beside what was read."""
    found = []
    if records.signs_of_making:
        found.append("These records look generated; what is fitted to them says nothing about a desk.")
    if template is None:
        found.append(
            "The scenario is of waiting only: it has no customers who come again, no care and no money. Before you ask "
            "what more minutes bring, name a scenario with those with --into, and today's minutes of care in it."
        )
    if (records.visits.agent != NOBODY).any() and serves_several(records.visits):
        found.append("Those who are called agents serve several visits at a time: they are beds, rooms or sessions.")
    if not desk.availability.is_reached:
        found.append("No number of agents near that of these records makes their own waits come out; see the roster.")
    if desk.availability.presence.source != "shifts":
        found.append("A file of shifts would say who was there; see the roster's comment for what was taken instead.")
    if desk.segments:
        found.append("Kinds of visits are segments, for hours come out better so; how sure their own transactions and "
                     "patience are is not in the draws.")  # fmt: skip
    if cost is not None and not cost.is_sure:
        ends = cost.points - 1.96 * cost.error, cost.points + 1.96 * cost.error
        found.append(
            f"The {cost.scores:,} scores do not tell what a wait costs ({ends[0]:.2g} to {ends[1]:.2g} points for one "
            f"average patience beyond tolerance, 95 %); {WAIT_WEIGHT} stays as it is assumed."
        )
    found += trend_sentence(desk.tallies.days)
    return tuple(found)
