"""What a store holds, as tables that fit 80 columns."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.table import Table

from servsim.scenario.complain import as_written
from servsim.show.table import blank_table, run_table, segments_table
from servsim.study.differing import distinctions, own_settings
from servsim.study.keep.archive import Question
from servsim.study.run import Run

WIDTH, GAP = 80, 2
"""Columns of a table as a whole, and between two of its own."""
KEY_SHOWN = 8
"""Characters of a key that are shown; any beginning that is not ambiguous will do."""


def list_table(asked: Sequence[Question], path: Path, size: int) -> Table:
    """One line for each question."""
    heads = ("seed", "model", "worlds", "last kept", "size")
    cells = [
        (str(each.seed), str(each.model), f"{each.worlds:,}", each.last[:10], bytes_in_words(each.size))
        for each in asked
    ]
    room = WIDTH - KEY_SHOWN - GAP - sum(GAP + max(map(len, column)) for column in zip(heads, *cells, strict=True))
    worlds = sum(each.worlds for each in asked)
    title = f"{path}\n{many(len(asked), 'question')}, {many(worlds, 'world')}, {bytes_in_words(size)}"
    table = blank_table(title, "key", "question", *heads)
    table.columns[1].justify = "left"
    for each, words, others in zip(asked, told_apart(asked), cells, strict=True):
        table.add_row(each.key[:KEY_SHOWN], cut(words, room), *others)
    return table


def cut(words: str, room: int) -> str:
    """As much of some words as there is room for."""
    return words if len(words) <= room else words[: max(0, room - 1)] + "…"


def told_apart(asked: Sequence[Question]) -> list[str]:
    """What settings of each question say otherwise than those of others with the same title, and the title."""
    words = [each.title for each in asked]
    for title in set(words):
        places = [place for place, each in enumerate(asked) if each.title == title]
        for place, own in zip(places, distinctions([asked[place].settings for place in places]), strict=True):
            if own:
                words[place] = f"{written(own)}: {title}"
    return words


def written(settings: dict[str, Any]) -> str:
    """Settings by their last names."""
    values = {name.rpartition(".")[2]: as_written(value).removesuffix(".0") for name, value in settings.items()}
    return ", ".join(f"{name}={value}" for name, value in values.items())


def question_parts(asked: Question, run: Run) -> list[Table | str]:
    """What `servsim results show` shows: who asked what, the figures, and the settings that are not defaults."""
    parts: list[Table | str] = [run_table(run)] if len(run.figures) else [asked.title]
    parts.append(
        f"{many(asked.worlds, 'kept world')}, seed {asked.seed}, {asked.engine} engine, model {asked.model}, "
        f"{asked.machine}; first kept {when(asked.first)} UTC, last {when(asked.last)}."
    )
    parts.append(f"Key {asked.key}, digest {asked.digest}.")
    if run.scenario.segments and len(run.figures):
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
