"""Samples: transactions and receipts as they were, from a file beside the scenario."""

import re
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from servsim import read_scenario
from servsim.duration_quantile_tables import QUANTILES, sample_quantiles
from servsim.engine_parameters import to_sheet
from servsim.errors import ScenarioError
from servsim.event_codes import Happening
from servsim.model import fast, reference
from servsim.scenario.read import checked
from servsim.scenario.samples import numbers_in
from servsim.study.planned_load import planned_load
from servsim.study.scenario_identity import digest_of
from servsim.units import MILLIONTHS, MINUTE

TIMES = [0.5, 1.0, 1.0, 2.5, 7.0]
DESK = """
[opening]
always = true
[demand]
prospects_per_hour = 60
[staff]
agents = 40
[spending]
conversion = 1
conversion_slope = 0
[horizon]
weeks = 0.5
years = 0.02
"""


@pytest.fixture
def shop(tmp_path):
    """A scenario file beside which samples are written: shop(times.csv="…") with its text."""

    def made(text: str = '[service]\ncore_sample = "times.csv"\n', **files: str) -> Path:
        for name, rows in files.items():
            (tmp_path / f"{name}.csv").write_text(rows)
        path = tmp_path / "shop.toml"
        path.write_text(text + DESK)
        return path

    return made


def in_rows(numbers) -> str:
    """Numbers as a file has them."""
    return "\n".join(map(str, numbers)) + "\n"


def lasted(sheet: np.ndarray) -> np.ndarray:
    """Minutes of each visit."""
    told = fast.simulate(sheet)
    begun = dict(told.of(Happening.STARTED)[:, [2, 0]].tolist())
    return np.array([tick - begun[who] for tick, who in told.of(Happening.FINISHED)[:, [0, 2]].tolist()]) / MINUTE


# Reading


@pytest.mark.parametrize("text", [
    in_rows(TIMES), "minutes\n" + in_rows(TIMES), "\ufeff" + in_rows(TIMES), '"0.5"\n\n1\n1e0\r\n2.5\n7.0', in_rows(TIMES[::-1]),
])  # fmt: skip
def test_a_file_has_a_number_in_each_row(shop, text):
    found = read_scenario(shop(times=text))
    assert found.service.core_sample == TIMES
    assert found.service.core_minutes == pytest.approx(2.4)


BAD = [
    ("1\n2\nthree\n", 'row 3 of {}times.csv is "three"; each row of it must be a number above 0, such as 3.5.'),
    ("1\n3,5\n", 'row 2 of {}times.csv is "3,5"; each row'),
    ("1\n\n0\n", 'row 3 of {}times.csv is "0"; each row'),
    ("-1\n", 'row 1 of {}times.csv is "-1"; each row'),
    ("1\nnan\n", 'row 2 of {}times.csv is "nan"; each row'),
    ("1\ninf\n", 'row 2 of {}times.csv is "inf"; each row'),
    ("", "{}times.csv has no numbers; each row"),
    ("minutes\n", "{}times.csv has no numbers; each row"),
    (None, "{}times.csv does not exist; it must be a CSV file beside the scenario."),
]


@pytest.mark.parametrize(("text", "said"), BAD, ids=[str(text) for text, _ in BAD])
def test_a_file_that_is_none_gets_a_sentence_with_its_row(shop, typed, text, said):
    path = shop(**({} if text is None else {"times": text}))
    where = f'{path}:2: service.core_sample is "times.csv"; {said.format(f"{path.parent}/")}'
    with pytest.raises(ScenarioError, match=re.escape(where)):
        read_scenario(path)
    assert typed("check", path)[0] == 2


def test_mistakes_are_told_together_with_all_others(shop):
    path = shop('[service]\ncore_sample = "times.csv"\ncore_cv = -1\n', times="x\ny\n")
    with pytest.raises(ScenarioError) as told:
        read_scenario(path)
    sample, law = str(told.value).splitlines()
    assert sample.startswith(f'{path}:2: service.core_sample is "times.csv"; row 2 of')
    assert law.startswith(f"{path}:3: service.core_cv is -1; it must be")


@pytest.mark.parametrize("value", ['"times.csv"', "[]", "[1, -1]", "3", "[true]"])
def test_without_a_file_it_is_a_list_of_numbers(value):
    import tomllib

    with pytest.raises(ScenarioError, match=r"service\.core_sample"):
        checked(tomllib.loads(f"[service]\ncore_sample = {value}"), "test")


def test_a_segment_has_its_own(shop):
    text = """
[[segments]]
name = "quick"
share = 0.5
[segments.service]
core_sample = "times.csv"
[[segments]]
name = "slow"
share = 0.5
"""
    sheet = to_sheet(read_scenario(shop(text, times=in_rows(TIMES))))
    assert sheet["core_minutes"].tolist() == [2.4, 10.0]


