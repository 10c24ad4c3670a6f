"""Examples run, say what they promise, and results look like something in a notebook."""

import subprocess
import sys
from pathlib import Path

import pytest

from servsim import compare, evaluate, read_scenario, run
from servsim.study.intervals_and_tables import Tidy
from servsim.study.yearly_projection import YEARLY_NAMES

ROOT = Path(__file__).parent.parent
PROMISED = {
    "owner": ("minutes of care per visit", "With a fourth agent the mean wait changes by -"),
    "analyst": ("retention", "customers_end", "paired", "Best of both:"),
    "teacher": ("the book says 3.1 %", "as the model has it", "20 minutes: wait"),
}


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.stem)
def test_every_example_runs_and_says_what_it_promises(example, tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error", str(example), str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for words in PROMISED[example.stem]:
        assert words in done.stdout
    if example.stem == "analyst":
        assert {path.name for path in tmp_path.iterdir()} == {"heat.svg", "frontier.pdf", "convergence.png"}


@pytest.fixture(scope="module")
def desk():
    """The salon for a month."""
    return read_scenario(ROOT / "scenarios" / "salon.toml", ["horizon.weeks=4", "horizon.years=1", "title='A & B <c>'"])


def test_results_look_like_something_in_a_notebook(desk):
    advice = evaluate(desk, levels=(3, 6), replications=3, finer=0, smallest_difference=0)
    shown = [
        result._repr_html_() for result in (advice, run(desk, replications=2), compare(desk, desk, replications=2))
    ]
    for html in shown:
        assert html.count("<table>") == html.count("</table>") >= 1
        assert "A &amp; B &lt;c&gt;" in html
        assert "<c>" not in html
    assert 'src="data:image/png;base64,' in shown[0]
    assert "best" in shown[0]
    assert "how sure the advice is does not cover it" in shown[0]
    assert "By year, with 95 % intervals" in shown[1]


def test_the_years_of_a_run_are_a_tidy_table(desk):
    result = run(desk, replications=2)
    rows = result.rows_of_years()
    assert len(rows) == 2 * 1 * len(YEARLY_NAMES)
    assert {row["unit"] for row in rows if row["metric"] == "cash"} == {"CAD"}
    frame = result.to_frame_of_years()
    assert list(frame.columns) == ["replication", "year", "metric", "value", "unit"]
    means = frame[frame.year == 1].groupby("metric")["value"].mean()
    for name in ("cash", "customers_end", "unserved_share"):
        assert means[name] == pytest.approx(result.of_year(1, name).mean)


def test_a_result_without_a_look_of_its_own_is_shown_as_text():
    assert Tidy()._repr_html_() is None


def test_importing_results_loads_nothing_that_draws():
    code = "import sys, servsim.study.one_lever.evaluate, servsim.study.run; print(sorted({'matplotlib', 'rich'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
