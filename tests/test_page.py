"""The page without a browser: who may ask, what is refused, what is answered, and when nobody waits any more."""

import json
import logging
import os
import queue
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import httpx
import numpy as np
import pytest
from conftest import TINY_DESK
from test_cli import SERVSIM, servsim

from servsim.errors import ScenarioError
from servsim.page.access_control import BODY_AT_MOST
from servsim.page.background_jobs import AT_ONCE, Answers
from servsim.page.browser import in_browser
from servsim.page.downloads import scenario_file
from servsim.page.json_answer import own_words
from servsim.page.presets import presets
from servsim.page.progressive_answer import Curve, Sides, rounds, spread
from servsim.page.question import Asked, Question, RefusedError, question_of
from servsim.page.question_size_limits import bounded
from servsim.page.replication_cache import BYTES_OF_METRICS
from servsim.page.server import Served
from servsim.page.sliders import levels_of, levers, nice, number_at, slider
from servsim.scenario.read import checked, read_scenario
from servsim.show.model_card.settings import settings
from servsim.study.objective import read_question
from servsim.study.one_lever.evaluate import evaluate
from servsim.study.run import run
from servsim.study.scenario_identity import digest_of
from servsim.study.yearly_projection import COLUMNS

SCENARIO = f"""# What it shows: nothing, quickly.{TINY_DESK.partition("[horizon]")[0]}[horizon]
weeks = 6
years = 2
[evaluate]
levels = [0, 2, 4, 5, 6, 8, 10, 12]
replications = 8
smallest_difference = 100
budget_replications = 120
"""
SLOW = {"horizon.years": "50", "evaluate.replications": "300"}
"""What makes the tiny desk busy for a minute."""
GROWING = {"word_of_mouth.mentions": "3", "word_of_mouth.referral_share": "1", "word_of_mouth.potential_customers": "0"}
STATIC = Path(__file__).parents[1] / "src" / "servsim" / "page" / "static"
REPOSITORY = presets(None)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small scenario in a folder of its own."""
    path = tmp_path_factory.mktemp("page") / "tiny.toml"
    path.write_text(SCENARIO)
    return path


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    """Somebody on this machine who knows the address."""
    with httpx.Client(base_url=served.address, timeout=60) as client:
        yield client


def asks(changes: dict[str, str] | None = None, **others: Any) -> dict[str, Any]:
    """A question as the page sends it."""
    return {"tab": "a tab", "preset": "tiny", "changes": changes or {}, **others}


def answer(client: httpx.Client, *args: Any, **others: Any) -> list[dict[str, Any]]:
    """All lines of an answer."""
    reply = client.post("answer", json=asks(*args, **others))
    assert reply.status_code == 200
    return [json.loads(line) for line in reply.text.splitlines()]


def last(lines: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """The last line of a kind."""
    return [line for line in lines if line["kind"] == kind][-1]


def errors(client: httpx.Client, *args: Any, **others: Any) -> list[tuple[str, str]]:
    """What is refused, and why."""
    (line,) = answer(client, *args, **others)
    assert line["kind"] == "refused"
    return [(error["key"], error["text"]) for error in line["errors"]]


def alive(client: httpx.Client) -> bool:
    """Does the server answer?"""
    return client.get("presets").status_code == 200


# Who may ask


@pytest.mark.parametrize("path", ["", "presets", "static/page.js", "../presets", "%2e%2e/presets"])
def test_without_the_token_nothing_is_answered(served, path):
    for token in ("", "wrong", served.address.split("/")[3][:-1]):
        reply = httpx.get(f"http://127.0.0.1:{served.port}/{token}/{path}")
        assert reply.status_code == 403
        assert "lacks its token" in reply.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example", ""])
def test_a_foreign_host_header_is_refused(client, host):
    reply = client.get("presets", headers={"Host": host})
    assert reply.status_code in (400, 403)
    assert host == "" or "answers to no other name" in reply.text
    assert alive(client)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1"])
def test_a_question_from_another_page_is_refused(client, origin):
    reply = client.post("answer", json=asks(), headers={"Origin": origin})
    assert reply.status_code == 403
    assert "not to pages of others" in reply.text


def test_the_page_itself_may_ask_by_both_of_its_names(served):
    for host in ("127.0.0.1", "localhost"):
        own = f"{host}:{served.port}"
        address = served.address.replace("127.0.0.1", "127.0.0.1")
        reply = httpx.get(address + "presets", headers={"Host": own, "Origin": f"http://{own}"})
        assert reply.status_code == 200


def test_it_listens_to_this_machine_alone(served):
    assert served.socket.getsockname()[0] == "127.0.0.1"


def test_every_answer_forbids_all_that_comes_from_elsewhere(client):
    for reply in (client.get(""), client.get("static/page.css"), client.get("nothing"), client.get("/wrong/")):
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert reply.headers["referrer-policy"] == "no-referrer"


def test_the_page_names_no_address_but_its_own():
    for path in STATIC.iterdir():
        found = re.findall(r"(?:https?:)?//[a-z][^\s\"'`)]*", re.sub(r"(?m)(^| )// .*$", "", path.read_text("utf-8")))
        assert set(found) <= {"http://www.w3.org/2000/svg"}, path.name


@pytest.mark.parametrize("name", ["../app.py", "app.py", "%2e%2e%2fapp.py", "nothing.js", "page.css/../../app.py"])
def test_only_what_the_page_is_made_of_is_handed_out(client, name):
    assert client.get(f"static/{name}").status_code == 404


# What is refused


def body(sent: list[int]) -> Iterator[bytes]:
    """100 MB, counted as they are sent."""
    for _ in range(100):
        sent.append(1)
        yield b"x" * 1_000_000


def test_a_body_of_100_mb_is_refused_without_being_read(client):
    for headers in ({"Content-Length": "100000000"}, {}):
        sent: list[int] = []
        reply = client.post("answer", content=body(sent), headers=headers)
        assert reply.status_code == 413
        assert f"{BODY_AT_MOST:,} bytes at most" in reply.text
        assert len(sent) < 100
        assert alive(client)


def test_a_world_of_millions_of_visits_is_refused_those_of_all_years_counted(client):
    ((key, text),) = errors(client, {"demand.prospects_per_hour": "14000"})
    assert key == ""
    assert re.match(
        r"This is too large for the page: about 4,38\d,\d{3} visits in each replication, where the limit", text
    )
    assert "horizon.years" in text
    assert alive(client)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"evaluate.replications": "100000"}, "replications"),
        ({"evaluate.budget_replications": "1000000"}, "replications"),
        ({"demand.opening_book": "5000000"}, "customers"),
        ({"horizon.years": "50", "evaluate.replications": "200", "demand.prospects_per_hour": "90"}, "visits in all"),
        ({"staff.attentive_minutes": "1e-4", "staff.inattentive_minutes": "1e-4"}, "turns of agents"),
        ({"internal.requests_per_hour": "1000000"}, "turns of agents"),
        (GROWING, "grow without end"),
    ],
)
def test_what_would_take_too_long_is_refused(file, changes, words):
    with pytest.raises(RefusedError, match=words):
        asked(file, changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"staff.agents": "-1"},
        {"staff.agents": "two"},
        {"staff.agents": "2.5"},
        {"waiting.patience_minutes": "0"},
        {"loyalty.yearly_retention": "1.2", "waiting.retry_probability": "7"},
        {"staff.agnts": "3"},
        {"opening.monday": "9 to 5"},
        {"evaluate.objective": "vale"},
    ],
)
def test_an_impossible_value_is_answered_as_on_the_command_line(client, file, changes):
    overrides = [f"{key}={value}" for key, value in changes.items()]
    with pytest.raises(ScenarioError) as error:
        read_question(file, overrides)
    said = [message.split(": ", 1) for message in error.value.messages]
    found = errors(client, changes)
    assert {text for _, text in found} == {sentence for _, sentence in said}
    assert {key for key, _ in found} == set(changes)


def test_two_settings_that_do_not_fit_are_said_beside_the_one_that_is_named(client):
    ((key, text),) = errors(client, {"loyalty.natural_churn": "0.5"})
    assert key == "loyalty.yearly_retention"
    assert text.startswith("loyalty.yearly_retention is 0.8; it must be below")


@pytest.mark.parametrize("content", ["", "{}", "[]", "{", '{"tab": "t", "preset": 3}', '{"tab": "t", "preset": "x"}'])
def test_what_is_no_question_is_said_to_be_none(client, content):
    reply = client.post("answer", content=content)
    assert reply.json()["kind"] == "refused"
    text = reply.json()["errors"][0]["text"]
    assert text.startswith(("This is not a question", "There is no preset"))
    assert ": :" not in text


@pytest.mark.parametrize("key", ["a=b", "__class__", "staff.agents\n", "x" * 200])
def test_a_key_is_a_key(client, key):
    ((_, text),) = errors(client, {key: "1"})
    assert text.startswith("This is not a question of the page")


# Who is slow, or leaves


def sent(port: int, *parts: bytes) -> socket.socket:
    """A connection over which something was sent."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    for part in parts:
        connection.sendall(part)
    return connection


