"""What a store holds, as tables that fit 80 columns."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.table import Table

from servsim.scenario.messages import as_written
from servsim.show.formatting import many
from servsim.show.segments_table import segments_parts
from servsim.show.tables import blank_table, run_table
from servsim.study.run import Run
from servsim.study.scenario_identity import distinctions, own_settings
from servsim.study.store.catalogue import Question
from servsim.study.store.inquiries import Inquiry

KINDS = ("engine", "model", "machine")
"""Beside its settings and seed, what makes a question another one."""
KEY_SHOWN = 8
"""Characters of a key that are shown; any beginning that is not ambiguous will do."""


def heading(asked: Sequence[Question], path: Path, size: int) -> str:
    """Where a store is, and how much is in it."""
    replications = sum(each.replications for each in asked)
    return f"{path}\n{many(len(asked), 'scenario')}, {many(replications, 'replication')}, {bytes_in_words(size)}"


def inquiries_table(told: Sequence[Inquiry], asked: Sequence[Question], head: str, last: int) -> Table:
    """A row for each of the latest inquiries; below, a row for all questions of one title that are of none."""
    lines = [(each.key[:KEY_SHOWN], each.words, each.seed, each.last, each.among(asked)) for each in told]
    of_some = {number for each in told for number in each.questions}
    left: dict[tuple[str, int], list[Question]] = {}
    for each in asked:
        if each.number not in of_some:
            left.setdefault((each.title, each.seed), []).append(each)
    lines += [
        (own[0].key[:KEY_SHOWN] if len(own) == 1 else "", f"{title} (nobody noted what for)", seed, own[0].last, own)
        for (title, seed), own in left.items()
    ]
    table = wide_table(with_rest(head, len(lines), last), "asked", "seed", "scenarios", "replications", "last kept")
    for key, words, seed, day, own in lines[:last]:
        replications = sum(each.replications for each in own)
        table.add_row(key, words, str(seed), f"{len(own):,}", f"{replications:,}", day[:10])
    return table


def list_table(asked: Sequence[Question], head: str, last: int) -> Table:
    """A row for each of the latest questions, with what tells it apart from others of its title."""
    latest = asked[:last]
    cells = [(str(each.seed), f"{each.replications:,}", each.last[:10], bytes_in_words(each.size)) for each in latest]
    table = wide_table(with_rest(head, len(asked), last), "scenario", "seed", "replications", "last kept", "size")
    for each, own, others in zip(latest, told_apart(latest), cells, strict=True):
        table.add_row(each.key[:KEY_SHOWN], ", ".join([each.title, *own]), *others)
    return table


def with_rest(head: str, lines: int, last: int) -> str:
    """A heading that says where not all lines are shown."""
    return f"{head}\nthe latest {last}; more with --last" if lines > last else head


def wide_table(title: str, words: str, *heads: str) -> Table:
    """A table of keys, of words that may fold, and of numbers."""
    table = blank_table(title, "key", words, *heads)
    table.columns[1].justify, table.columns[1].no_wrap, table.columns[1].overflow = "left", False, "fold"
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
    if len(run.metrics) and (segments := segments_parts(run)):
        parts += ["", *segments]
    table = blank_table("Settings that are not defaults", "setting", "value")
    table.columns[1].justify, table.columns[1].no_wrap, table.columns[1].overflow = "left", False, "fold"
    for name, value in own_settings(asked.settings).items():
        table.add_row(name, as_written(value))
    return [*parts, "", table]


def when(moment: str) -> str:
    """A moment to the minute."""
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M}"


def bytes_in_words(size: float) -> str:
    """A size on the disk: 812 B, 35 kB, 1.2 MB."""
    for scale, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= scale:
            return f"{size / scale:.{1 if size < 10 * scale else 0}f} {name}"
    return f"{size:.0f} B"
