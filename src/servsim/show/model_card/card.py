"""The model card: a page of reference about the model. Its prose is docs/model-card-frame.md; the code fills it in."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from string import Template
from typing import Any

from servsim.engine_parameters import table_class
from servsim.event_codes import GLOSSARY, Happening, Purpose, Reason
from servsim.scenario.messages import LISTED
from servsim.scenario.scenario import MECHANISMS, Scenario
from servsim.scenario.tables.exceptions import ExceptionalDay
from servsim.scenario.where_to_find import where
from servsim.show.model_card import rules as rule_book
from servsim.show.model_card import setting_readers as lineage
from servsim.show.model_card.advice_articles import ADVICE
from servsim.show.model_card.markdown import code, codes, flowing, link, table, wrapped
from servsim.show.model_card.rules import Rule
from servsim.show.model_card.settings import GRADES, Setting, graded, settings, shown_default
from servsim.study import cost_estimate as budget
from servsim.study.histories import steady_state as settled_book
from servsim.study.metrics import METRICS
from servsim.study.one_lever import race as contest
from servsim.study.scenario_identity import MODEL
from servsim.study.verification.verify import cases
from servsim.study.yearly_projection import YEARLY

ORDER = (
    "demand", "advertising", "word_of_mouth", "waiting", "phone", "dispatch", "attention_lapses", "breaks",
    "load_and_fatigue", "training", "transaction_and_care_steps", "visit_length_and_quality", "after_visit_work",
    "mistakes", "promises", "manager", "recovery", "outreach", "recognition", "quality_and_satisfaction", "competitors",
    "loyalty", "spending", "internal_requests", "millionths",
)  # fmt: skip
"""The rules' files in the order of a customer's life."""
ARROWS = {1: "↑", 0: "", -1: "↓"}


def model_card(frame: str, clocks: str, project: dict[str, Any]) -> str:
    """The page: the frame's prose with every ${blank} filled in.

    clocks: what was measured of mechanisms with a clock, docs/clocks.md. project: what pyproject.toml says.
    """
    filled = Template(frame).substitute(blanks(clocks, project))
    return "\n\n".join(map(flowing, filled.strip().split("\n\n"))) + "\n"


def blanks(clocks: str, project: dict[str, Any]) -> dict[str, Any]:
    """What goes into each blank of the frame."""
    return {**counted(), **of_the_question(), **of_the_search(), **of_the_software(project), **tables(),
            "clocks": clocks.strip()}  # fmt: skip


def counted() -> dict[str, Any]:
    """Everything that is a count of something in the code."""
    every = settings()
    by_grade = {grade: graded(every, grade) for grade in GRADES}
    with_grade = by_grade["a"] + by_grade["b"] + by_grade["c"]
    return {
        "metrics": len(METRICS),
        "yearly": len(YEARLY),
        "mechanisms": len(MECHANISMS),
        "reasons": len([reason for reason in Reason if reason != Reason.NONE]),
        "happenings": len(Happening),
        "purposes": len(Purpose),
        "settings": len(every),
        "numbers": sum(setting.is_number for setting in every),
        **{f"grade_{grade or 'none'}": count for grade, count in by_grade.items()},
        "share_c": round(100 * by_grade["c"] / with_grade),
        "rules": len(rule_book.rules()),
        "rule_files": len(lineage.rule_modules()),
        "desks": len(cases()),
    }


def of_the_question() -> dict[str, Any]:
    """How a question is put where a scenario says nothing of it."""
    usual = Scenario()
    return {
        "lever": usual.evaluate.lever,
        "objective": usual.evaluate.objective,
        "replications": usual.evaluate.replications,
        "confidence": f"{100 * usual.evaluate.confidence:g}",
        "years": f"{usual.horizon.years:g}",
        "drift_years": f"{usual.horizon.drift_years:g}",
        "warmup": f"{usual.horizon.warmup_weeks:g}",
        "visits_at_most": f"{budget.VISITS_AT_MOST:,}",
        "bytes_at_most": budget.BYTES_AT_MOST // 10**9,
    }


def of_the_search() -> dict[str, Any]:
    """How many replications are taken where that is left to a search."""
    return {
        "pilot_replications": contest.PILOT_REPLICATIONS,
        "first_replications": contest.FIRST_REPLICATIONS,
        "race_replications": contest.RACE_REPLICATIONS,
        "of_gain": f"{100 * contest.OF_GAIN:g}",
        "of_revenue": f"{100 * contest.OF_REVENUE:g}",
        "try_years": settled_book.YEARS,
    }


def of_the_software(project: dict[str, Any]) -> dict[str, Any]:
    """What the software is and needs."""
    own = project["project"]
    return {
        "version": own["version"],
        "model": MODEL,
        "python": own["requires-python"].replace(">=", "") + " or newer",
        "dependencies": ", ".join(need.replace(">=", " ") for need in own["dependencies"]) + ", or newer",
    }


def tables() -> dict[str, str]:
    """Everything that is a table, or a chapter of them."""
    return {
        "grades_table": grades_table(),
        "advice_table": advice_table(),
        "words_table": table(("word", "what it means"), GLOSSARY.items()),
        "metrics_table": metrics_table(),
        "settings_tables": settings_tables(),
        "rules_contents": " · ".join(link(name, rules_heading(name)) for name in in_order()),
        "rules_sections": "\n\n".join(rules_section(name) for name in in_order()),
    }


# Tables


def grades_table() -> str:
    """How many numbers of each table have which grade."""
    rows = [
        (code(f"[{name}]"), *(graded(own, grade) or "" for grade in GRADES))
        for name, own in by_table()
        if any(setting.is_number for setting in own)
    ]
    return table(("table", "a:", "b:", "c:", "no grade:"), rows)


def by_table() -> list[tuple[str, list[Setting]]]:
    """(table, its settings), in the order of the scenario's tables."""
    return [(name, list(own)) for name, own in groupby(settings(), lambda setting: setting.table)]


