"""Every mistake that a person can make in a scenario is answered in exactly these words.

A file `bad/NAME.toml` holds a mistake and `bad/NAME.err` the whole answer, one line for each mistake, with `{file}`
where the path is printed. A new message needs a new pair, and nothing else.
"""

import os
import re
from pathlib import Path

import pytest

from servsim.errors import ScenarioError
from servsim.scenario.read import LARGEST_FILE, read_scenario

BAD = Path(__file__).parent / "bad"
NAMES = sorted({file.stem for file in BAD.iterdir()})


def answer(file: Path, overrides: tuple[str, ...] = ()) -> str:
    """What a person is told who reads this file, with {file} for its path."""
    try:
        read_scenario(file, overrides)
    except ScenarioError as error:
        assert str(error) == "\n".join(error.messages)  # noqa: PT017
        return str(error).replace(str(file), "{file}")
    pytest.fail(f"{file} was read without complaint; it must hold a mistake.")


def written(folder: Path, text: str | bytes) -> Path:
    """A scenario file with this text."""
    file = folder / "desk.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_file_is_answered_in_these_words(name: str) -> None:
    file, words = BAD / f"{name}.toml", BAD / f"{name}.err"
    for half in (file, words):
        assert half.exists(), f"tests/bad/{half.name} is missing; a bad file needs its answer, and an answer its file."
    assert answer(file) == words.read_text(encoding="utf-8").removesuffix("\n"), f"the answer to tests/bad/{file.name}"


def test_there_are_bad_files() -> None:
    assert len(NAMES) >= 48


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_says_where_and_never_scolds(name: str) -> None:
    for message in (BAD / f"{name}.err").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"\{file\}:\d+: \S.*[.?]", message), message
        assert not re.search(r"\b(invalid|please|ensure|error|illegal|wrong)\b", message.split("`")[-1], re.I), message


@pytest.mark.parametrize("text", ["", "\n\n", "# a comment\n", "[demand]\n"])
def test_an_empty_file_is_a_complete_scenario(tmp_path: Path, text: str) -> None:
    assert read_scenario(written(tmp_path, text)).staff.agents == 2


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    told = answer(tmp_path / "nowhere.toml")
    assert told == "{file} does not exist; `servsim init` writes a scenario to start from."


def test_a_file_in_place_of_a_folder_is_said_to_be_unreadable(tmp_path: Path) -> None:
    assert answer(written(tmp_path, "") / "desk.toml") == "{file} cannot be read: Not a directory."


def test_a_path_that_no_system_has_is_said_to_be_unreadable() -> None:
    assert answer(Path("a\0b")) == "{file} cannot be read: embedded null byte."


def test_a_file_that_may_not_be_read_is_said_to_be_unreadable(tmp_path: Path) -> None:
    file = written(tmp_path, "")
    file.chmod(0)
    if os.access(file, os.R_OK):
        pytest.skip("this user may read every file")
    assert answer(file) == "{file} cannot be read: Permission denied."


def test_a_folder_is_said_to_be_one(tmp_path: Path) -> None:
    assert answer(tmp_path) == "{file} is a folder; it must be a scenario file such as scenarios/salon.toml."


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b'title = "Caf\xe9"\n', 1),
        (b"[staff]\n# quarter past \xff\nagents = 3\n", 2),
        ("[staff]\n".encode("utf-16"), 1),
    ],
)
def test_a_file_in_another_encoding_is_told_its_line(tmp_path: Path, data: bytes, line: int) -> None:
    told = answer(written(tmp_path, data))
    assert told == f"{{file}}:{line}: this line is not UTF-8 text; the file must be saved as UTF-8."


def test_a_mark_for_utf_8_at_the_beginning_is_no_mistake(tmp_path: Path) -> None:
    assert read_scenario(written(tmp_path, '\ufefftitle = "Café"\n')).title == "Café"


def test_lines_that_end_as_on_windows_are_counted_once(tmp_path: Path) -> None:
    told = answer(written(tmp_path, "# first\r\n[staff]\r\nagents = -1\r\n"))
    assert told == "{file}:3: staff.agents is -1; it must be a whole number between 0 and 1,000."


