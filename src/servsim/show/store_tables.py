"""What a store holds, as tables that fit 80 columns."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.table import Table

from servsim.scenario.messages import as_written
from servsim.show.tables import blank_table, run_table, segments_table
from servsim.study.run import Run
from servsim.study.scenario_identity import distinctions, own_settings
from servsim.study.store.catalogue import Question

KINDS = ("engine", "model", "machine")
"""Beside its settings and seed, what makes a question another one."""
KEY_SHOWN = 8
"""Characters of a key that are shown; any beginning that is not ambiguous will do."""


def list_table(asked: Sequence[Question], path: Path, size: int, last: int) -> Table:
    """A row for each of the latest questions, with what tells it apart from others of its title."""
    latest = asked[:last]
    heads = ("seed", "replications", "last kept", "size")
    cells = [(str(each.seed), f"{each.replications:,}", each.last[:10], bytes_in_words(each.size)) for each in latest]
    replications = sum(each.replications for each in asked)
    title = f"{path}\n{many(len(asked), 'question')}, {many(replications, 'replication')}, {bytes_in_words(size)}"
    title += f"\nthe latest {last}; more with --last" if len(asked) > last else ""
    table = blank_table(title, "key", "question", *heads)
    table.columns[1].justify, table.columns[1].no_wrap, table.columns[1].overflow = "left", False, "fold"
    for each, own, others in zip(latest, told_apart(latest), cells, strict=True):
        table.add_row(each.key[:KEY_SHOWN], ", ".join([each.title, *own]), *others)
    return table


def old_words(asked: Sequence[Question]) -> list[str]:
    """How many of some questions no answer uses any more, and what to do; nothing where there are none."""
    old = sum(each.is_old for each in asked)
    said = f"{many(old, 'question')} of another version of the model, not used any more: servsim results forget --old"
    return [said] if old else []


def told_apart(asked: Sequence[Question]) -> list[list[str]]:
    """What each question has that is not usual among those with the same title: settings, engine, model, machine."""
    words: list[list[str]] = [[] for _ in asked]
    for title in {each.title for each in asked}:
        places = [place for place, each in enumerate(asked) if each.title == title]
        for place, own in zip(places, unusual([asked[place] for place in places]), strict=True):
            words[place] = own
    return words


def unusual(asked: Sequence[Question]) -> list[list[str]]:
    """Of each question, what most of the others have otherwise; what all have of a setting without a usual value."""
    several = distinctions([{**each.settings, **{kind: getattr(each, kind) for kind in KINDS}} for each in asked])
    usual = {name: usual_of([own[name] for own in several]) for name in (several[0] if several else ())}
    return [
        [f"{name.rpartition('.')[2]}={shown(value)}" for name, value in own.items() if repr(value) != usual[name]]
        for own in several
    ]


def usual_of(values: Sequence[Any]) -> str | None:
    """What more than half of some values are; None where there is no such value."""
    value, many = Counter(map(repr, values)).most_common(1)[0]
    return value if 2 * many > len(values) else None


def shown(value: Any) -> str:
    """A value as it is written; a setting that is not there is left out."""
    if value is None:
        return "left out"
    return value if isinstance(value, str) and value.isalnum() else as_written(value).removesuffix(".0")


def question_parts(asked: Question, run: Run) -> list[Table | str]:
    """What `servsim results show` shows: who asked what, the metrics, and the settings that are not defaults."""
    parts: list[Table | str] = [run_table(run)] if len(run.metrics) else [asked.title]
    parts.append(
        f"{many(asked.replications, 'kept replication')}, seed {asked.seed}, {asked.engine} engine, "
        f"model {asked.model}, {asked.machine}; first kept {when(asked.first)} UTC, last {when(asked.last)}."
    )
    parts.append(f"Key {asked.key}, digest {asked.digest}.")
    if run.scenario.segments and len(run.metrics):
        parts += ["", segments_table(run)]
    table = blank_table("Settings that are not defaults", "setting", "value")
    table.columns[1].justify, table.columns[1].no_wrap, table.columns[1].overflow = "left", False, "fold"
    for name, value in own_settings(asked.settings).items():
        table.add_row(name, as_written(value))
    return [*parts, "", table]


def when(moment: str) -> str:
    """A moment to the minute."""
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M}"


def many(number: int, what: str) -> str:
    """So many of something."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def bytes_in_words(size: float) -> str:
    """A size on the disk: 812 B, 35 kB, 1.2 MB."""
    for scale, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= scale:
            return f"{size / scale:.{1 if size < 10 * scale else 0}f} {name}"
    return f"{size:.0f} B"
