"""The event log: rows by hand, the rules of the tools that read it, both engines alike, whole or not at all."""

import csv
import itertools
import subprocess
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from test_cli import servsim
from test_story import ALL_ON

from servsim.event_codes import Call, Kind, Reason
from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.scenario.read import checked
from servsim.study.histories.customers import WHAT, World
from servsim.study.histories.event_log import COLUMNS, Event, Log, events
from servsim.units import HOUR, MILLIONTHS, MINUTE

SALON = Path(__file__).parent.parent / "scenarios" / "salon.toml"
NINE, ADA, BOB = 9 * HOUR, 7, 8
VIDIGI = {"arrival_departure", "queue", "resource_use", "resource_use_end"}
OF_THE_LOG = {"wait", "wait for manager", "request waits", "leave"}
"""Activities that are no happenings, but what begins or ends with one."""


@pytest.fixture(scope="module")
def busy() -> World:
    """Five weeks in which everything happens."""
    return World(checked({**ALL_ON, "horizon": {"weeks": 5.0}}, "test"))


@pytest.fixture(scope="module")
def told(busy) -> list[Event]:
    """All its events."""
    return list(events(busy))


def logged(*rows: tuple[int, ...], **tables) -> list[Event]:
    """The events of some rows."""
    log = Log(World(checked({"staff": {"agents": 2}, **tables}, "test")))
    return [event for row in sorted(rows) for event in log.read(*row)] + [*log.settled()]


def brief(some: list[Event]) -> list[tuple]:
    """What vidigi and a process miner read of events."""
    return [
        (one.entity_id, one.event_type, one.event, one.time, one.resource_id, one.activity, one.transition)
        for one in some
    ]


# By hand


def test_a_visit_reads_like_this():
    some = logged(
        (NINE, H.ARRIVED, ADA, -1, 2),
        (NINE + 3 * MINUTE, H.STARTED, ADA, 1, 3 * MINUTE),
        (NINE + 9 * MINUTE, H.FINISHED, ADA, 1, 6 * MILLIONTHS),
        (NINE + 9 * MINUTE, H.BOUGHT, ADA, -1, 40 * MILLIONTHS),
        (NINE + 9 * MINUTE, H.LOST, ADA, -1, Reason.BROKEN_PROMISE),
    )
    assert brief(some) == [
        ("7#2", "arrival_departure", "arrival", 540.0, "", "arrived", "complete"),
        ("7#2", "queue", "wait", 540.0, "", "wait", "start"),
        ("7#2", "", "", 543.0, "", "wait", "complete"),
        ("7#2", "resource_use", "visit", 543.0, 2, "visit", "start"),
        ("7#2", "resource_use_end", "visit_ends", 549.0, 2, "visit", "complete"),
        ("7#2", "", "", 549.0, "", "bought", "complete"),
        ("7#2", "", "", 549.0, "", "lost", "complete"),
        ("7#2", "arrival_departure", "depart", 549.0, "", "leave", "complete"),
    ]
    assert {one.case for one in some} == {"7"}
    assert {one.pathway for one in some} == {"walk-in"}
    assert some[3].resource == "agent 1"
    assert some[0].timestamp == "2001-01-01T09:00:00.000"
    assert [(one.value, one.unit) for one in some if one.unit] == [
        (2, "visit"), (3.0, "min"), (6.0, "points"), (40.0, "EUR"), ("broken promise", "reason")
    ]  # fmt: skip


def test_who_does_not_wait_has_no_wait():
    some = logged((NINE, H.ARRIVED, ADA, -1, 0), (NINE, H.BALKED, ADA, -1, 0), (NINE + 1, H.RETRIES, BOB, -1, 0))
    assert [one.activity for one in some] == ["arrived", "balked", "leave", "retries"]
    assert [one.entity_id for one in some] == ["7#0", "7#0", "7#0", ""]


def test_who_is_left_to_the_manager_leaves_after_the_talk():
    some = logged(
        (NINE, H.ARRIVED, ADA, -1, 0),
        (NINE, H.STARTED, ADA, 0, 0),
        (NINE + MINUTE, H.FINISHED, ADA, 0, 0),
        (NINE + MINUTE, H.ESCALATED, ADA, 0, 1),
        (NINE + 3 * MINUTE, H.STEPPED_IN, ADA, 2, 2 * MINUTE),
        (NINE + 9 * MINUTE, H.STEPPED_BACK, ADA, 2, 6 * MINUTE),
        (NINE + 9 * MINUTE, H.RELEASED, -1, 0, 8 * MINUTE),
        manager={}, recovery={},
    )  # fmt: skip
    assert [one.event for one in some if one.event] == [
        "arrival", "visit", "visit_ends", "wait_for_manager", "managers_talk", "managers_talk_ends", "depart"
    ]  # fmt: skip
    talk = next(one for one in some if one.event == "managers_talk")
    assert (talk.resource_id, talk.resource) == (1, "manager 2")
    held = next(one for one in some if one.activity == "released")
    assert (held.case, held.kind, held.entity_id) == ("agent 0", "agent", "")