def question_begun(served: Served) -> bytes:
    """The head of a question whose body is to follow."""
    place = served.address.removeprefix("http://").split("/", 1)[1]
    return f"POST /{place}answer HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nContent-Length: 100\r\n\r\n".encode()


def test_who_is_slow_to_ask_is_left(served, client, monkeypatch):
    for module in ("connections", "routes"):
        monkeypatch.setattr(f"servsim.page.{module}.SECONDS_TO_ASK", 0.3)
    begun = question_begun(served)
    with sent(served.port) as silent, sent(served.port, begun[:30]) as halfway, sent(served.port, begun, b"{") as body:
        assert b"408" in body.recv(1000)
        for connection in (silent, halfway, body):
            try:
                while connection.recv(1000):
                    pass
            except ConnectionResetError:
                pass
    assert alive(client)


def test_who_leaves_while_asking_leaves_no_traceback(served, client, monkeypatch):
    said: list[object] = []
    monkeypatch.setattr(logging.getLogger("uvicorn.error"), "error", lambda *args, **_: said.append(args))
    with sent(served.port, question_begun(served), b"{"):
        time.sleep(0.1)
    time.sleep(0.1)
    assert alive(client)
    assert said == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_the_browsers_command_line_does_not_tell_the_token():
    opened, address = queue.Queue(), "http://127.0.0.1:1/secret/"
    with in_browser(address, opened.put):
        url = opened.get(timeout=10)
        file = Path(unquote(urlparse(url).path))
        assert "secret" not in url
        assert f"url={address}" in file.read_text()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not file.exists()


