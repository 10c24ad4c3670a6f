"""The curve in the terminal: it goes where the means go, and is shown only where it can be read."""

import io
import sys

import numpy as np
import pytest
from conftest import servsim_here
from rich.console import Console

from servsim.cli import output
from servsim.scenario.read import checked
from servsim.show.tables import level_table
from servsim.show.terminal_chart import BLANK, COLUMNS, DOTS, ROWS, curve, dotted
from servsim.study.one_lever.evaluate import evaluate

DESK = {
    "title": "Tiny",
    "demand": {"prospects_per_hour": 3.0, "opening_book": 30, "visit_gap_days": 14},
    "investment": {}, "waiting": {}, "quality": {}, "loyalty": {}, "spending": {}, "horizon": {"weeks": 4.0, "years": 0.5},
    "evaluate": {"levels": [0.0, 2.0, 8.0, 20.0], "replications": 3},
}  # fmt: skip


@pytest.fixture(scope="module")
def advice():
    """A small evaluation."""
    return evaluate(checked(DESK, "test"))


def heights(lines):
    """(dots,) how far down the uppermost dot of each column of dots is, None where there is none."""
    found = []
    for place in range(COLUMNS):
        for side in (0, 1):
            set_here = [
                4 * row + dot
                for row in range(ROWS)
                for dot in range(4)
                if (ord(lines[row][place]) - BLANK) & DOTS[dot][side]
            ]
            found.append(min(set_here, default=None))
    return found


def test_the_curve_begins_and_ends_where_its_points_are():
    tops = heights(dotted((0.0, 1.0, 2.0), [0.0, 10.0, 5.0]))
    assert None not in tops
    assert tops[0] == 4 * ROWS - 1
    assert min(tops) == tops[COLUMNS] == 0
    assert abs(tops[-1] - (4 * ROWS - 1) / 2) <= 1
    assert tops[:COLUMNS] == sorted(tops[:COLUMNS], reverse=True)


def test_a_curve_without_a_slope_is_a_line():
    assert set(heights(dotted((0.0, 5.0), [3.0, 3.0]))) == {0}


def test_the_curve_names_its_ends_today_and_the_best(advice):
    lines = curve(advice)
    assert len(lines) == ROWS + 2
    assert max(map(len, lines)) <= 80
    assert lines[-1].split()[0] == "0"
    assert "5 today" in lines[-1]
    assert f"{advice.best:g} best" in lines[-1] or f"{advice.best:g} best, today" in lines[-1]
    assert lines[-1].rstrip().endswith("20") or "20 best" in lines[-1]
    assert lines[-2].count("▲") == len({advice.best, advice.today})


def test_of_one_level_there_is_no_curve():
    assert curve(evaluate(checked({**DESK, "evaluate": {"levels": [5.0], "replications": 2}}, "test"))) == []


def test_names_that_would_touch_are_left_out(advice):
    """Levels 5 and 5.1, one today's and one the best, leave room for one name."""
    near = evaluate(checked({**DESK, "evaluate": {"levels": [5.1, 0.0, 20.0], "replications": 2}}, "test"))
    words = curve(near)[-1].split()
    assert len(words) == len(set(words))


class Screen(io.StringIO):
    """A terminal that shows UTF-8."""

    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("encoding", "columns", "terminal", "shown"),
    [("utf-8", 80, True, True), ("utf-8", 79, True, False), ("ascii", 120, True, False), ("utf-8", 120, False, False)],
)  # fmt: skip
def test_the_curve_is_shown_where_it_can_be_read(monkeypatch, encoding, columns, terminal, shown):
    screen = Screen()
    monkeypatch.setattr(Screen, "encoding", encoding)
    monkeypatch.setattr(Screen, "isatty", lambda self: terminal)
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    assert output.shows_curves() is shown


@pytest.mark.parametrize(("columns", "parts"), [(80, 1), (50, 2), (24, 7)])
def test_every_column_of_levels_has_its_unit_and_no_number_is_cut(advice, columns, parts):
    console = Console(width=columns, file=io.StringIO())
    console.print(level_table(advice), markup=False)
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= columns
    assert "…" not in "".join(lines)
    heads = [place for place, line in enumerate(lines) if line.startswith("level")]
    assert len(heads) == parts
    units = " ".join(line for place in heads for line in lines[place + 1 : place + 3] if "─" not in line).split()
    assert sorted(units) == sorted(["min"] * parts + ["min", "0–10", "a", "year", "0.5", "years", "EUR", "EUR", "EUR"])
    for value in advice.levels:
        assert sum(line.split()[:1] == [f"{value:g}"] for line in lines) == parts


def test_a_yearly_objective_leaves_the_table_whole():
    e = evaluate(checked({**DESK, "evaluate": {**DESK["evaluate"], "objective": "costs"}}, "test"))
    console = Console(width=80, file=io.StringIO())
    console.print(level_table(e), markup=False)
    lines = console.file.getvalue().splitlines()
    assert sum(line.startswith("level") for line in lines) == 1
    assert [line.split() for line in lines[2:4]] == [
        ["min", "min", "0–10", "a", "year", "EUR", "EUR", "EUR"], ["a", "year", "a", "year", "a", "year"],
    ]  # fmt: skip


def test_a_pipe_gets_no_curve(tmp_path):
    path = tmp_path / "tiny.toml"
    path.write_text(
        "[investment]\n[waiting]\n[quality]\n[loyalty]\n[spending]\n[horizon]\nweeks = 2\nyears = 0.1\n[evaluate]\nlevels = [0, 5]\nreplications = 2\n"
    )
    done = servsim_here("evaluate", path, "--no-picture")
    assert done.returncode == 0, done.stderr
    assert not any(BLANK <= ord(sign) < BLANK + 256 for sign in done.stdout)
    assert np.char.str_len(done.stdout.splitlines()).max() <= 80
