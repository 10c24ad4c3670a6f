"""Every mistake that a person can make in a scenario is answered in exactly these words.

A file `bad/NAME.toml` holds a mistake and `bad/NAME.err` the whole answer, one line for each mistake, with `{file}`
where the path is printed. A new message needs a new pair, and nothing else.
"""

import os
import re
from pathlib import Path
from time import process_time

import pytest

from servsim.errors import ScenarioError
from servsim.scenario.everyday_words import SAID
from servsim.scenario.messages import every_setting
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
    assert answer(Path("a\0b")) == r"a\x00b cannot be read: embedded null byte."


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


@pytest.mark.parametrize("line", ["agents{} = 3\n", "[table{}]\n"], ids=["keys", "tables"])
def test_of_many_mistakes_the_first_hundred_are_told_at_once(tmp_path: Path, line: str) -> None:
    begun = process_time()
    told = answer(
        written(tmp_path, "[staff]\n" + "".join(line.format(number) for number in range(30_000)))
    ).splitlines()
    assert process_time() - begun < 5
    assert len(told) == 101
    assert told[99].startswith("{file}:101: ")
    assert told[100] == "{file}: 29,900 more mistakes are not shown."


@pytest.mark.parametrize(
    ("begin", "line"), [("x = [", '"a",'), ("x = [", "[1],"), ("x = '''", '"]'), ('x = """', "]'")]
)
def test_where_a_statement_begins_that_never_ends_is_found_at_once(tmp_path: Path, begin: str, line: str) -> None:
    begun = process_time()
    told = answer(written(tmp_path, f"[staff]\n{begin}\n" + f"{line}\n" * 32_000))
    assert told.startswith(f"{{file}}:2: `{begin}` cannot be read; ")
    assert process_time() - begun < 2


def test_a_deep_nest_is_an_unknown_key(tmp_path: Path) -> None:
    assert answer(written(tmp_path, "a = " + "[" * 400 + "]" * 400)) == "{file}:1: a is not a setting."


@pytest.mark.parametrize("text", [".".join("a" * 40_000) + " = 1", '["b"' + '."b"' * 40_000 + "]"])
def test_a_key_of_very_many_parts_is_refused_at_once(tmp_path: Path, text: str) -> None:
    begun = process_time()
    told = answer(written(tmp_path, "\n" + text))
    assert told.startswith("{file}:2: `")
    assert told.endswith("` cannot be read; lists and tables must be nested less deep.")
    assert process_time() - begun < 1


def test_hours_may_be_written_as_people_write_them(tmp_path: Path) -> None:
    text = 'monday = "9:00-17:00"\ntuesday = "9 - 12,13 - 17:30"\nwednesday = "09:00 – 17:00"\nthursday = "9—24:00"\n'
    opening = read_scenario(written(tmp_path, f"[opening]\n{text}")).opening
    assert [opening.spans(day) for day in range(4)] == [
        [(540, 1020)], [(540, 720), (780, 1050)], [(540, 1020)], [(540, 1440)],
    ]  # fmt: skip
    assert (opening.tuesday, opening.wednesday) == ("09:00-12:00, 13:00-17:30", "09:00-17:00")


def test_everyday_words_stand_for_settings_and_for_no_name_of_their_own() -> None:
    assert {tuple(key.split(".")) for key in SAID} <= {*every_setting()}
    words = {word for said in SAID.values() for word in said.split()}
    assert not words & {str(path[-1]) for path in every_setting()}
    assert not {word for word in words if word.endswith("s")}


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


