"""Metrics by the hour and quarter-hour of the day: what is counted where, and that it adds up to the whole."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from servsim.cli.by_time_of_day import insist_alone
from servsim.engine_parameters import to_sheet
from servsim.errors import ServsimError
from servsim.event_codes import Happening as H  # noqa: N817
from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.show.time_of_day_table import time_of_day_table
from servsim.study.execution.replications import counted as tallied
from servsim.study.histories.customers import World
from servsim.study.histories.time_of_day import MEASURES, NAMES, counted, time_of_day
from servsim.units import DAY, HOUR, MINUTE, QUARTER

DESK: dict[str, Any] = {
    "opening": {"monday": "09:00-11:30", "tuesday": "09:00-10:00"},
    "demand": {"prospects_per_hour": 30.0},
    "staff": {"agents": 2},
    "service": {"core_minutes": 5.0},
    "waiting": {"patience_minutes": 3.0, "waiting_places": 4},
    "horizon": {"weeks": 3.0},
}


def desk(**tables: Any) -> Scenario:
    """A small desk that loses some."""
    return checked(DESK | tables, "test")


def told(rows: list[list[int]], until: int, agents: int = 1, warmup_weeks: float = 0.0) -> Any:
    """A replication whose trace is written by hand."""
    sheet = to_sheet(desk())
    sheet["end"], sheet["desk_agents"] = until, agents
    scenario = SimpleNamespace(horizon=SimpleNamespace(warmup_weeks=warmup_weeks))
    return SimpleNamespace(scenario=scenario, sheet=sheet, pieces=lambda: iter(np.split(np.array(rows), [2, 4])))


NINE = 9 * HOUR


def test_five_lines_are_counted_by_hand() -> None:
    """One comes at 9:10 and starts at 9:20 until 9:50; another comes at 9:50 and gives up at 10:05."""
    rows = [
        [NINE, H.CAME_ON, -1, 0, 0],
        [NINE + 10 * MINUTE, H.ARRIVED, 1, -1, 0],
        [NINE + 20 * MINUTE, H.STARTED, 1, 0, 10 * MINUTE],
        [NINE + 50 * MINUTE, H.FINISHED, 1, 0, 0],
        [NINE + 50 * MINUTE, H.ARRIVED, 2, -1, 0],
        [NINE + 65 * MINUTE, H.ABANDONED, 2, -1, 15 * MINUTE],
        [NINE + 90 * MINUTE, H.WENT_OFF, -1, 0, 0],
    ]
    found = counted(told(rows, DAY), QUARTER)
    nine = slice(36, 43)
    assert found.days[nine].tolist() == [1] * 7
    assert found.came[nine].tolist() == [1, 0, 0, 1, 0, 0, 0]
    assert found.abandoned[nine].tolist() == [0, 0, 0, 1, 0, 0, 0]
    assert (found.joined[nine] * (found.waited[nine] > 0)).tolist() == [1, 0, 0, 1, 0, 0, 0]
    assert (found.waited[nine] // MINUTE).tolist() == [10, 0, 0, 15, 0, 0, 0]
    assert (found.present[nine] // MINUTE).tolist() == [15, 15, 15, 15, 15, 15, 0]
    assert (found.busy[nine] // MINUTE).tolist() == [0, 10, 15, 5, 0, 0, 0]
    hourly = counted(told(rows, DAY), HOUR)
    assert (hourly.present[9] // MINUTE, hourly.present[10] // MINUTE, hourly.busy[9] // MINUTE) == (60, 30, 30)


def test_what_goes_on_at_the_end_counts_until_then_and_over_midnight() -> None:
    rows = [[23 * HOUR, H.CAME_ON, -1, 0, 0], [23 * HOUR, H.ARRIVED, 1, -1, 0], [23 * HOUR, H.STARTED, 1, 0, 0]]
    found = counted(told(rows, DAY + 2 * HOUR), HOUR)
    assert (found.present // HOUR).tolist() == [1, 1, *[0] * 21, 1]
    assert (found.busy // HOUR).tolist() == [1, 1, *[0] * 21, 1]


@pytest.mark.parametrize("length", [HOUR, QUARTER])
def test_parts_of_the_day_add_up_to_the_whole(length: int) -> None:
    scenario = desk()
    found, whole = counted(World(scenario), length), tallied(scenario, to_sheet(scenario), 1, 0, "fast").tally
    assert found.came.sum() == whole.counts[H.ARRIVED]
    assert found.abandoned.sum() == whole.counts[H.ABANDONED]
    assert found.unserved.sum() == sum(whole.counts[what] for what in (H.ABANDONED, H.BALKED, H.BLOCKED, H.SENT_HOME))
    assert found.joined.sum() == whole.joined()
    assert found.present.sum() == whole.days.rows[:, 11].sum()
    assert found.abandoned.sum() > 20
    assert (found.days[found.came > 0] > 0).all()


def test_quarters_of_an_hour_add_up_to_the_hour() -> None:
    hourly, quarters = (counted(World(desk()), length) for length in (HOUR, QUARTER))
    for whole, parts in zip(hourly[1:], quarters[1:], strict=True):
        assert parts.reshape(24, 4).sum(axis=1).tolist() == whole.tolist()


def test_days_are_those_on_which_the_doors_are_then_open() -> None:
    found = counted(World(desk()), HOUR)
    assert found.days[8:13].tolist() == [0, 6, 3, 3, 0]


def test_a_warm_up_counts_for_nothing() -> None:
    cold, warm = (counted(World(desk(horizon={"weeks": 3.0, "warmup_weeks": since})), HOUR) for since in (0.0, 1.0))
    assert warm.days[9] == 4
    assert 0 < warm.came.sum() < cold.came.sum()
    assert warm.present.sum() < cold.present.sum()


def test_both_engines_tell_the_same() -> None:
    fast, reference = (time_of_day(desk(), replications=1, engine=engine).values for engine in ("fast", "reference"))
    assert np.array_equal(fast, reference, equal_nan=True)


def test_json_rows_and_table_say_the_same() -> None:
    found = time_of_day(desk(), "quarter", replications=2)
    answer = json.loads(json.dumps(found.to_dict()))
    assert [each["from"] for each in answer["times"]][:2] == ["09:00", "09:15"]
    assert len(answer["times"]) == 10
    first = [row["value"] for row in found.rows() if (row["from"], row["metric"]) == ("09:00", "arrivals")]
    assert answer["times"][0]["metrics"]["arrivals"]["mean"] == pytest.approx(np.mean(first))
    assert len(found.rows()) == 2 * 10 * len(MEASURES)
    assert set(found.to_frame()["metric"]) == set(NAMES)
    assert time_of_day_table(found).row_count == 10


@pytest.mark.parametrize(
    ("by", "drawn", "others", "message"),
    [
        ("day", None, {}, "--by day: it must be hour or quarter."),
        (None, Path("a.png"), {}, "--plot draws metrics by the time of day: say --by hour or --by quarter, too."),
        (
            "hour",
            None,
            {"--shard": "1/2"},
            "--by has no use for --shard: it counts so many --replications by the time of day.",
        ),
    ],
)
def test_options_that_do_not_fit_are_refused(by: str, drawn: Path, others: dict, message: str) -> None:
    with pytest.raises(ServsimError, match="^" + message.replace("(", r"\(") + "$"):
        insist_alone(by, drawn, others)


def test_run_by_hour_prints_a_table_of_80_columns_and_draws_a_plot(typed: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "desk.toml"
    file.write_text(
        '[opening]\nmonday = "09:00-11:30"\n[demand]\nprospects_per_hour = 20\n[waiting]\npatience_minutes = 3\n'
        "[service]\ncore_minutes = 8\n[horizon]\nweeks = 2\n"
    )
    plot, table = tmp_path / "day.png", tmp_path / "day.csv"
    code, out, err = typed("run", file, "--by", "quarter", "--replications", "2", "--plot", plot, "--csv", table)
    assert code == 0, err
    lines = out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].rstrip() == "By the quarter-hour of the day: in the first 2 weeks"
    assert sum(line.startswith(("09:", "10:", "11:")) for line in lines) == 10
    assert plot.stat().st_size > 5000
    assert table.read_text().startswith("replication,from,metric,value,unit")