# What is answered


def asked(file: Path, changes: dict[str, str] | None = None, **others: Any) -> Question:
    """A question about the small scenario."""
    return question_of(Asked(tab="t", preset="tiny", changes=changes or {}, **others), presets(file))


def test_the_metrics_are_those_of_the_command_line(client, file):
    changes = {"staff.agents": "1", "investment.minutes_per_visit": "7"}
    told = last(answer(client, changes, seed=3), "metrics")
    moved = [word for key, value in changes.items() for word in ("--set", f"{key}={value}")]
    done = servsim("run", file, "--json", "--seed", "3", *moved)
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert told["replications"] == printed["replications"] == 8
    assert (told["told"], told["of"]) == (2, 2)
    for name in ("retention", "revenue", "value", "cash", "wait_mean"):
        found = {key: told["metrics"][name]["new"][key] for key in ("mean", "low", "high")}
        assert found == {key: printed["metrics"][name][key] for key in ("mean", "low", "high")}


def test_today_and_the_change_are_those_of_the_same_replications(client, file):
    told = last(answer(client, {"staff.agents": "1"}), "metrics")["metrics"]["retention"]
    today, new = run(read_question(file)), run(read_question(file, ["staff.agents=1"]))
    assert told["today"]["mean"] == today["retention"].mean
    assert told["change"]["mean"] == pytest.approx(new["retention"].mean - today["retention"].mean)


def test_the_curve_is_that_of_evaluate_with_the_lever_as_it_is_today(client, file):
    changes = {"staff.agents": "1", "investment.minutes_per_visit": "7"}
    curve = last(answer(client, changes), "curve")
    printed = evaluate(read_question(file, ["staff.agents=1"])).to_dict()
    assert curve["levels"] == [level["level"] for level in printed["levels"]]
    assert (curve["best"], curve["not_worse"]) == (printed["best"], printed["not_worse"])
    for series in curve["series"]:
        metrics = [level["metrics"][series["name"]] for level in printed["levels"]]
        assert series["points"] == [[metric["mean"], metric["low"], metric["high"]] for metric in metrics]