def test_a_file_may_be_as_large_as_the_limit_and_no_larger(tmp_path: Path) -> None:
    read_scenario(written(tmp_path, b"#" * LARGEST_FILE))
    told = answer(written(tmp_path, b"#" * (LARGEST_FILE + 1)))
    assert told == "{file} is too large; a scenario file must be at most 1,000,000 bytes."


def test_a_file_without_end_is_too_large() -> None:
    if not Path("/dev/zero").exists():
        pytest.skip("this system has no file without end")
    assert answer(Path("/dev/zero")) == "{file} is too large; a scenario file must be at most 1,000,000 bytes."


def test_many_mistakes_are_told_within_seconds(tmp_path: Path) -> None:
    told = answer(written(tmp_path, "[staff]\n" + "".join(f"agents{number} = 3\n" for number in range(2000))))
    assert told.splitlines()[-1] == "{file}:2001: staff.agents1999 is not a setting. Did you mean staff.agents?"


@pytest.mark.parametrize("text", ["a = " + "[" * 400 + "]" * 400, ".".join("a" * 2000) + " = 1"])
def test_a_deep_nest_is_an_unknown_key(tmp_path: Path, text: str) -> None:
    assert answer(written(tmp_path, text)) == "{file}:1: a is not a setting."


def test_a_whole_number_too_long_for_decimal_digits_is_shown_as_written(tmp_path: Path) -> None:
    told = answer(written(tmp_path, "[staff]\nagents = 0x" + "f" * 5000))
    assert told == f"{{file}}:2: staff.agents is 0x{'f' * 55}…; it must be a whole number between 0 and 1,000."


TWO_SEGMENTS = """
[[segments]]
name = "walk-in"
share = 0.5
[[segments]]
name = "regular"
share = 0.5
"""

OVERRIDES = [
    (
        "",
        "staff.agnts=3",
        "staff.agnts is not a setting. Did you mean staff.agents?",
    ),
    (
        "",
        "zoology.zebras=3",
        "zoology is not a setting.",
    ),
    (
        "",
        "staff.agents=many",
        'staff.agents is "many"; it must be a whole number between 0 and 1,000.',
    ),
    (
        "[staff]\nagents = 2\n",
        "staff.agents=-1",
        "staff.agents is -1; it must be a whole number between 0 and 1,000.",
    ),
    (
        "",
        "staff.agents=",
        'staff.agents is ""; it must be a whole number between 0 and 1,000.',
    ),
    (
        "",
        f"staff.agents={'9' * 5000}",
        f'staff.agents is "{"9" * 37}…"; it must be a whole number between 0 and 1,000.',
    ),
    (
        "",
        f"staff.agents={'[' * 5000}",
        f'staff.agents is "{"[" * 37}…"; it must be a whole number between 0 and 1,000.',
    ),
    (
        "",
        "title=3",
        "title is 3; it must be text in quotes of at most 200 characters.",
    ),
    (
        "",
        "opening.always=yes",
        'opening.always is "yes"; it must be true or false.',
    ),
    (
        "",
        "staff=3",
        "staff is 3; it must be a table, written [staff].",
    ),
    (
        "",
        "evaluate.levels=[1, two]",
        'evaluate.levels is "[1, two]"; it must be a list of 1 to 200 items, each a number.',
    ),
    (
        "",
        "staff.agents",
        "it must be key=value, such as --set staff.agents=3.",
    ),
    (
        "",
        "",
        "it must be key=value, such as --set staff.agents=3.",
    ),
    (
        "",
        "=3",
        "it must be key=value, such as --set staff.agents=3.",
    ),
    (
        "",
        "staff.=3",
        "it must be key=value, such as --set staff.agents=3.",
    ),
    (
        "",
        "staff..agents=3",
        "it must be key=value, such as --set staff.agents=3.",
    ),
    (
        "[staff]\nagents = 2\n",
        "staff.agents.morning=3",
        "staff.agents is 2; it must be a table to have morning in it.",
    ),
    (
        "",
        "staff.agents.morning=3",
        "staff.agents is a table; it must be a whole number between 0 and 1,000.",
    ),
    (
        "staff = 3\n",
        "staff.agents=3",
        "staff is 3; it must be a table to have agents in it.",
    ),
    (
        TWO_SEGMENTS,
        "segments.0.share=0.4",
        "segments.0 is not in the list; its place must be from 1 to 2.",
    ),
    (
        TWO_SEGMENTS,
        "segments.3.share=0.4",
        "segments.3 is not in the list; its place must be from 1 to 2.",
    ),
    (
        TWO_SEGMENTS,
        "segments.²=3",
        "segments.² is not in the list; its place must be from 1 to 2.",
    ),
    (
        TWO_SEGMENTS,
        "segments.regular.share=0.4",
        "segments.regular is not in the list; its place must be from 1 to 2.",
    ),
    (
        TWO_SEGMENTS,
        "segments.2.share=half",
        'segments.2.share is "half"; it must be a number above 0 and at most 1.',
    ),
    (
        TWO_SEGMENTS,
        "segments.2.waiting.patience_seconds=90",
        "segments.2.waiting.patience_seconds is not a setting. Did you mean segments.2.waiting.patience_minutes?",
    ),
    (
        TWO_SEGMENTS,
        "segments.2={name='regular'}",
        "segments.2.share is missing; it must be a number above 0 and at most 1.",
    ),
    (
        TWO_SEGMENTS,
        "segments.2.manager.managers=2",
        "segments.2.manager belongs to the whole desk; write it as manager instead.",
    ),
    (
        "",
        "recovery.voice_share=1.5",
        "recovery.voice_share is 1.5; it must be a number between 0 and 1.",
    ),
    (
        "",
        "staff.agent_knowledge=[0.5, 1.5]",
        "staff.agent_knowledge.2 is 1.5; it must be a number between 0 and 1.",
    ),
    (
        "",
        "segments.1.share=0.4",
        "segments is empty; it must have items before one of them can be changed.",
    ),
    (
        "",
        "demand.profile.9=4",
        "demand.profile is empty; it must have items before one of them can be changed.",
    ),
    (
        "",
        "opening.monday=",
        "the desk is closed all week; give hours to at least one of "
        "monday, tuesday, wednesday, thursday, friday, saturday, sunday.",
    ),
    (
        "",
        "staff.agents=0",
        "staff.agents is 0; it must be at least 1 where no staff.roster says otherwise.",
    ),
]