# What a scenario is known by


def test_its_identity_is_the_content_and_not_the_name(shop):
    known = digest_of(read_scenario(shop(times=in_rows(TIMES))))
    assert digest_of(read_scenario(shop('[service]\ncore_sample = "other.csv"\n', other=in_rows(TIMES)))) == known
    assert digest_of(read_scenario(shop(times=in_rows([*TIMES[:-1], 7.5])))) != known
    assert digest_of(checked({**read_scenario(shop(times=in_rows(TIMES))).settings()}, "test"))


def test_a_named_mean_stretches_the_sample(shop):
    twice = read_scenario(shop(times=in_rows(TIMES)), ["service.core_minutes=4.8"])
    assert set(np.round(lasted(to_sheet(twice)), 6)) <= {1.0, 2.0, 5.0, 14.0}
    assert planned_load(twice).visit_minutes == pytest.approx(4.8)


def test_levels_of_another_setting_keep_the_sample(shop):
    scenario = read_scenario(shop(times=in_rows(TIMES)))
    assert scenario.with_settings({"staff.agents": 50}).service.core_sample == TIMES


# What is drawn


def test_durations_are_those_of_the_file(shop):
    """Two-sample Kolmogorov–Smirnov, with what a table of 1,025 parts may be off by."""
    file = np.random.default_rng(3).gamma(0.8, 9.0, 700).round(3) + 0.01
    drawn = lasted(to_sheet(read_scenario(shop(times=in_rows(file)))))
    assert len(drawn) > 4000
    assert stats.ks_2samp(drawn, file).statistic < 1.63 / np.sqrt(len(drawn)) + 1 / QUANTILES + 1 / len(file)
    assert abs(drawn.mean() - file.mean()) < 4 * file.std() / np.sqrt(len(drawn))


def test_a_sample_is_not_mistaken_for_another(shop):
    """The same test, against a sample of the same mean and variance: it must fail."""
    rng = np.random.default_rng(3)
    file, other = rng.gamma(1.0, 8.0, 700) + 0.01, rng.normal(8.0, 8.0, 700)
    drawn = lasted(to_sheet(read_scenario(shop(times=in_rows(file)))))
    assert stats.ks_2samp(drawn, other).statistic > 5 * 1.63 / np.sqrt(len(drawn))


def test_receipts_are_those_of_the_file(shop):
    file = np.random.default_rng(4).lognormal(3.0, 1.1, 400).round(2)
    scenario = read_scenario(shop("", baskets=in_rows(file)), ["spending.basket_sample=baskets.csv"])
    assert scenario.spending.basket_mean == pytest.approx(file.mean())
    paid = fast.simulate(to_sheet(scenario)).of(Happening.BOUGHT)[:, 4] / MILLIONTHS
    assert stats.ks_2samp(paid, file).statistic < 1.63 / np.sqrt(len(paid)) + 1 / QUANTILES + 1 / len(file)
    assert abs(paid.mean() - file.mean()) < 4 * file.std() / np.sqrt(len(paid))


def test_a_long_file_is_kept_as_so_many_parts_with_its_mean(tmp_path):
    file = np.random.default_rng(5).weibull(0.7, 20_000) * 3 + 1e-3
    path = tmp_path / "long.csv"
    path.write_text(in_rows(file))
    kept = np.array(numbers_in(path))
    assert len(kept) == QUANTILES
    assert kept.mean() == pytest.approx(file.mean(), rel=1e-8)
    assert stats.ks_2samp(kept, file).statistic < 1 / QUANTILES


@pytest.mark.parametrize("many", [1, 2, 5, 41, 1000, 1025])
def test_a_table_of_quantiles_has_mean_1_and_every_value_as_often_as_the_sample(many):
    file = np.arange(1, many + 1, dtype=float)
    table = sample_quantiles(file)
    assert table.mean() == pytest.approx(1)
    assert (np.diff(table) > -1e-9).all()
    if QUANTILES % many == 0:
        values, times = np.unique(np.round(table * file.mean(), 9), return_counts=True)
        assert values.tolist() == file.tolist()
        assert set(times.tolist()) == {QUANTILES // many}


def test_both_engines_draw_the_same(shop):
    text = '[service]\ncore_sample = "times.csv"\ndifficulty_cv = 0.4\n'
    path = shop(text, times=in_rows(TIMES), baskets=in_rows([1, 2, 30]))
    sheet = to_sheet(read_scenario(path, ["spending.basket_sample=baskets.csv", "staff.agents=3", "horizon.weeks=0.2"]))
    assert fast.simulate(sheet).digest() == reference.simulate(sheet).digest()
