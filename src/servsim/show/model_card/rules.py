"""Every rule of the model as its source says it: sentence, equation, source, evidence, and the settings it reads.

Nothing is imported or run: the files of `model/rules` are parsed. A rule reads a setting if its text, or that of a rule
it calls, takes a field off the sheet that the setting fills (`lineage`).
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from servsim.engine_parameters import sheet_type
from servsim.show.model_card.setting_readers import (
    CALENDAR,
    OF_THE_WORLD,
    PACKAGE,
    module_files,
    parsed,
    settings_behind,
)
from servsim.show.model_card.settings import settings

BEGINNING = r"[A-ZΑ-Ω0-9`\"(]|\S+ [=←] |(?:max|min|clip|exp)\("
HANDED_ON = {"core_table": "core_distribution"}
"""Fields that `durations.length` is given always and reads for one law only: which setting names that law."""
LONGEST_ROW = 240
MOST_IN_A_ROW = 16
SENTENCE = re.compile(rf"(?<=[.?!])(?<!\bal\.) (?={BEGINNING})")
"""Where a docstring is cut: after a sentence, where what follows begins like another one, or like an equation."""
LABELLED = re.compile(r"(Source|Evidence): ")
EQUATION = re.compile(r"[=←·]|\^\(|\b(exp|max|min|clip|logistic)\(")
OPERATOR = re.compile(r"[·−+/^←Σ∫√]|\b(exp|log|clip|max|min|logit|logistic)\(")
"""What a sentence needs, both of them, to be shown as an equation."""


@dataclass(frozen=True)
class Rule:
    """One rule: its name, its file, the parts of its docstring, and the settings it reads, others' included."""

    module: str
    name: str
    lead: str
    equations: tuple[str, ...]
    remarks: str
    source: str
    evidence: str
    reads: tuple[str, ...]
    by_the_calendar: bool

    @property
    def is_told_in_full(self) -> bool:
        """Has it an equation, a source or a grade, or more words or settings than a row of a table holds well?"""
        long = len(self.lead) + len(self.remarks) > LONGEST_ROW or len(self.reads) > MOST_IN_A_ROW
        return bool(self.equations or self.source or self.evidence or long)


@dataclass(frozen=True)
class Number:
    """A number that is written in a rule's file rather than in the scenario."""

    name: str
    value: str
    meaning: str


Functions = dict[tuple[str, str], ast.FunctionDef]
"""(module, name) → the function, of the rules and of the calendar."""


def opening_words(module: str) -> str:
    """The docstring of a rules' file, on one line."""
    return on_one_line(ast.get_docstring(parsed(PACKAGE / "model" / "rules" / f"{module}.py")) or "")


def functions() -> Functions:
    """Every function of the rules and of the calendar."""
    return {
        (path.stem, node.name): node
        for path in module_files()
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef)
    }


def names_in(path: Path) -> dict[str, tuple[str, str]]:
    """What each imported name of a file stands for: (module, name)."""
    return {
        alias.asname or alias.name: (node.module.rpartition(".")[2], alias.name)
        for node in parsed(path).body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


def calls() -> dict[tuple[str, str], set[tuple[str, str]]]:
    """The functions of the rules and of the calendar that each of them names."""
    known = functions()
    named: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for path in module_files():
        imported = names_in(path)
        for (module, name), node in known.items():
            if module == path.stem:
                words = {word.id for word in ast.walk(node) if isinstance(word, ast.Name)}
                meant = {imported.get(word, (module, word)) for word in words}
                named[module, name] = (meant & known.keys()) - {(module, name)}
    return named


def closure(start: tuple[str, str], named: dict[tuple[str, str], set[tuple[str, str]]]) -> set[tuple[str, str]]:
    """A function and every function that it calls, or that those call."""
    found, todo = {start}, [start]
    while todo:
        new = named[todo.pop()] - found
        found |= new
        todo += new
    return found


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the files and of their text."""
    known, named = functions(), calls()
    found = []
    for module, name in known:
        if module != CALENDAR:
            reached = closure((module, name), named)
            own = {key for key in reached if key[0] != CALENDAR}
            read = {setting for key in own for field in fields_read(known[key]) for setting in settings_behind(field)}
            found.append(told(module, name, ast.get_docstring(known[module, name]) or "", read, reached != own))
    return tuple(found)


def fields_read(function: ast.FunctionDef) -> set[str]:
    """The fields of the sheet that a function's own text reads, without tables that it only hands on."""
    known = set(sheet_type().names or ()) - OF_THE_WORLD
    read = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute) and node.attr in known}
    return read - {table for table, law in HANDED_ON.items() if law not in read}


def told(module: str, name: str, docstring: str, read: set[str], by_the_calendar: bool) -> Rule:
    """A rule from the text of its docstring."""
    pieces = {"Source": "", "Evidence": ""}
    rest = []
    for piece in sentences(on_one_line(docstring)):
        label = LABELLED.match(piece)
        if label:
            before = pieces[label[1]]
            pieces[label[1]] = f"{before} {piece[label.end() :]}".strip()
        else:
            rest.append(piece)
    lead, equations, remarks = divided(rest)
    inorder = tuple(sorted(read, key=place))
    return Rule(module, name, lead, equations, remarks, pieces["Source"], pieces["Evidence"], inorder, by_the_calendar)


def place(path: str) -> int:
    """Where a setting stands among all, or the first of a table that is read as a whole."""
    return next(number for number, setting in enumerate(settings()) if f"{setting.path}.".startswith(f"{path}."))


def on_one_line(docstring: str) -> str:
    """A docstring on one line."""
    return " ".join(docstring.split())


def sentences(text: str) -> list[str]:
    """The sentences of a docstring; "Source: …" and "Evidence: …" are sentences of their own."""
    return [piece.strip() for piece in SENTENCE.split(text) if piece.strip()]


def divided(pieces: list[str]) -> tuple[str, tuple[str, ...], str]:
    """(the first sentence, the equations one by one, what else is said); a colon divides sentence from equation."""
    lead, first = without_equation(pieces[0]) if pieces else ("", "")
    equations = [first] if first else []
    remarks = []
    for piece in pieces[1:]:
        if is_equation(piece):
            parts = piece.rstrip(".").split("; ")
            equations += parts if all(map(is_equation, parts)) else [piece.rstrip(".")]
        else:
            remarks.append(piece)
    return lead, tuple(equations), " ".join(remarks)


def without_equation(sentence: str) -> tuple[str, str]:
    """(words, equation) of a first sentence that has both, as in "What it is: a + b."; no equation in most."""
    words, colon, rest = sentence.partition(": ")
    if colon and is_equation(rest) and not is_equation(words):
        return f"{words}.", rest.rstrip(".")
    return ("", sentence.rstrip(".")) if is_equation(sentence) else (sentence, "")


def is_equation(sentence: str) -> bool:
    """Does a sentence say how something is reckoned, in signs?"""
    return bool(EQUATION.search(sentence) and OPERATOR.search(sentence))


def numbers(module: str) -> Iterator[Number]:
    """The numbers with a docstring in a rules' file: what the model holds fixed, whatever a scenario says.

    Not the places of words in a list of choices, which only say what a setting's number means.
    """
    body = parsed(PACKAGE / "model" / "rules" / f"{module}.py").body
    for node, after in pairwise(body):
        if isinstance(node, ast.Assign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            meaning = on_one_line(str(after.value.value))
            if isinstance(node.value, ast.Constant) and not meaning.startswith("Place"):
                yield Number(ast.unparse(node.targets[0]), ast.unparse(node.value), meaning)
