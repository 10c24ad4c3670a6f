"""What the fields of the sheet are made of, and who reads a setting: read off the source, nothing is run.

A field keeps its setting's name, so that an attribute or a text that is a field's name means that setting. A field that
no setting fills by itself is followed through the assignments of the files that make a sheet, through local names and
the functions that they call, to the settings that it is made of.
"""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from servsim.engine_parameters import MONEY_ONLY, log_variance, sheet_type, variations
from servsim.scenario.scenario import MECHANISMS
from servsim.show.model_card.settings import Setting, settings

PACKAGE = Path(__file__).parents[2]
SHEET_FILES = ("engine_parameters", "dated_calendar", "opening_hours_and_rates")
"""The files that make a sheet."""
CALENDAR = "calendar"
"""The module whose functions say when; what they read is named as a whole, not setting by setting."""
OF_THE_WORLD = frozenset(("seed", "replication"))
"""Fields that say which replication it is, and are no settings."""
COMMON = frozenset(("name",))
"""Words that mean other things wherever they stand outside the scenario."""
QUESTIONS = ("evaluate", "optimise")
"""Tables that no field of the sheet holds; they share keys with each other, and with tables of the world."""
READ_AS_A_WHOLE = {
    "opening": "opening",
    "roster": "staff.roster",
    "profile": "demand.profile",
    "exceptions": "exceptions",
}
"""Tables whose days are looked up by name, so that no text names them one by one."""


def module_files() -> list[Path]:
    """The files of the rules, by name, and the calendar's."""
    rules = (PACKAGE / "model" / "rules").glob("*.py")
    return [*sorted(path for path in rules if path.stem != "__init__"), PACKAGE / "model" / f"{CALENDAR}.py"]


@cache
def parsed(path: Path) -> ast.Module:
    """A file of the package."""
    return ast.parse(path.read_text(encoding="utf-8"))


def rule_modules() -> list[str]:
    """The names of the rules' files."""
    return [path.stem for path in module_files() if path.stem != CALENDAR]


def key_of(setting: Setting) -> tuple[str, str]:
    """A setting's table and key."""
    return setting.table, setting.key


@cache
def by_field() -> dict[str, Setting]:
    """The setting behind each name that means one: a field of the sheet, or the key of a table that the sheet lacks."""
    every = [setting for setting in settings() if setting.table not in QUESTIONS and key_of(setting) not in MONEY_ONLY]
    held = {setting.field: setting for setting in every if setting.field in (sheet_type().names or ())}
    keys = [setting.key for setting in every]
    return {setting.key: setting for setting in every if keys.count(setting.key) == 1 and "." not in setting.key} | held


@cache
def settings_behind(field: str) -> frozenset[str]:
    """The settings that fill a field of the sheet."""
    spread = {log_variance(cv): cv for cv in variations()}
    field = spread.get(field, field)
    if field in by_field():
        return frozenset((by_field()[field].path,))
    return frozenset(setting for source in makers(field) for setting in mentioned(*source))


@cache
def sheet_functions() -> dict[str, ast.FunctionDef]:
    """The functions of the files that make a sheet."""
    body = [node for name in SHEET_FILES for node in parsed(PACKAGE / f"{name}.py").body]
    return {node.name: node for node in body if isinstance(node, ast.FunctionDef)}


def makers(field: str) -> Iterator[tuple[ast.AST, ast.FunctionDef]]:
    """(what is assigned, where) for every assignment to a field of the sheet, its conditions included."""
    for node, function, words in assignments():
        if field in words:
            yield node.value, function
            yield from ((test, function) for test in tests_around(function, node))


@cache
def assignments() -> list[tuple[ast.Assign, ast.FunctionDef, list[Any]]]:
    """(the assignment, where, the words in brackets) of all that is assigned to a part of something like a sheet."""
    return [
        (node, function, [word for target in node.targets for word in words_in(target)])
        for function in sheet_functions().values() for node in ast.walk(function) if isinstance(node, ast.Assign)
    ]  # fmt: skip


def words_in(target: ast.expr) -> list[Any]:
    """The words of sheet["field"], or of a part of it."""
    whole = isinstance(target, ast.Subscript)
    return [node.value for node in ast.walk(target) if isinstance(node, ast.Constant)] if whole else []


def tests_around(function: ast.FunctionDef, inner: ast.AST) -> Iterator[ast.expr]:
    """The conditions of every `if` around a statement."""
    for node in ast.walk(function):
        if isinstance(node, ast.If) and any(inner is within for within in ast.walk(node)):
            yield node.test


def mentioned(node: ast.AST, function: ast.FunctionDef) -> set[str]:
    """The settings that a piece of the making of a sheet reads, through its local names and the functions it calls."""
    found: set[str] = set()
    seen: set[tuple[str, str]] = set()
    waiting = [(node, function)]
    while waiting:
        piece, here = waiting.pop()
        for part in ast.walk(piece):
            if isinstance(part, ast.Attribute):
                switches = tables_in(part.value, here) if part.attr == "on" else set()
                found |= {f"{table}.on" for table in switches} | meant(part.attr)
            for key, settings_meant, more in led_to(part, here):
                if key not in seen:
                    seen.add(key)
                    found |= settings_meant
                    waiting += more
    return found