WORLD = [
    # name, the file, {line: answer}
    (
        "word of mouth: keys",
        """\
[word_of_mouth]
praise = 0.1
warning = 0.3
referal_share = 0.05
deterred_weeks = 26
potential_customer = 500
""",
        """\
2: word_of_mouth.praise is not a setting. Did you mean word_of_mouth.praises?
3: word_of_mouth.warning is not a setting. Did you mean word_of_mouth.warnings?
4: word_of_mouth.referal_share is not a setting. Did you mean word_of_mouth.referral_share?
5: word_of_mouth.deterred_weeks is not a setting. Did you mean word_of_mouth.deterred_days?
6: word_of_mouth.potential_customer is not a setting. Did you mean word_of_mouth.potential_customers?
""",
    ),
    (
        "word of mouth: numbers",
        """\
[word_of_mouth]
praises = 4
warnings = -1
referral_days = 0
deterred_share = 1.5
potential_customers = 2.5
""",
        """\
2: word_of_mouth.praises is 4; it must be a number between 0 and 3.
3: word_of_mouth.warnings is -1; it must be a number between 0 and 3.
4: word_of_mouth.referral_days is 0; it must be a number above 0 and at most 3,650.
5: word_of_mouth.deterred_share is 1.5; it must be a number between 0 and 1.
6: word_of_mouth.potential_customers is 2.5; it must be a whole number between 0 and 2,000,000,000.
""",
    ),
    (
        "word of mouth: disappointed and delighted at once",
        """\
[word_of_mouth]
delighted_above = 5
disappointed_below = 5.5
""",
        """\
3: word_of_mouth.disappointed_below is 5.5; it must be at most word_of_mouth.delighted_above, 5.
""",
    ),
    (
        "word of mouth: disappointed and delighted at once, in one segment",
        """\
[word_of_mouth]
delighted_above = 9
[[segments]]
name = "walk-in"
share = 0.5
[segments.word_of_mouth]
delighted_above = 3
[[segments]]
name = "regular"
share = 0.5
""",
        """\
6: segments.1.word_of_mouth.disappointed_below is 4; it must be at most word_of_mouth.delighted_above, 3.
""",
    ),
    (
        "competitors: keys",
        """\
[competitors]
rivals_quality = [7]
newcomers_quality = 7
newcomer_month = 6
return_shares = 0.1
""",
        """\
2: competitors.rivals_quality is not a setting. Did you mean competitors.rival_quality?
3: competitors.newcomers_quality is not a setting. Did you mean competitors.newcomer_quality?
4: competitors.newcomer_month is not a setting. Did you mean competitors.newcomer_week?
5: competitors.return_shares is not a setting. Did you mean competitors.return_share?
""",
    ),
    (
        "competitors: numbers",
        """\
[competitors]
rival_quality = 7
rival_drift = 6
newcomer_quality = 11
""",
        """\
2: competitors.rival_quality is 7; it must be a list of 1 to 10 items, each a number between 0 and 10.
3: competitors.rival_drift is 6; it must be a number between -5 and 5.
4: competitors.newcomer_quality is 11; it must be a number between 0 and 10.
""",
    ),
    (
        "rivals: none",
        """\
[competitors]
rival_quality = []
""",
        """\
2: competitors.rival_quality is []; it must be a list of 1 to 10 items, each a number between 0 and 10.
""",
    ),
    (
        "rivals: out of range",
        """\
[competitors]
rival_quality = [7, 11, -1]
""",
        """\
2: competitors.rival_quality.2 is 11; it must be a number between 0 and 10.
2: competitors.rival_quality.3 is -1; it must be a number between 0 and 10.
""",
    ),
    (
        "rivals: too many",
        """\
[competitors]
rival_quality = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1]
""",
        """\
2: competitors.rival_quality is [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1]; it must be a list of 1 to 10 items, each a number between 0 and 10.
""",
    ),
    (
        "advertising, training and a budget",
        """\
[advertising]
budget = 500
usual_per_month = 0
elasticity = 1.5
carry_over = 1
promised_point = 1
promise_pull = 1.5
[training]
hours_per_week = 2
turnover = 1
learning_rate = 0.4
newcomer_cases = 0
[budget]
money_per_year = 12000
training_share = 50
""",
        """\
2: advertising.budget is not a setting. Did you mean advertising.budget_per_month?
3: advertising.usual_per_month is 0; it must be a number between 1 and 1,000,000,000.
4: advertising.elasticity is 1.5; it must be a number between 0 and 1.
5: advertising.carry_over is 1; it must be a number between 0 and 0.99.
6: advertising.promised_point is not a setting. Did you mean advertising.promised_points?
7: advertising.promise_pull is 1.5; it must be a number between 0 and 1.
9: training.hours_per_week is not a setting. Did you mean training.hours_per_month?
10: training.turnover is 1; it must be a number of at least 0 and below 1.
11: training.learning_rate is 0.4; it must be a number between 0.5 and 1.
12: training.newcomer_cases is 0; it must be a whole number between 1 and 100,000.
14: budget.money_per_year is not a setting. Did you mean budget.money_per_month?
15: budget.training_share is 50; it must be a number between 0 and 1: for 50 %, write 0.5.
""",
    ),
    (
        "colleagues, recognition, telephone and load",
        """\
[internal]
requests_hour = 2
request_minutes = 0
request_distribution = "fixed"
request_priority = 101
neglect_memory = 0
[recognition]
recognized_share = 0.8
own_agent_first = "yes"
[phone]
phone_order = "in turn"
phone_patience_seconds = 90
phone_core_factor = 0
[load]
queue_cuts = 0.2
fatigue_slowdown = 1
fatigue_minutes = 0
""",
        """\
2: internal.requests_hour is not a setting. Did you mean internal.requests_per_hour?
3: internal.request_minutes is 0; it must be a number above 0 and at most 10,000.
4: internal.request_distribution is "fixed"; it must be one of "lognormal", "exponential".
5: internal.request_priority is 101; it must be a whole number between -100 and 100.
6: internal.neglect_memory is 0; it must be a number above 0 and at most 1.
8: recognition.recognized_share is not a setting. Did you mean recognition.recognised_share?
9: recognition.own_agent_first is "yes"; it must be true or false.
11: phone.phone_order is "in turn"; it must be one of "in_turn", "first", "last".
12: phone.phone_patience_seconds is not a setting. Did you mean phone.phone_patience_minutes?
13: phone.phone_core_factor is 0; it must be a number between 0.01 and 10.
15: load.queue_cuts is not a setting. Did you mean load.queue_cut?
16: load.fatigue_slowdown is 1; it must be a number between 0 and 0.9.
17: load.fatigue_minutes is 0; it must be a number above 0 and at most 10,000.
""",
    ),
    (
        "tables",
        """\
[advertisement]
[trainings]
[competitor]
[word_of_mouths]
[phones]
[internals]
[loads]
[budgets]
[recognitions]
""",
        """\
1: advertisement is not a setting. Did you mean advertising?
2: trainings is not a setting. Did you mean training?
3: competitor is not a setting. Did you mean competitors?
4: word_of_mouths is not a setting. Did you mean word_of_mouth?
5: phones is not a setting. Did you mean phone?
6: internals is not a setting. Did you mean internal?
7: loads is not a setting. Did you mean load?
8: budgets is not a setting. Did you mean budget?
9: recognitions is not a setting. Did you mean recognition?
""",
    ),
    (
        "a segment with settings of the desk",
        """\
[[segments]]
name = "walk-in"
share = 0.5
[segments.word_of_mouth]
praises = 0.2
deterred_days = 30
potential_customers = 100
[segments.competitors]
without_quality = 5
rival_quality = [7]
newcomer_week = 3
[segments.recognition]
own_agent_first = true
[segments.phone]
phone_share = 0.5
phone_order = "first"
[[segments]]
name = "regular"
share = 0.5
[segments.waiting]
queue_policy = "equal"
[segments.spending]
price_level = 2
""",
        """\
6: segments.1.word_of_mouth.deterred_days belongs to the whole desk; write it as word_of_mouth.deterred_days instead.
7: segments.1.word_of_mouth.potential_customers belongs to the whole desk; write it as word_of_mouth.potential_customers instead.
10: segments.1.competitors.rival_quality belongs to the whole desk; write it as competitors.rival_quality instead.
11: segments.1.competitors.newcomer_week belongs to the whole desk; write it as competitors.newcomer_week instead.
13: segments.1.recognition.own_agent_first belongs to the whole desk; write it as recognition.own_agent_first instead.
16: segments.1.phone.phone_order belongs to the whole desk; write it as phone.phone_order instead.
21: segments.2.waiting.queue_policy belongs to the whole desk; write it as waiting.queue_policy instead.
23: segments.2.spending.price_level belongs to the whole desk; write it as spending.price_level instead.
""",
    ),
    (
        "a segment with tables of the desk",
        """\
[[segments]]
name = "all"
share = 1
[segments.advertising]
[segments.training]
[segments.budget]
[segments.internal]
[segments.load]
queue_cut = 0.5
""",
        """\
4: segments.1.advertising belongs to the whole desk; write it as advertising instead.
5: segments.1.training belongs to the whole desk; write it as training instead.
6: segments.1.budget belongs to the whole desk; write it as budget instead.
7: segments.1.internal belongs to the whole desk; write it as internal instead.
8: segments.1.load belongs to the whole desk; write it as load instead.
""",
    ),
    (
        "changed tables",
        """\
[waiting]
queue_policy = "by value"
[quality]
should_drift = 6
[spending]
price_level = 0.1
spend_growth = 2
spend_cap = 0.5
""",
        """\
2: waiting.queue_policy is "by value"; it must be one of "by_segment", "equal", "by_value".
4: quality.should_drift is 6; it must be a number between 0 and 5.
6: spending.price_level is 0.1; it must be a number above 0.1 and at most 10.
7: spending.spend_growth is 2; it must be a number between 0 and 1: for 2 %, write 0.02.
8: spending.spend_cap is 0.5; it must be a number between 1 and 10.
""",
    ),
    (
        "levels",
        """\
[evaluate]
lever = "word_of_mouth.potential_customers"
levels = [0, 1e10]
""",
        """\
3: evaluate.levels.2 is 10000000000; word_of_mouth.potential_customers must be a whole number between 0 and 2,000,000,000.
""",
    ),
    (
        "a list is no lever",
        """\
[evaluate]
lever = "competitors.rival_quality"
levels = [5, 6]
""",
        """\
2: evaluate.lever is "competitors.rival_quality"; it must be a numeric setting such as "investment.minutes_per_visit" or "staff.agents".
""",
    ),
]
"""Mistakes in the tables of the world around the desk and of the house: name, file, answer by line."""