def test_the_first_answer_is_of_one_year_and_few_levels_and_later_ones_of_more_years_and_replications(client):
    lines = answer(client, {"service.core_minutes": "9"})
    metrics = [line for line in lines if line["kind"] == "metrics"]
    curves = [line for line in lines if line["kind"] == "curve"]
    assert [(line["told"], line["replications"]) for line in metrics] == [(1, 3), (2, 3), (2, 6), (2, 8)]
    assert [(line["told"], min(line["replications"])) for line in curves] == [
        (1, 3),
        (1, 3),
        (2, 3),
        (2, 6),
        (2, 8),
        (2, 8),
    ]
    assert [line["last"] for line in curves] == [False] * 5 + [True]
    assert [bool(line["best"]) for line in curves] == [False, False, True, True, True, True]
    assert [bool(line["advice"]) for line in curves] == [False] * 3 + [True] * 3
    assert [bool(line["draft"]) for line in curves] == [True] * 3 + [False] * 3
    assert curves[0]["levels"] == [0, 4, 5, 6, 8, 12]
    assert len(curves[1]["levels"]) == 8
    assert lines[0]["kind"] == "asked"
    assert [line["kind"] for line in lines[-2:]] == ["done", "beside"]
    widths = [line["metrics"]["revenue"]["new"] for line in (metrics[0], metrics[-1])]
    assert widths[1]["high"] - widths[1]["low"] < widths[0]["high"] - widths[0]["low"]


def test_moving_the_lever_alone_shows_the_finished_curve_at_once(client):
    answer(client)
    lines = answer(client, {"investment.minutes_per_visit": "7"})
    curves = [line for line in lines if line["kind"] == "curve"]
    assert [curve["last"] for curve in curves] == [True]
    assert curves[0]["series"][0]["before"] is None


def test_todays_curve_stands_beside_the_new_one(client, file):
    curve = last(answer(client, {"staff.agents": "1"}), "curve")
    today = evaluate(read_question(file), smallest_difference=0.0)
    assert curve["series"][0]["before"] == [[level, today.at(level, "value").mean] for level in today.levels]


def test_no_world_is_simulated_twice(file):
    answers, question = Answers(), asked(file, {"staff.agents": "1"})
    told: list[dict[str, Any]] = []
    answers.answer(question, threading.Event(), told.append)
    many = answers.memory.many
    simulated = []
    answers.memory.keep = lambda finished: simulated.extend(finished)  # type: ignore[method-assign]
    again: list[dict[str, Any]] = []
    answers.answer(question, threading.Event(), again.append)
    assert many > 8 * 8
    assert simulated == []
    assert last(again, "metrics") == last(told, "metrics")
    assert last(again, "curve") == last(told, "curve")


def test_another_lever_gets_levels_around_todays(client):
    curve = last(answer(client, lever="staff.agents"), "curve")
    assert curve["lever"] == "staff.agents"
    assert curve["levels"] == [1, 2, 3, 4, 5, 6, 7]
    ((_, text),) = errors(client, lever="staff.choice")
    assert text.startswith("staff.choice cannot be a lever here")


def test_other_seeds_are_other_replications(client):
    means = {seed: last(answer(client, seed=seed), "metrics")["metrics"]["revenue"]["new"]["mean"] for seed in (1, 2)}
    assert means[1] != means[2]


def test_the_desk_is_filmed_on_the_same_day_for_both(client):
    told = client.post("desk", json=asks({"staff.agents": "1"})).json()
    reels = [film["reel"] for film in told["films"]]
    assert told["day"] == 7
    assert [len(reel["agents"]) for reel in reels] == [2, 1]
    assert {reel["when"] for reel in reels} == {told["when"]}
    alone = client.post("desk?day=14", json=asks()).json()
    assert (alone["day"], len(alone["films"])) == (14, 1)
    closed = client.post("desk?day=13", json=asks()).json()
    assert closed["kind"] == "refused"
    assert "day 13" in closed["errors"][0]["text"]


