"""What can be taken home from the page: the scenario as a file, the curve as a table, and a report on it."""

import io
import threading

import tomli_w

from servsim.csv_files import write_table
from servsim.page.json_answer import command
from servsim.page.question import Question
from servsim.study.execution.options import Execution
from servsim.study.one_lever.evaluate import evaluate
from servsim.study.report_contents import findings

DRAWING = threading.Lock()
"""Held while plots are drawn: matplotlib draws one at a time."""


def scenario_file(question: Question) -> str:
    """The new scenario as TOML: whatever its file names and whatever was moved; all else is as by default."""
    settings = question.new.model_dump(exclude_unset=True, exclude_none=True)
    moved = ", ".join(question.run_overrides) or "nothing"
    head = f"From {question.preset.file.name}, with {moved}."
    return "\n".join([*(f"# {line}" for line in head.splitlines()), "", tomli_w.dumps(settings)])


def table(question: Question, execution: Execution) -> str:
    """The curve's metrics as CSV, one row for each level, world and metric: what `servsim evaluate --csv` writes."""
    rows = evaluate(question.levels, seed=question.seed, execution=execution).rows()
    text = io.StringIO()
    write_table(text, list(rows[0]), (row.values() for row in rows))
    return text.getvalue()


def report(question: Question, execution: Execution) -> str:
    """The report on the curve as one HTML page: what `servsim report` writes."""
    from servsim.show.report.html_report import report_page

    found = findings(question.levels, seed=question.seed, execution=execution)
    with DRAWING:
        return report_page(found, command("report", question, question.levels_overrides))
