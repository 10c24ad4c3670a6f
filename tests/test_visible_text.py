"""No text of a file, a store or a command line steers the terminal: it is refused as a name, and written out elsewhere."""

import json

import pytest
from rich.table import Table

from servsim.cli.output import notice, print_json, say
from servsim.errors import ScenarioError, ServsimError
from servsim.scenario.read import checked, read_scenario
from servsim.visible_text import STEERING

EVIL = "a\x1b[31m\x9b2J\u202eb"
SHOWN = r"a\x1b[31m\x9b2J\u202eb"


@pytest.mark.parametrize(
    ("tables", "key"),
    [
        ({"title": EVIL}, "title"),
        ({"segments": [{"name": "x\ty", "share": 1.0}]}, "segments.1.name"),
        ({"money": {"currency": "\x9bm"}}, "money.currency"),
    ],
)
def test_a_name_with_control_characters_is_refused_and_quoted_visibly(tables, key):
    with pytest.raises(ScenarioError) as caught:
        checked(tables, "shop.toml")
    said = str(caught.value)
    assert said.startswith(f"shop.toml: {key} is ")
    assert said.endswith("; it must be text in quotes without control characters.")
    assert not STEERING.search(said)


def test_names_in_any_script_are_names():
    for name in ("Café 5★", "می‌خواهم", "👩‍💻 Coders", "日本"):
        assert checked({"title": name}, "test").title == name


@pytest.mark.parametrize(
    "text",
    ['"\\u001b[31m" = 1', f'title = "{EVIL}"', '[staff]\nagents = "\\u009b2J"', '[evaluate]\nlever = "\\u001b[0m"'],
)
def test_a_message_shows_what_it_quotes(tmp_path, typed, text):
    path = tmp_path / f"{EVIL}.toml"
    path.write_text(text, "utf-8")
    code, out, err = typed("check", path, "--set", f"{EVIL}=1")
    assert (code, out) == (2, "")
    assert not STEERING.search(err.replace("\n", ""))


def test_an_error_in_python_cannot_steer_the_terminal_either(tmp_path):
    with pytest.raises(ServsimError) as caught:
        read_scenario(tmp_path / f"{EVIL}.toml")
    assert SHOWN in str(caught.value)
    assert caught.value.messages == [str(caught.value)]


def test_whatever_is_printed_cannot_steer_the_terminal(capsys):
    table = Table(EVIL, title=EVIL)
    table.add_row(EVIL)
    say(EVIL, table)
    notice(EVIL)
    print_json({"title": EVIL, EVIL: 1})
    out, err = capsys.readouterr()
    assert not STEERING.search((out + err).replace("\n", ""))
    assert out.startswith(f"{SHOWN}\n")
    assert err == f"{SHOWN}\n"
    assert json.loads(out[out.index("\n{") :]) == {"title": EVIL, EVIL: 1}