@pytest.mark.parametrize(("text", "words"), [pytest.param(*row[1:], id=row[0]) for row in WORLD])
def test_a_mistake_about_the_world_or_the_house_is_answered_in_these_words(
    tmp_path: Path, text: str, words: str
) -> None:
    assert answer(written(tmp_path, text)).replace("{file}:", "") == words.removesuffix("\n")


@pytest.mark.parametrize(("table", "written_as", "meant"), [
    ("internal", "request_per_hour", "requests_per_hour"),
    ("word_of_mouth", "deterred_day", "deterred_days"),
    ("training", "newcomer_case", "newcomer_cases"),
    ("quality", "price_expectations", "price_expectation"),
])  # fmt: skip
def test_an_s_too_few_or_too_many_is_nearer_than_another_unit(
    tmp_path: Path, table: str, written_as: str, meant: str
) -> None:
    told = answer(written(tmp_path, f"[{table}]\n{written_as} = 2\n"))
    assert told == f"{{file}}:2: {table}.{written_as} is not a setting. Did you mean {table}.{meant}?"


BOOK = "[demand]\nopening_book = 20000\n"
IN_A_SEGMENT = """
[[segments]]
name = "walk-in"
share = 0.5
[segments.word_of_mouth]
praises = 0.2
[[segments]]
name = "regular"
share = 0.5
"""


