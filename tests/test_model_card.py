"""The model card: docs/model-card.md is fresh, whole, and names nothing that does not exist.

python tests/test_model_card.py    writes the page anew
"""

import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from servsim.engine_parameters import to_sheet
from servsim.errors import ScenarioError
from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.scenario.tables.base import flat
from servsim.scenario.where_to_find import is_measurable, where
from servsim.scenario.where_to_find import texts as places
from servsim.show.model_card import card as model_card
from servsim.show.model_card import markdown
from servsim.show.model_card import rules as rule_book
from servsim.show.model_card import setting_readers as lineage
from servsim.show.model_card.advice_articles import ADVICE
from servsim.show.model_card.settings import graded, settings
from servsim.study.metrics import NAMES
from servsim.study.verification.random_scenarios import random_scenario

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "model-card.md"
FRAME = ROOT / "docs" / "model-card-frame.md"
CLOCKS = ROOT / "docs" / "clocks.md"
STALE = "docs/model-card.md is not what the code says now: write it anew with `python tests/test_model_card.py`, and read the difference."
TABLES = {setting.table for setting in settings()}
PATHS = {setting.path for setting in settings()} | {f"{s.table}.{s.key.partition('.')[0]}" for s in settings()}


def page() -> str:
    """The page as the code says now."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    frame, clocks = (path.read_text(encoding="utf-8") for path in (FRAME, CLOCKS))
    return model_card.model_card(frame, clocks, project)


def test_the_page_is_fresh():
    assert PAGE.read_text(encoding="utf-8") == page(), STALE


def test_every_setting_rule_and_metric_is_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    names = [*(s.key for s in settings()), *NAMES]
    assert not [name for name in names if f"| `{name}` |" not in text]
    rules = [rule.name for rule in rule_book.rules()]
    assert not [name for name in rules if f"#### {name}\n" not in text and f"| `{name}` |" not in text]


def test_every_link_leads_somewhere():
    text = PAGE.read_text(encoding="utf-8")
    anchors = {markdown.anchor(heading) for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert not [link for link in links if link.startswith("#") and link[1:] not in anchors]
    assert not [link for link in links if not link.startswith("#") and not (PAGE.parent / link).exists()]


def test_prose_fits_its_lines_and_tables_have_as_many_cells_as_heads():
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if len(line) > 120 and not line.startswith("|")]
    heads = 0
    for line in lines:
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not (cells and heads) or cells == heads, line
        heads = cells


def test_the_page_names_no_path_of_one_machine():
    for path in (PAGE, FRAME, CLOCKS):
        assert not re.search(r"(?<![\w.-])/(work|root|tmp|home)/", path.read_text(encoding="utf-8")), path


def test_every_blank_of_the_frame_is_filled_and_nothing_is_filled_in_vain():
    asked = set(re.findall(r"\$\{(\w+)\}", FRAME.read_text(encoding="utf-8")))
    assert asked == set(model_card.blanks("", {"project": {"version": "", "requires-python": "", "dependencies": []}}))


def test_every_number_has_one_grade_or_none():
    numbers = [setting for setting in settings() if setting.is_number]
    assert sum(graded(settings(), grade) for grade in model_card.GRADES) == len(numbers)


def test_no_setting_is_without_effect():
    """If this fails, a setting is checked and then read by no rule, no metric and no study.

    A segment's name only tells it from the others in the file.
    """
    assert [setting.path for setting in lineage.unread()] == ["segments.name"]


def test_every_file_of_rules_has_its_place_on_the_page():
    """A new file: name it in ORDER of show/model_card/card.py."""
    assert sorted(model_card.ORDER) == sorted(lineage.rule_modules())


@pytest.mark.parametrize(
    ("module", "name", "some"),
    [
        ("waiting", "wait_loss", {"waiting.tolerance", "waiting.informed", "waiting.patience_minutes"}),
        ("waiting", "patience", {"waiting.patience_shape", "waiting.patience_minutes"}),  # one scale in the sheet
        (
            "recovery",
            "voice_probability",
            {"quality.steepness", "service.split.listen", "investment.minutes_per_visit"},
        ),
        ("demand", "first_visit", {"demand.gap_cv", "demand.gap_between_cv", "demand.gap_shape"}),
        (
            "visit_length_and_quality",
            "visit",
            {"mistakes.catch_share", "promises.distance_loss", "staff.while_serving"},
        ),
        ("dispatch", "readiness", {"staff.choice", "staff.agent_speed"}),
    ],
)
def test_a_rule_reads_what_it_and_those_it_calls_read(module, name, some):
    rule = next(rule for rule in rule_book.rules() if (rule.module, rule.name) == (module, name))
    assert some <= set(rule.reads)
    assert not [path for path in rule.reads if path.startswith(("money.", "evaluate."))]


def test_a_law_that_only_transactions_have_is_no_setting_of_a_gap():
    rule = next(rule for rule in rule_book.rules() if rule.name == "next_visit")
    assert not [path for path in rule.reads if path.startswith("service.")]


@pytest.mark.nightly
@pytest.mark.parametrize("number", range(6))
def test_no_field_of_the_sheet_moves_with_a_setting_that_it_is_not_made_of(number):
    """One setting at a time is as in another random scenario: whatever field moves then must be made of it.

    Not switches: a table that is off is as if nothing in it had been written.
    """
    ours, theirs = (plain_tables(2 * number + which) for which in range(2))
    before, tried = to_sheet(checked(ours, "ours")), 0
    pairs = [(table, key) for table in ours for key in theirs.get(table, {}) if key != "on"]
    for table, key in pairs:
        try:
            after = to_sheet(checked({**ours, table: {**ours[table], key: theirs[table][key]}}, "ours"))
        except ScenarioError:
            continue
        tried += 1
        moved = [name for name in after.dtype.names if not np.array_equal(after[name], before[name])]
        assert not [name for name in moved if not is_made_of(name, table, key)], f"{table}.{key}"
    assert tried > 50


def is_made_of(field: str, table: str, key: str) -> bool:
    """Is a field of the sheet said to be made of a setting, of one inside it, or of its whole table?"""
    paths = lineage.settings_behind(field)
    return table in paths or any(f"{path}.".startswith(f"{table}.{key}.") for path in paths)


def plain_tables(number: int) -> dict[str, dict[str, Any]]:
    """The tables of a random scenario, without segments, every setting named."""
    scenario = random_scenario(np.random.default_rng([20, number]), storm=False)
    return scenario.model_dump(exclude_none=True, exclude={"title", "segments", "evaluate"})


def test_a_docstring_is_taken_apart():
    text = "Does it rain? P = 1 − exp(−clouds). Only outdoors. Source: Noah et al. (2000). Evidence: c for it. More."
    rule = rule_book.told("weather", "rains", text, set(), False)
    assert (rule.lead, rule.equations, rule.remarks) == (
        "Does it rain?",
        ("P = 1 − exp(−clouds)",),
        "Only outdoors. More.",
    )
    assert (rule.source, rule.evidence) == ("Noah et al. (2000).", "c for it.")


# What runs for ten years

UNITS_OF_TIME = re.compile(r"/year\b|^years?$")
NO_CLOCKS = {
    "loyalty.yearly_retention": "a share by the year, alike in every year",
    "loyalty.natural_churn": "likewise",
    "money.discount_rate": "a preference",
    "horizon.years": "how far one looks",
    "horizon.drift_years": "when drifts end",
}
"""Settings that have to do with years and move nothing as these go by."""
MOVES = {"quality.should_ratchet", "loyalty.tenure_slope", "competitors.newcomer_quality", "training.hours_per_month",
         "training.learning_rate", "word_of_mouth.deterred_share"}  # fmt: skip
"""What moves with time beside those whose unit says so: by visits, cases and hours, and what begins or ends."""


def told_of_clocks() -> tuple[list[str], list[str]]:
    """(settings in the rows of the table, settings in the list of what was measured)."""
    text = CLOCKS.read_text(encoding="utf-8")
    return re.findall(r"^\| `([\w.]+)`", text, re.MULTILINE), re.findall(r"^- `([\w.]+)`: ", text, re.MULTILINE)


def test_every_mechanism_with_a_clock_was_looked_at_for_ten_years():
    """If this fails, a setting that goes by the year is new: add it to CLOCKS of benchmarks/clocks.py and run that."""
    by_year = {setting.path for setting in settings() if setting.is_number and UNITS_OF_TIME.search(setting.unit)}
    clocks = by_year - set(NO_CLOCKS) | MOVES
    rows, measured = told_of_clocks()
    assert set(rows) == set(measured) == clocks
    assert len(measured) == len(clocks)


def test_each_row_has_four_metrics_after_four_times():
    text = CLOCKS.read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    number = re.compile(r"[+−]\d+\.\d+|0")
    for name, *cells in rows:
        assert len(cells) == 4, name
        assert all(len(cell.split(" / ")) == 4 and all(map(number.fullmatch, cell.split(" / "))) for cell in cells)


def test_drifts_are_shown_as_they_end_and_as_they_would_go_on():
    rows, _ = told_of_clocks()
    assert rows.count("competitors.rival_drift") == rows.count("quality.should_drift") == 2


# The table of advice


def test_the_advice_is_complete_and_in_order():
    assert [each.id for each in ADVICE] == [f"A{number}" for number in range(1, 22)]


@pytest.mark.parametrize("each", ADVICE, ids=lambda each: each.id)
def test_a_row_of_advice_names_what_exists(each):
    assert not [path for path in each.settings if path not in (PATHS if "." in path else TABLES)]
    assert not [metric for metric in each.metrics if metric not in NAMES]
    assert not [name for name in each.scenarios if not (ROOT / "scenarios" / f"{name}.toml").exists()]
    assert each.settings
    assert each.metrics


@pytest.mark.parametrize(
    ("each", "scenario"),
    [(each, name) for each in ADVICE for name in each.scenarios],
    ids=lambda case: getattr(case, "id", case),
)
def test_a_scenario_named_beside_advice_has_it_switched_on(each, scenario):
    written = tomllib.loads((ROOT / "scenarios" / f"{scenario}.toml").read_text(encoding="utf-8"))
    tables = {path.partition(".")[0] for path in each.settings}
    assert any(is_on(written.get(table)) for table in tables)


def is_on(table: object) -> bool:
    """Is a table of a file there, and not switched off?"""
    return table is not None and not (isinstance(table, dict) and table.get("on") is False)


def test_every_mechanism_is_somewhere_in_the_advice():
    named = {path.partition(".")[0] for each in ADVICE for path in each.settings}
    assert set(model_card.MECHANISMS) - named <= {"load"}
    assert named <= set(Scenario.model_fields)


def test_of_every_setting_it_is_said_where_its_number_is_found_and_of_nothing_else():
    """A plain clause each; and no text for what is no setting."""
    paths = [setting.path for setting in settings()]
    assert not [path for path in paths if not 0 < len(where(path)) <= 120]
    assert not [path for path in paths if where(path).endswith(".")]
    texts = [path for path in flat(places()) if path != "on"]
    assert not [text for text in texts if not any(path == text or path.startswith(f"{text}.") for path in paths)]
    assert is_measurable("spending.basket_mean")
    assert not is_measurable("quality.steepness")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