def led_to(
    part: ast.AST, function: ast.FunctionDef
) -> Iterator[tuple[tuple[str, str], set[str], list[tuple[ast.AST, ast.FunctionDef]]]]:
    """(what a name or a text stands for, the settings that it means, the pieces that made it)."""
    if isinstance(part, ast.Constant) and isinstance(part.value, str):
        yield ("field", part.value), *held_in(part.value)
    elif isinstance(part, ast.Name):
        called = sheet_functions().get(part.id)
        yield ("function", part.id), set(), [(line, called) for line in body_of(called)] if called else []
        yield (function.name, part.id), set(), [(value, function) for value in assigned(function, part.id)]


def tables_in(node: ast.expr, function: ast.FunctionDef) -> set[str]:
    """The tables that an expression may be: scenario.manager, or a local name of it."""
    names = [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
    values = [node, *(value for name in names for value in assigned(function, name))]
    words = {part.attr for value in values for part in ast.walk(value) if isinstance(part, ast.Attribute)}
    return words & set(MECHANISMS)


def body_of(function: ast.FunctionDef) -> list[ast.stmt]:
    """A function without its docstring."""
    return function.body[1:] if ast.get_docstring(function) else function.body


def meant(attribute: str) -> set[str]:
    """The setting that an attribute of a scenario means, or the table that is read as a whole."""
    if attribute in READ_AS_A_WHOLE:
        return {READ_AS_A_WHOLE[attribute]}
    return {by_field()[attribute].path} if attribute in by_field() else set()


def held_in(field: str) -> tuple[set[str], list[tuple[ast.AST, ast.FunctionDef]]]:
    """The settings that a field named in the making of a sheet means, and where it is made if it means none itself."""
    if field in by_field():
        return {by_field()[field].path}, []
    held = field in (sheet_type().names or ()) and field not in OF_THE_WORLD
    return set(), list(makers(field)) if held else []


def assigned(function: ast.FunctionDef, name: str) -> Iterator[ast.expr]:
    """What a local name of a function is made of."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            targets = [part for target in node.targets for part in names_of(target)]
            if name in targets:
                yield node.value


def names_of(target: ast.expr) -> Iterable[str]:
    """The plain names among what is assigned to."""
    if isinstance(target, ast.Name):
        return [target.id]
    return [name for part in target.elts for name in names_of(part)] if isinstance(target, ast.Tuple) else []


# Who reads a setting at all


STUDIES = (
    "metrics", "replication_totals", "trace_totals", "money", "yearly_projection", "replications", "race", "evaluate",
    "optimise", "run", "compare", "cost_estimate", "expected_visits", "before_simulation", "intervals_and_tables",
)  # fmt: skip
"""Files of `study` that read settings to answer; others make scenarios of their own."""


@cache
def study_files() -> dict[str, Path]:
    """Where each of these files is."""
    found = {path.stem: path for path in (PACKAGE / "study").rglob("*.py")}
    return {name: found[name] for name in STUDIES}


@cache
def readers() -> dict[str, tuple[str, ...]]:
    """The files that read each setting, by their own text: rules, the calendar, metrics and studies."""
    found: dict[str, list[str]] = {}
    for path in [*module_files(), *study_files().values()]:
        words = words_of(parsed(path))
        read = {setting for word in words for setting in behind_word(word)}
        if path.stem in STUDIES:
            read |= {setting.path for setting in settings() if setting.table in QUESTIONS and setting.key in words}
        for setting in sorted(read | behind_calls(parsed(path))):
            found.setdefault(setting, []).append(path.stem)
    return {setting: tuple(files) for setting, files in found.items()}


def behind_calls(tree: ast.AST) -> set[str]:
    """The settings that a file reads through functions of the files that make a sheet, not through its making."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - {"to_sheet", "sheet_type"}
    called = [function for name, function in sheet_functions().items() if name in names]
    return {path for function in called for line in body_of(function) for path in mentioned(line, function)}


def behind_word(word: str) -> frozenset[str]:
    """The settings that an attribute or a text in a file that makes no sheet means."""
    if tuple(word.split(".")) in MONEY_ONLY:
        return frozenset((word,))
    if word in READ_AS_A_WHOLE:
        return frozenset((READ_AS_A_WHOLE[word],)) | settings_behind(word)
    return frozenset() if word in OF_THE_WORLD | COMMON else settings_behind(word)


def words_of(tree: ast.AST) -> set[str]:
    """Every attribute that a file reads, alone and after the name of what it is an attribute of, and every text."""
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    read = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    return texts | {node.attr for node in read} | {f"{owner_of(node)}.{node.attr}" for node in read}


def owner_of(node: ast.Attribute) -> str:
    """The last name of what something is an attribute of: internal, in scenario.internal.wage_per_hour."""
    return getattr(node.value, "attr", getattr(node.value, "id", ""))


def unread() -> list[Setting]:
    """Settings that nothing reads: written, checked, and without any effect."""
    whole = tuple(f"{path}." for path in READ_AS_A_WHOLE.values())
    return [setting for setting in settings() if setting.path not in readers() and not setting.path.startswith(whole)]