def test_what_happens_at_home_or_to_agents_is_no_part_of_a_visit():
    colleague = int(Kind.COLLEAGUE) << 60
    some = logged(
        (NINE, H.CAME_ON, -1, 0, 0),
        (NINE, H.FAILED, ADA, -1, Reason.MISTAKE),
        (NINE + 1, H.CALLED, ADA, 0, Call.LAPSED),
        (NINE + 2, H.ASKED, colleague, -1, 0),
        (NINE + 3, H.HELPING, colleague, 1, 1),
        (NINE + 4, H.HELPED, colleague, 1, 1),
    )
    assert [(one.case, one.activity, one.transition, one.entity_id) for one in some] == [
        ("agent 0", "shift", "start", ""),
        ("7", "failed", "complete", ""),
        ("7", "call", "start", ""),
        ("colleague 0:0", "asked", "complete", "colleague 0:0"),
        ("colleague 0:0", "request waits", "start", "colleague 0:0"),
        ("colleague 0:0", "request waits", "complete", "colleague 0:0"),
        ("colleague 0:0", "request", "start", "colleague 0:0"),
        ("colleague 0:0", "request", "complete", "colleague 0:0"),
        ("colleague 0:0", "leave", "complete", "colleague 0:0"),
    ]


# The rules of those who read it


def test_every_happening_is_an_event(busy, told):
    rows = busy.rows(lambda piece: piece[:, WHAT] >= 0)
    assert sum(one.activity not in OF_THE_LOG for one in told) == len(rows)
    assert {H(what) for what in rows[:, WHAT]} == set(H)


def test_time_does_not_go_back(told):
    assert [one.time for one in told] == sorted(one.time for one in told)


def test_every_visit_arrives_once_and_leaves_last(told):
    stays: dict[str, list[Event]] = defaultdict(list)
    for one in told:
        if one.entity_id:
            stays[one.entity_id].append(one)
    assert len(stays) > 300
    for stay in stays.values():
        seen = [one.event for one in stay]
        assert seen[0] == "arrival"
        assert seen.count("arrival") == 1
        assert seen.count("depart") == (seen[-1] == "depart")
        uses = Counter(
            (one.event_type, one.resource_id, one.event.removesuffix("_ends")) for one in stay if one.resource_id
        )
        for (kind, number, name), many in uses.items():
            other = {"resource_use": "resource_use_end", "resource_use_end": "resource_use"}[kind]
            assert uses[other, number, name] == many
    assert {one.pathway for one in told if one.entity_id} == {"walk-in", "phone", "colleague"}


def test_only_vidigis_words_are_in_its_columns(told):
    assert {one.event_type for one in told if one.event_type} == VIDIGI
    for one in told:
        assert bool(one.event_type) == bool(one.event)
        assert not one.event_type or one.entity_id
        assert bool(one.resource_id) == one.event_type.startswith("resource_use")


def test_what_begins_ends(told):
    """Whatever lasts begins as often as it ends, but for what goes on when the horizon ends."""
    turns: dict[tuple[str, str], list[str]] = defaultdict(list)
    lasting = {one.activity for one in told if one.transition == "start"}
    for one in told:
        if one.activity in lasting and one.activity not in ("inattention", "break"):
            turns[one.resource if one.kind == "agent" else one.case, one.activity].append(one.transition)
    for own in turns.values():
        assert all(before != after for before, after in itertools.pairwise(own))


def test_calls_and_counters_are_told_apart(told):
    rang = {one.entity_id for one in told if one.activity in ("picked up", "rang off")}
    assert rang
    assert rang <= {one.entity_id for one in told if one.pathway == "phone"}


def test_both_engines_write_the_same_log(busy, told):
    assert list(events(World(busy.scenario, engine="reference"))) == told


def test_a_log_is_read_piece_by_piece(busy, monkeypatch):
    taken = []
    pieces = World.pieces

    def counted(world):
        for piece in pieces(world):
            taken.append(len(piece))
            yield piece

    monkeypatch.setattr(World, "pieces", counted)
    long = World(checked({**ALL_ON, "horizon": {"weeks": 9.0}}, "test"))
    first = events(long)
    next(first)
    assert len(taken) == 1
    assert sum(1 for _ in first) > sum(taken[:1])
    assert len(taken) == 3


# The command


def exported(*args: object) -> subprocess.CompletedProcess[str]:
    """Export the salon's first fortnight as a person would."""
    return servsim("export", SALON, "--set", "horizon.weeks=2", *args)


def test_the_command_writes_a_table(tmp_path):
    path = tmp_path / "log.csv"
    done = exported("--output", path, "--replication", "3")
    assert done.returncode == 0, done.stderr
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert tuple(head) == COLUMNS
    assert f"{len(rows):,} rows" in " ".join(done.stderr.split())
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ((), "export needs --output PATH.csv, where the event log of one replication is to go."),
        (
            ("--output", "no/where.csv"),
            "no/where.csv cannot be written: there is no folder no; make it, or name another.",
        ),
    ],
)
def test_a_mistake_is_a_sentence(args, sentence):
    done = exported(*args)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, sentence)
