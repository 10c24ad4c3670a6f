"""What the page is told: an answer as JSON, with every number as it is and as a person reads it."""

import math
import shlex

import numpy as np

from servsim.page.metric_words import Told, change, label, unit_drawn, with_words, years_told
from servsim.page.progressive_answer import Beside, Curve, Sides
from servsim.page.question import Question
from servsim.page.sliders import LEADING, is_whole
from servsim.show.evaluation_advice import (
    LEVERS,
    constraint_lines,
    guarantee_words,
    limits_words,
    replications_words,
    setting_words,
)
from servsim.show.evaluation_summary import first, hour_words, lines, staff_table, staff_words
from servsim.show.formatting import (
    capital,
    ends,
    is_shown,
    level,
    listed,
    many,
    more_or_less,
    signed,
    together,
    unit_words,
)
from servsim.show.sensitivity import closing
from servsim.show.year_table import years_shown
from servsim.study.intervals_and_tables import defined, interval
from servsim.study.metric_intervals import averaged, metric_interval
from servsim.study.metrics import METRICS, unit_of
from servsim.study.objective import VALUE
from servsim.study.one_lever.result import Evaluation
from servsim.study.scenario_identity import digest_of
from servsim.study.yearly_projection import YEARLY_NAMES, looks_ahead

DRAWN = ("value", "cash", "customers_end", "unserved_share", "wait_mean", "retention", "revenue")
"""What is drawn below the objective, as far as there is room."""
DRAWN_AT_MOST = 4
"""Curves on the page, that of the objective included."""
OF_MONEY = ("value", "cash")
"""What means nothing where nobody spends anything."""
BY_YEAR = {
    "cash": "Cash", "customers_end": "Customers at its end", "unserved_share": "Leave unserved",
}  # fmt: skip
"""What is told of every year, and what it is called."""
ADVISED = 6
"""Replications of every level from which on there is advice: from fewer, nothing but the largest differences is shown.
"""


def asked(question: Question) -> Told:
    """What the page is told first: which scenario it asks about, and how the command line would be asked."""
    return {
        "kind": "asked",
        "digest": digest_of(question.new),
        "changed": question.new != question.today,
        "run": command("run", question, question.run_overrides),
        "evaluate": command("evaluate", question, question.levels_overrides),
    }


def command(name: str, question: Question, overrides: tuple[str, ...]) -> str:
    """What to type for the same numbers."""
    seed = ["--seed", str(question.seed)] if question.seed != 1 else []
    words = ["servsim", name, str(question.preset.file), *seed]
    return shlex.join([*words, *(word for override in overrides for word in ("--set", override))])


def sides(found: Sides) -> Told:
    """Every metric that is defined and not nought on both sides: today, new, and new less today.

    plain: the new one as a curve has it, without the control variates that a run may use. told: of how many years money
    is so far; None where money over the years means nothing.
    """
    today, new, currency = found.today, found.new, found.new.scenario.money.currency
    metrics = {}
    for metric in METRICS:
        name = metric.name
        if new.sample(name).any() or today.sample(name).any():
            ours, theirs = (averaged(name, run.metrics, run.scenario) for run in (new, today))
            gap = interval(ours - theirs, unit_of(name, currency), new.confidence)
            if math.isfinite(new[name].mean) or math.isfinite(today[name].mean):
                metrics[name] = {
                    "label": label(name, new.scenario, found.years), "meaning": metric.meaning,
                    "better": metric.better, "unit": unit_words(unit_of(name, currency), name),
                    "today": with_words(today[name], name), "new": with_words(new[name], name),
                    "change": change(gap, name),
                    "plain": metric_interval(name, new.metrics, new.scenario, new.confidence).to_dict(),
                }  # fmt: skip
    return {
        "kind": "metrics", "yours": own_words(found),
        "replications": len(new.metrics), "confidence": new.confidence, "metrics": metrics,
        "told": new.scenario.horizon.years if looks_ahead(new.scenario) else None, "of": found.years,
        "currency": currency, "years": by_year(found),
    }  # fmt: skip