@pytest.mark.parametrize(("text", "override", "words"), OVERRIDES)
def test_a_bad_override_is_answered_in_these_words(tmp_path: Path, text: str, override: str, words: str) -> None:
    assert answer(written(tmp_path, text), (override,)) == f"--set {override}: {words}"


def test_the_file_is_not_blamed_for_an_override_nor_the_override_for_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "[staff]\nagnts = 3\nagents = 2\n[horizon]\nweeks = 0\n")
    assert answer(file, ("staff.agents=many", "demand.opening_book=-1")).splitlines() == [
        "--set demand.opening_book=-1: demand.opening_book is -1; it must be a whole number between 0 and 10,000,000.",
        '--set staff.agents=many: staff.agents is "many"; it must be a whole number between 0 and 1,000.',
        "{file}:2: staff.agnts is not a setting. Did you mean staff.agents?",
        "{file}:5: horizon.weeks is 0; it must be a number above 0 and at most 1,040.",
    ]


def test_what_an_override_replaces_is_blamed_on_the_override(tmp_path: Path) -> None:
    file = written(tmp_path, "[staff]\nagents = 2\n")
    told = answer(file, ("staff={agents = -1}",))
    assert told == "--set staff={agents = -1}: staff.agents is -1; it must be a whole number between 0 and 1,000."


def test_what_a_segment_lacks_is_not_blamed_on_an_override_beside_it(tmp_path: Path) -> None:
    file = written(tmp_path, '\n[[segments]]\nname = "walk-in"\n')
    told = answer(file, ("segments.1.waiting.patience_minutes=5",))
    assert told == "{file}:2: segments.1.share is missing; it must be a number above 0 and at most 1."


def test_a_mistake_in_the_file_is_healed_by_an_override(tmp_path: Path) -> None:
    assert read_scenario(written(tmp_path, "[staff]\nagents = 2.5\n"), ["staff.agents=3"]).staff.agents == 3