def advice_table() -> str:
    """What the source articles advise, and where it lives."""
    rows = [
        (each.id, each.advice, each.mechanism, codes(map(written, each.settings)), shown(each.scenarios),
         codes(each.metrics))
        for each in ADVICE
    ]  # fmt: skip
    return table(("", "advice", "mechanism", "switched on and varied by", "shown in", "read in"), rows)


def written(path: str) -> str:
    """A table or a setting as it stands in a file."""
    return path if "." in path else f"[[{path}]]" if path in LISTED else f"[{path}]"


def shown(scenarios: Sequence[str]) -> str:
    """Links to the files of scenarios; a dash where there is none."""
    return ", ".join(f"[{name}](../scenarios/{name}.toml)" for name in scenarios) or "–"


def metrics_table() -> str:
    """Every metric, its unit, which way is better, what it means, and whether it is known of each year."""
    by_year = {metric.name for metric in YEARLY}
    rows = [
        (code(each.name), each.unit, ARROWS[each.better], each.meaning, "yes" if each.name in by_year else "")
        for each in METRICS
    ]
    return table(("metric", "unit", "better", "meaning", "of each year"), rows)


# Settings


def settings_tables() -> str:
    """A chapter for each table of a scenario file."""
    contents = " · ".join(link(name, settings_heading(name)) for name, _ in by_table())
    return "\n\n".join([contents, *(settings_section(name, own) for name, own in by_table())])


def settings_heading(name: str) -> str:
    """The heading of a table's chapter."""
    return f"Table {name}"


def settings_section(name: str, own: Sequence[Setting]) -> str:
    """A table of a scenario file: what it is, and its settings."""
    mixed = len({setting.own for setting in own}) > 1
    groups = ["segments"] if mixed else []
    head = ("setting", "default:", "unit", "may be", "grade", *groups, "what it says", "where to find it", "read by")
    rows = [
        (code(each.key), shown_default(each), each.unit, each.limits, each.grade,
         *(["yes" if each.own else ""] if mixed else []), each.meaning, where(each.path),
         readers_of(read_with(each)))
        for each in own
    ]  # fmt: skip
    return f"### {settings_heading(name)}\n\n{wrapped(about(name, own))}\n\n{table(head, rows)}"