def own_words(found: Sides) -> str:
    """What all that was moved brings against today, in money as far as it is told, or in what is to be best where money
    means nothing; nothing where nothing was moved.
    """
    today, new = found.today, found.new
    if new.scenario == today.scenario:
        return ""
    if not looks_ahead(new.scenario) or not moves(new.sample(VALUE)):
        return without_money(found, new.scenario.evaluate.objective)
    gap = interval(new.sample(VALUE) - today.sample(VALUE), new.scenario.money.currency, new.confidence)
    over = f"over {years_told(new.scenario.horizon.years, found.years)}"
    if not is_shown(gap):
        return f"What you moved is not shown to bring more or less than today {over} ({ends(gap, VALUE)} {gap.unit})."
    brings, between = more_or_less(gap, VALUE)
    return f"What you moved brings {brings} than today {over} ({between}), in today's money."


def without_money(found: Sides, name: str) -> str:
    """What all that was moved changes in a metric; nothing where it is not defined on both sides."""
    new, gaps = found.new, found.new.sample(name) - found.today.sample(name)
    gap = interval(gaps, unit_of(name, new.scenario.money.currency), new.confidence)
    called, unit = label(name, new.scenario, found.years), unit_words(gap.unit, name)
    if not math.isfinite(gap.mean):
        return ""
    if not is_shown(gap):
        return f"{called}: what you moved is not shown to change it ({ends(gap, name)} {unit})".rstrip() + "."
    return (
        f"{called}: {signed(gap.mean, name)} {unit}".rstrip() + f" against today by what you moved ({ends(gap, name)})."
    )


def by_year(found: Sides) -> Told:
    """What is told of years: {"labels", "rows"}, a row for each year that is shown, empty where it is to come."""
    today, new = found.today, found.new
    told = min(today.years.shape[1], new.years.shape[1])
    shown = years_shown(int(found.years)) if looks_ahead(new.scenario) else []
    names = [name for name in BY_YEAR if moves(today.years[..., place(name)]) or moves(new.years[..., place(name)])]
    rows = [{"year": year, "cells": [of_year(found, year, name) for name in names] if year <= told else []}
            for year in shown]  # fmt: skip
    return {"labels": [BY_YEAR[name] for name in names], "rows": rows}


def place(name: str) -> int:
    """Where a metric of a year is found."""
    return YEARLY_NAMES.index(name)


def moves(sample: np.ndarray) -> bool:
    """Is a metric defined somewhere, and not nought everywhere?"""
    return bool(np.nan_to_num(sample).any())


def of_year(found: Sides, year: int, name: str) -> Told:
    """A metric of a year: today, new, and new less today."""
    today, new = found.today, found.new
    unit = new.of_year(year, name).unit
    gap = new.years[:, year - 1, place(name)] - today.years[:, year - 1, place(name)]
    return {
        "today": with_words(today.of_year(year, name), name), "new": with_words(new.of_year(year, name), name),
        "change": change(interval(gap, unit, new.confidence), name),
        "better": next(metric.better for metric in METRICS if metric.name == name),
    }  # fmt: skip


def curve(found: Curve) -> Told:
    """The levels with their intervals, how they compare, and the advice once all levels and years are there.

    told: of how many years the objective is so far, None where years do not matter; of: of how many it will be.
    """
    e = found.new
    return {
        "kind": "curve",
        "last": found.is_last,
        "lever": e.lever,
        "label": lever_words(e.lever),
        "whole": is_whole(tuple(e.lever.split("."))),
        "levels": list(e.levels),
        "replications": [e.replications_of(level) for level in e.levels],
        "today": e.today,
        "told": found.told,
        "of": found.years,
        "draft": draft_words(found),
        "best": None if found.is_draft else e.best,
        "not_worse": [] if found.is_draft else e.not_worse,
        "series": [series(found, name) for name in drawn(e)],
        "advice": advice_lines(found) if is_advised(found) else [],
        "note": " ".join(notes(e)) if found.is_last else f"{replications_words(e)}.",
    }


