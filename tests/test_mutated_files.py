"""Scenario files with slips in them, as hands and programs make them: an answer or a sentence, soon, and no traceback."""

import time
from pathlib import Path

import numpy as np
import pytest

from servsim.engine_parameters import to_sheet
from servsim.errors import ServsimError
from servsim.scenario.read import read_scenario
from servsim.study.cost_estimate import affordable

SCENARIOS = sorted((Path(__file__).parent.parent / "scenarios").glob("*.toml"))
VALUES = ("0", "-1", "1e308", "-1e-300", "nan", "inf", "99999999999999999999", '""', "[]", "{}", "true", "[1, 2]", '"x"', "0.5",
          "2026-01-05", "'''\n'''", "[[]]", "1_000", "07:30", '"\\u001b[31m"')  # fmt: skip
MOST_SECONDS = 5.0
"""Of a processor's time, for one file."""


def mutated(rng):
    """The text of a scenario with one to four slips."""
    lines = SCENARIOS[rng.integers(len(SCENARIOS))].read_text(encoding="utf-8").splitlines()
    for _ in range(rng.integers(1, 5)):
        slip = SLIPS[rng.integers(len(SLIPS))]
        lines = slip(lines, int(rng.integers(len(lines))), rng) or [""]
    return "\n".join(lines)


def other_value(lines, at, rng):
    """A setting has a value of another size or kind."""
    key, sign, _ = lines[at].partition("=")
    return [*lines[:at], f"{key}= {VALUES[rng.integers(len(VALUES))]}" if sign else lines[at], *lines[at + 1 :]]


def other_number(lines, at, rng):
    """A setting's first digits are some powers of ten larger or smaller."""
    key, sign, value = lines[at].partition("=")
    factor = f"e{rng.integers(-4, 5)}"
    changed = value.rstrip() + factor if value.strip().replace(".", "").isdigit() else value
    return [*lines[:at], f"{key}{sign}{changed}", *lines[at + 1 :]]


def other_character(lines, at, rng):
    """A character is another one, or is gone."""
    line = lines[at]
    if not line:
        return lines
    place = int(rng.integers(len(line)))
    sign = ["", "\x00", "é", '"', "[", "]", "=", "#", ".", "-", "\t", "9"][rng.integers(12)]
    return [*lines[:at], line[:place] + sign + line[place + 1 :], *lines[at + 1 :]]


def gone(lines, at, rng):
    """A line is gone."""
    return lines[:at] + lines[at + 1 :]


def twice(lines, at, rng):
    """A line stands twice, the second time elsewhere."""
    place = int(rng.integers(len(lines)))
    return [*lines[:place], lines[at], *lines[place:]]


def cut(lines, at, rng):
    """The file ends early."""
    return lines[: at + 1]


def other_key(lines, at, rng):
    """Two letters of a key have changed places."""
    key, sign, value = lines[at].partition("=")
    if not sign or len(key) < 3:
        return lines
    place = int(rng.integers(len(key) - 1))
    return [*lines[:at], key[:place] + key[place + 1] + key[place] + key[place + 2 :] + sign + value, *lines[at + 1 :]]


SLIPS = (other_value, other_value, other_number, other_character, gone, twice, cut, other_key)


def answered(path, typed, whole):
    """(is it answered, the sentence that refuses it): by `check` as a whole, or up to where a simulation would begin."""
    if whole:
        code, out, err = typed("check", path)
        assert code in (0, 2), (code, err[-300:])
        assert "Traceback" not in err + out
        return code == 0, err
    try:
        to_sheet(affordable(read_scenario(path), str(path), 1))
    except ServsimError as reason:
        return False, str(reason)
    return True, ""


@pytest.mark.parametrize(("many", "whole_each"), [(60, 12), pytest.param(10_000, 10, marks=pytest.mark.nightly)])
def test_a_file_with_slips_gets_an_answer_or_a_sentence(tmp_path, typed, many, whole_each):
    path, found, slow = tmp_path / "slip.toml", {True: 0, False: 0}, []
    for seed in range(many):
        path.write_text(mutated(np.random.default_rng(seed)), encoding="utf-8")
        began = time.process_time()
        is_answered, said = answered(path, typed, seed % whole_each == 0)
        slow += [seed] if time.process_time() - began > MOST_SECONDS else []
        found[is_answered] += 1
        assert is_answered or said.strip(), seed
        assert "\x1b[31m" not in said, seed
    assert not slow
    assert min(found.values()) > many / 20