def test_a_desk_too_crowded_to_be_seen_is_not_filmed(client):
    told = client.post("desk", json=asks(preset="erlang-a")).json()
    assert told["errors"][0]["text"] == "About 69,120 visits come on a day; a film can show 4,000 at most."


# When nobody waits any more


def first_line(client: httpx.Client, question: dict[str, Any], heard: threading.Event, kinds: list[str]) -> None:
    """Ask, say when the answer begins, and note what it is made of."""
    with client.stream("POST", "answer", json=question) as reply:
        for line in reply.iter_lines():
            kinds.append(json.loads(line)["kind"])
            heard.set()


def test_a_second_question_of_a_tab_stops_the_first_and_no_other_tabs(served, client):
    kinds: dict[str, list[str]] = {"one": [], "two": []}
    threads = []
    for tab, found in kinds.items():
        heard = threading.Event()
        question = asks(SLOW if tab == "one" else {"staff.agents": "3"}, tab=tab)
        threads.append(threading.Thread(target=first_line, args=(client, question, heard, found)))
        threads[-1].start()
        assert heard.wait(30)
    assert last(answer(client, {"staff.agents": "4"}, tab="one"), "done")
    for thread in threads:
        thread.join(30)
    assert kinds["one"][-1] == "superseded"
    assert kinds["two"][-2:] == ["done", "beside"]
    assert served.page.answers.waiting == {}


def test_a_browser_that_leaves_stops_the_work(served, client):
    with client.stream("POST", "answer", json=asks(SLOW, tab="leaving")) as reply:
        lines = reply.iter_lines()  # kept: thrown away, it would close the connection
        next(lines)
        time.sleep(0.5)
        assert "leaving" in served.page.answers.waiting
    many, until = -1, time.monotonic() + 20
    while served.page.answers.memory.many != many and time.monotonic() < until:
        many = served.page.answers.memory.many
        time.sleep(1)
    assert "leaving" not in served.page.answers.waiting
    assert served.page.answers.memory.many == many


def test_a_stopped_question_goes_on_where_it_was(file):
    answers, question, stop = Answers(), asked(file, {"staff.agents": "1"}), threading.Event()
    told: list[dict[str, Any]] = []

    def tell(line: dict[str, Any]) -> None:
        told.append(line)
        if line["kind"] == "curve":
            stop.set()

    answers.answer(question, stop, tell)
    assert told[-1]["kind"] == "superseded"
    known = answers.memory.many
    assert known > 0
    answers.answer(question, threading.Event(), told.append)
    assert [line["kind"] for line in told[-2:]] == ["done", "beside"]
    assert last(told, "metrics")["metrics"]["value"]["new"]["mean"] == run(question.new)["value"].mean


def test_so_many_tabs_and_no_more():
    answers = Answers()
    stops = {f"tab {number}": answers.begin(f"tab {number}") for number in range(AT_ONCE)}
    with pytest.raises(RefusedError, match="close a tab"):
        answers.begin("one more")
    again = answers.begin("tab 0")
    assert stops["tab 0"].is_set()
    answers.end("tab 0", stops["tab 0"])
    assert not again.is_set()
    answers.end("tab 0", again)
    assert answers.begin("one more")


def test_what_breaks_is_said_and_the_server_lives(file, capsys, monkeypatch):
    def breaks(*_: Any) -> Iterator[None]:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr("servsim.page.background_jobs.rounds", breaks)
    told: list[dict[str, Any]] = []
    Answers().answer(asked(file), threading.Event(), told.append)
    assert told[-1]["kind"] == "refused"
    assert "broke something" in told[-1]["errors"][0]["text"]
    assert "planted" in capsys.readouterr().err


# Presets, settings, levers


def test_the_named_file_comes_first_then_the_repository_then_the_templates(client):
    names = client.get("presets").json()
    assert names[:2] == ["tiny", "salon"]
    assert {"manager", "erlang-a", "shop", "phone", "textbook"} <= set(names)
    assert client.get("preset/tiny").json()["about"] == "Nothing, quickly."