def advice_lines(found: Curve) -> list[list[str]]:
    """The advice line by line; with other settings moved too, its today is today's level with these."""
    e = found.new
    said = [[about, text] for about, text in lines(e)]
    if found.today is None:
        return said
    head, against = said[0][1], f"{setting_words(e, e.today)} and all else that you moved"
    compared = f"The lines below compare with {against}; the cards above with today's desk."
    return [["", f"With all else that you moved: {head[:1].lower()}{head[1:]} {compared}"], *said[1:]]


def beside(found: Beside) -> Told:
    """Other staff, what an hour brings, and what the advice rests on; staff: a table with its head, if there is one."""
    e, staff = found.curve, found.staff
    said = [("Staff", together(first(staff), staff_words(staff))),
            ("An hour", hour_words(staff))] if staff else []  # fmt: skip
    if found.beyond:
        rests = [f"Not looked at: you moved {listed(found.beyond)} out of the range that [uncertain] gives."]
    else:
        rests = closing(e, found.doubt)
    told = [*said, ("Rests on", " ".join(rests).replace("`", ""))]
    table = staff_table(staff) if staff else None
    rows = [list(cells) for cells in zip(*(column.cells for column in table.columns), strict=True)] if table else []
    return {
        "kind": "beside", "lines": [[about, text] for about, text in told if text],
        "staff": [[str(column.header) for column in table.columns], *rows] if table else [],
    }  # fmt: skip


def is_advised(found: Curve) -> bool:
    """Is there advice: are all levels and years there, in enough replications?"""
    return found.is_last or (not found.is_draft and found.new.replications >= ADVISED)


def draft_words(found: Curve) -> str:
    """What is said while there is no advice yet: how far the curve is; nothing once there is."""
    if is_advised(found):
        return ""
    if found.told is None or found.years is None or found.told == found.years:
        look = "A first look at some levels" if found.is_first else "A first look at all levels"
        return f"{look}, from {many(found.new.replications, 'replication')}; the advice follows when there are more."
    so_far = f"So far the curve shows {years_told(found.told, found.years)}."
    late = " What is invested in customers comes back later." if found.told == 1 else ""
    return f"{so_far}{late} The advice follows when all {level(found.years)} years are there."


def notes(e: Evaluation) -> list[str]:
    """How sure the advice is, and what the numbers do not say."""
    return [
        f"{capital(replications_words(e))}, seed {e.seed}.",
        *constraint_lines(e),
        guarantee_words(e),
        limits_words(e),
    ]


def drawn(e: Evaluation) -> list[str]:
    """The metrics that are drawn: the objective, then those that are known and not nought; no money of nothing."""
    moved = [name for name in DRAWN if e.is_known(name) and any(e.sample(level, name).any() for level in e.levels)]
    spends = e.is_known("revenue") and any(e.sample(level, "revenue").any() for level in e.levels)
    names = [e.objective, *(name for name in moved if spends or name not in OF_MONEY)]
    return list(dict.fromkeys(names))[:DRAWN_AT_MOST]


def lever_words(lever: str) -> str:
    """What a lever is called below a curve."""
    return LEVERS[lever][1].capitalize() if lever in LEVERS else LEADING.get(lever, lever)


def series(found: Curve, name: str) -> Told:
    """A metric over the levels: [mean, low, high] of each, and the means with today's settings."""
    e, today = found.new, found.today
    unit, said = e.unit(name), [with_words(e.at(level, name), name) for level in e.levels]
    years = found.years or e.scenario.horizon.years
    return {
        "name": name,
        "label": label(name, e.scenario, years),
        "unit": unit_drawn(name, unit),
        "told": found.told if name == VALUE else None,
        "early": name == VALUE and found.told != found.years,
        "points": [[words["mean"], words["low"], words["high"]] for words in said],
        "texts": [words["text"] for words in said],
        "spans": [words["span"] for words in said],
        "before": [[level, defined(today.at(level, name).mean)] for level in today.levels] if today else None,
    }
