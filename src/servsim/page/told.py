"""What the page is told: an answer as JSON, with every number as it is and as a person reads it."""

import math
import shlex
from collections.abc import Callable
from typing import Any

from servsim.page.levers import LEADING, is_whole
from servsim.page.question import Question
from servsim.page.rounds import Curve, Sides
from servsim.show.advice import LEVERS, advice, caveats, worlds_words
from servsim.show.numbers import compact, is_share, signed, unit_words
from servsim.study.choose.evaluation import Evaluation
from servsim.study.identity import digest_of
from servsim.study.metrics import METRICS, unit_of
from servsim.study.statistics import Interval, defined, interval

Told = dict[str, Any]

CURVES = {"value": "Value", "retention": "Retention", "revenue": "Revenue", "wait_mean": "Mean wait"}
"""The figures that are drawn, below the objective, and what they are called; others are called by their name."""


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
    """Every figure that is defined and not nought on both sides: today, new, and new less today.

    plain: the new one as a curve has it, without the control variates that a run may use.
    """
    today, new, currency = found.today, found.new, found.new.scenario.money.currency
    figures = {}
    for metric in METRICS:
        name = metric.name
        if new.sample(name).any() or today.sample(name).any():
            gap = interval(new.sample(name) - today.sample(name), unit_of(name, currency), new.confidence)
            if math.isfinite(new[name].mean) or math.isfinite(today[name].mean):
                figures[name] = {
                    "label": label(name), "meaning": metric.meaning, "better": metric.better,
                    "unit": unit_words(unit_of(name, currency), name),
                    "today": with_words(today[name], name), "new": with_words(new[name], name),
                    "change": change(gap, name),
                    "plain": interval(new.sample(name), unit_of(name, currency), new.confidence).to_dict(),
                }  # fmt: skip
    return {"kind": "figures", "worlds": len(new.figures), "confidence": new.confidence, "figures": figures}


def label(name: str) -> str:
    """What a figure is called on the page."""
    return CURVES.get(name, name.replace("_", " ").capitalize())


def with_words(found: Interval, name: str, said: Callable[[float, str, str], str] = compact) -> Told:
    """An interval as it is, and as a person reads it."""
    mean, *ends = (said(number, name, found.unit) for number in (found.mean, found.low, found.high))
    known = math.isfinite(found.low) and found.low != found.high
    return found.to_dict() | {"text": mean, "span": " to ".join(ends) if known else ""}


def change(gap: Interval, name: str) -> Told:
    """A difference as it is, as a person reads it, and whether it is shown to be one."""
    return with_words(gap, name, difference) | {"shown": bool(gap.low > 0 or gap.high < 0)}


def difference(number: float, name: str, unit: str) -> str:
    """A difference with its sign; of shares in percentage points."""
    if is_share(name) or not math.isfinite(number):
        return signed(number, name)
    return ("+" if number > 0 else "") + compact(number, name, unit)


def curve(found: Curve) -> Told:
    """The levels with their intervals, how they compare, and the advice once all levels are there."""
    e = found.new
    return {
        "kind": "curve",
        "last": found.is_last,
        "lever": e.lever,
        "label": lever_words(e.lever),
        "whole": is_whole(tuple(e.lever.split("."))),
        "levels": list(e.levels),
        "worlds": [e.worlds(level) for level in e.levels],
        "today": e.today,
        "best": None if found.is_first else e.best,
        "not_worse": [] if found.is_first else e.not_worse,
        "series": [series(e, name, found.today) for name in drawn(e)],
        "advice": "" if found.is_first else advice(e),
        "note": " ".join(caveats(e)) if found.is_last else f"{worlds_words(e)}.",
    }


def drawn(e: Evaluation) -> list[str]:
    """The figures that are drawn: the objective, then those that are known and not nought; no value of nothing."""
    moved = [name for name in CURVES if e.is_known(name) and any(e.sample(level, name).any() for level in e.levels)]
    return list(dict.fromkeys([e.objective, *(name for name in moved if name != "value" or "revenue" in moved)]))


def lever_words(lever: str) -> str:
    """What a lever is called below a curve."""
    return LEVERS[lever][1].capitalize() if lever in LEVERS else LEADING.get(lever, lever)


def series(e: Evaluation, name: str, today: Evaluation | None) -> Told:
    """A figure over the levels: [mean, low, high] of each, and the means with today's settings."""
    unit, said = e.unit(name), [with_words(e.at(level, name), name) for level in e.levels]
    return {
        "name": name,
        "label": label(name),
        "unit": "%" if is_share(name) else unit,
        "points": [[words["mean"], words["low"], words["high"]] for words in said],
        "texts": [words["text"] for words in said],
        "spans": [words["span"] for words in said],
        "before": [[level, defined(today.at(level, name).mean)] for level in today.levels] if today else None,
    }