def about(name: str, own: Sequence[Setting]) -> str:
    """What a table of a scenario file is, and whether segments may differ in it."""
    if name == "segments":
        return "A group of customers who differ: written `[[segments]]`, once for each, with tables of its own in it."
    if name == "exceptions":
        return f"Written `[[exceptions]]`, once for each. {' '.join((ExceptionalDay.__doc__ or '').split())}"
    words = " ".join((table_class(name).__doc__ or "").split())
    return f"{words} Segments may differ in all of it." if all(setting.own for setting in own) else words


def read_with(setting: Setting) -> str:
    """What is read when a setting is: its path, or that of the table which is read as a whole."""
    whole = (path for path in lineage.READ_AS_A_WHOLE.values() if setting.path.startswith(f"{path}."))
    return next(whole, setting.path)


def readers_of(path: str) -> str:
    """Links to the rules whose own text reads a setting, and to the metrics; studies by the name of their file."""
    return ", ".join(dict.fromkeys(map(reader, lineage.readers().get(path, ()))))


def reader(file: str) -> str:
    """Where to look for a file that reads a setting."""
    if file in ("metrics", "replication_totals", "trace_totals", "money", "yearly_projection"):
        return link("metrics", "Metrics")
    if file == lineage.CALENDAR:
        return "calendar"
    if file in lineage.rule_modules():
        return link(file, rules_heading(file))
    return code(lineage.study_files()[file].relative_to(lineage.PACKAGE).as_posix())


# Rules


def in_order() -> list[str]:
    """The rules' files in the order of the page; one that ORDER does not name comes last."""
    files = lineage.rule_modules()
    return [name for name in ORDER if name in files] + [name for name in files if name not in ORDER]


def rules_heading(name: str) -> str:
    """The heading of a file's chapter."""
    return f"Rules of {name}"


def rules_section(name: str) -> str:
    """A file of rules: what it is about, rules with something to say, the fixed numbers, small rules in a table."""
    own = [rule for rule in rule_book.rules() if rule.module == name]
    full = [rule_in_full(rule) for rule in own if rule.is_told_in_full]
    small = [(code(rule.name), told(rule), parameters(rule)) for rule in own if not rule.is_told_in_full]
    parts = [f"### {rules_heading(name)}", wrapped(rule_book.opening_words(name)), *full]
    fixed = [(code(number.name), number.value, number.meaning) for number in rule_book.numbers(name)]
    if fixed:
        parts.append(table(("fixed number", "value:", "meaning"), fixed))
    if small:
        parts.append(table(("small rule", "what it says", "settings"), small))
    return "\n\n".join(parts)


def rule_in_full(rule: Rule) -> str:
    """A rule with its equation, source, evidence and settings."""
    lines = [f"#### {rule.name}", wrapped(rule.lead)] if rule.lead else [f"#### {rule.name}"]
    if rule.equations:
        lines.append("\n>\n".join(wrapped(equation, "> ", "> ") for equation in rule.equations))
    if rule.remarks:
        lines.append(wrapped(rule.remarks))
    labelled = (("Source", rule.source), ("Evidence", rule.evidence), ("Settings", parameters(rule)))
    lines.append("\n".join(wrapped(f"*{label}:* {text}", "- ", "  ") for label, text in labelled if text))
    return "\n\n".join(line for line in lines if line)


def told(rule: Rule) -> str:
    """All that is said of a rule without equation, source and grade."""
    return f"{rule.lead} {rule.remarks}".strip()


def parameters(rule: Rule) -> str:
    """The settings that a rule reads, table by table."""
    own = groupby(rule.reads, lambda path: path.partition(".")[0])
    parts = [f"{name}: {codes(keys)}" if (keys := keys_of(paths)) else f"{name} (all of it)" for name, paths in own]
    return "; ".join([*parts, *(["the calendar"] if rule.by_the_calendar else [])])


def keys_of(paths: Iterable[str]) -> list[str]:
    """The keys of settings, without their table; service.split once, where all its steps are read."""
    read = list(paths)
    return list(dict.fromkeys(key for path in read if (key := short(path, read).partition(".")[2])))


def short(path: str, read: Sequence[str]) -> str:
    """A setting's path, or that of the table inside a table, where all of that is read."""
    outer = path.rpartition(".")[0]
    inside = [setting.path for setting in settings() if setting.path.startswith(f"{outer}.")]
    return outer if outer.count(".") == 1 and set(inside) <= set(read) else path