@pytest.mark.parametrize(("tables", "told"), [
    ("[word_of_mouth]\n", "{file}:3: word_of_mouth.potential_customers is 10000"),
    ("[word_of_mouth]\npotential_customers = 20000\n", "{file}:4: word_of_mouth.potential_customers is 20000"),
    (IN_A_SEGMENT, "{file}: word_of_mouth.potential_customers is 10000"),
])  # fmt: skip
def test_a_business_has_fewer_customers_than_there_could_be(tmp_path: Path, tables: str, told: str) -> None:
    need = "it must be above demand.opening_book, 20000, or 0."
    assert answer(written(tmp_path, BOOK + tables)) == f"{told}; {need}"


@pytest.mark.parametrize("table", [
    "[word_of_mouth]\npotential_customers = 0\n",
    "[word_of_mouth]\npotential_customers = 20001\n",
    "[word_of_mouth]\non = false\n",
])  # fmt: skip
def test_enough_who_could_be_customers_are_no_mistake(tmp_path: Path, table: str) -> None:
    assert read_scenario(written(tmp_path, BOOK + table)).demand.opening_book == 20000


def test_delighted_may_begin_where_disappointed_ends(tmp_path: Path) -> None:
    for text in ("disappointed_below = 8\n", "disappointed_below = 9\non = false\n"):
        read_scenario(written(tmp_path, f"[word_of_mouth]\n{text}"))