@pytest.mark.parametrize("name", REPOSITORY)
def test_every_preset_can_be_loaded_and_asked(client, name):
    told = client.get(f"preset/{name}").json()
    question = question_of(Asked(tab="t", preset=name), REPOSITORY)
    assert question.new == question.today == question.levels
    assert told["lever"] == question.lever == told["levers"][0]["key"]
    for lever in told["levers"]:
        assert lever["min"] <= float(lever["value"]) <= lever["max"]
        assert 20 <= (lever["max"] - lever["min"]) / lever["step"] <= 200 or lever["step"] == 1
        assert len(lever["meaning"]) > 10
        levels = levels_of(question.today, lever["key"])
        assert 3 <= len(levels) <= 11
        assert levels == sorted(set(levels))


def test_every_numeric_setting_is_within_reach(client):
    told = {
        setting["key"]: setting for table in client.get("preset/tiny").json()["tables"] for setting in table["settings"]
    }
    others = ("segments", "optimise", "uncertain", "exceptions")
    numeric = {setting.path for setting in settings() if setting.is_number and setting.table not in others}
    assert numeric <= told.keys()
    wage = told["staff.wage_per_hour"]
    assert wage["value"] == "25"
    assert wage["unit"] == "EUR/h"
    assert wage["meaning"] == "What an agent's hour costs the business."
    assert wage["limits"] == "0 to 1,000,000"
    assert told["staff.while_serving"]["choices"] == ["pause", "half_there"]
    assert told["service.difficulty_cv"]["grade"] == "one good study"
    assert told["opening.monday"]["value"] == "09:00-12:00"


def test_every_setting_as_it_is_shown_changes_nothing(client, file):
    told = client.get("preset/tiny").json()
    own = {table["name"] for table in told["tables"] if not table["absent"]}
    changes = {
        setting["key"]: setting["value"]
        for table in told["tables"] if table["name"] in own for setting in table["settings"] if setting["value"] != ""
    }  # fmt: skip
    question = asked(file, changes)
    assert digest_of(question.new) == digest_of(question.today)


def test_levers_are_those_that_move_something():
    of = {name: levers(preset.scenario()) for name, preset in REPOSITORY.items()}
    assert of["salon"][:3] == ["investment.minutes_per_visit", "staff.agents", "waiting.patience_minutes"]
    assert of["manager"][0] == "manager.escalated_share"
    assert "staff.agents" not in of["public-office"]  # it has a roster
    assert "investment.minutes_per_visit" not in of["erlang-a"]
    assert number_at(REPOSITORY["erlang-a"].scenario(), "loyalty.natural_churn") is None


def test_a_slider_goes_to_round_ends_in_round_steps():
    assert slider(REPOSITORY["salon"].scenario(), "waiting.patience_minutes") == {"min": 1.0, "max": 180.0, "step": 1.0}
    assert slider(REPOSITORY["manager"].scenario(), "manager.escalated_share") == {
        "min": 0.0,
        "max": 1.0,
        "step": 0.005,
    }
    assert [nice(size) for size in (0.011, 0.02, 0.3, 1, 2.1, 7, 10)] == [0.02, 0.02, 0.5, 1, 5, 10, 10]


def test_the_first_levels_span_all_of_them():
    assert spread((1.0, 2.0, 3.0)) == (1.0, 2.0, 3.0)
    assert spread(tuple(range(12))) == (0, 3, 6, 8, 11)


def test_memory_gives_back_what_it_was_given_and_forgets_the_oldest(file, monkeypatch):
    answers, question = Answers(), asked(file)
    memory = answers.memory
    found = list(rounds(question, answers.ongoing, answers.execution(threading.Event())))
    assert isinstance(found[0], Sides)
    assert isinstance(found[-1], Curve)
    assert memory.last(question.levels, question.seed) is found[-1].new
    assert memory.last(question.levels, 2) is None
    months = 24 * len(COLUMNS) * 8
    monkeypatch.setattr("servsim.page.replication_cache.BYTES_AT_MOST", 20 * (BYTES_OF_METRICS + months))
    answers = Answers()
    run(question.today, replications=15, execution=answers.execution(threading.Event()))
    run(asked(file, {"staff.agents": "1"}).new, replications=15, execution=answers.execution(threading.Event()))
    assert answers.memory.many == 15
    assert answers.memory.bytes == 15 * (BYTES_OF_METRICS + months)


# Taking home


@pytest.mark.parametrize("name", REPOSITORY)
def test_the_scenario_taken_home_is_the_one_on_the_page(tmp_path, name):
    changes = {"service.core_minutes": "12.5", "quality.perception_sd": "0.25", "opening.sunday": "10:00-11:30"}
    if name == "several-levers":
        changes["recovery.kappa"] = "0.2"
    changes = {key: value for key, value in changes.items() if "recovery" not in key}
    question = question_of(Asked(tab="t", preset=name, changes=changes), REPOSITORY)
    path = tmp_path / "home.toml"
    path.write_text(scenario_file(question), encoding="utf-8")
    home = read_scenario(path)
    assert digest_of(home) == digest_of(question.new)
    assert home.title == question.new.title
    assert home.evaluate == question.new.evaluate


def test_a_value_cannot_end_the_comment_above_the_scenario(client, tmp_path):
    path = tmp_path / "home.toml"
    reply = client.post("scenario", json=asks({"staff.choice": '"fastest"\n'}))
    assert reply.headers["content-disposition"] == 'attachment; filename="scenario.toml"'
    path.write_text(reply.text)
    assert read_scenario(path).staff.choice == "fastest"


def test_the_table_taken_home_is_that_of_evaluate(client, file):
    rows = client.post("table", json=asks({"staff.agents": "1"})).text.splitlines()
    expected = evaluate(read_question(file, ["staff.agents=1"])).rows()
    assert len(rows) == 1 + len(expected)
    assert rows[0] == ",".join(expected[0])
    values = np.array([float(line.split(",")[4] or "nan") for line in rows[1:]])
    np.testing.assert_array_equal(
        values, np.array([np.nan if row["value"] is None else row["value"] for row in expected])
    )


def test_the_report_taken_home_is_about_the_same_scenario(client, file):
    reply = client.post("report", json=asks({"staff.agents": "1"}))
    assert reply.headers["content-type"].startswith("text/html")
    assert digest_of(read_question(file, ["staff.agents=1"])) in reply.text


# The command


def test_a_port_that_is_taken_and_a_file_that_is_none_are_said(served):
    taken = ["--port", served.port]
    for extra, words in ((["nothing.toml"], "nothing.toml does not exist"), (taken, "cannot be had")):
        result = servsim("page", "--no-open", *extra)
        assert result.returncode == 2
        assert words in result.stderr
        assert "Traceback" not in result.stderr


def test_it_is_served_until_ctrl_c(file):
    command = [*SERVSIM, "page", str(file), "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            address = process.stdout.readline().strip()
            with httpx.stream("POST", address + "answer", json=asks(SLOW), timeout=60) as reply:
                lines = reply.iter_lines()  # kept: thrown away, it would close the connection
                next(lines)
                process.send_signal(signal.SIGINT)
                assert process.wait(20) == 0
            assert "Traceback" not in process.stderr.read()
        finally:
            process.kill()


@pytest.mark.parametrize("name", ["starlette", "uvicorn", "tomli_w"])
def test_without_the_extra_it_is_said_what_is_missing(name):
    code = f"import sys; sys.modules['{name}'] = None; sys.argv = ['servsim', 'page']; from servsim.cli import main; main()"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr == f"page needs {name}; install it with pip install '.[page]' in servsim's folder.\n"


def test_bounds_leave_every_preset_alone():
    for name, preset in REPOSITORY.items():
        bounded([preset.scenario()], name)


@pytest.mark.parametrize(("agents", "said"), [(2, "Mean wait: −"), (1, "")])
def test_what_was_moved_is_told_of_a_desk_without_money_too(agents, said):
    tables = {"opening": {"monday": "09:00-12:00"}, "demand": {"prospects_per_hour": 5.0}, "waiting": {},
              "staff": {"agents": 1}, "horizon": {"weeks": 8.0}, "evaluate": {"objective": "wait_mean"}}  # fmt: skip
    today = checked(tables, "tiny")
    new = checked(tables | {"staff": {"agents": agents}}, "tiny")
    told = own_words(Sides(run(today, replications=4), run(new, replications=4), 1.0))
    assert told.replace("-", "−").startswith(said)
    assert ("against today" in told) == bool(said)
