"""What columns are for: recognised by their names in several languages, then by what they hold."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from servsim.errors import ServsimError
from servsim.records.columns import Column, Kind

TIMES = (Kind.MOMENT, Kind.DATE, Kind.CLOCK)
LENGTHS = (Kind.NUMBER, Kind.CLOCK)
NAMES = (Kind.TEXT, Kind.LABEL, Kind.NUMBER)
FLAGS = (Kind.LABEL, Kind.NUMBER)


@dataclass(frozen=True)
class Role:
    """What a column may be for: its key, as --columns has it; its meaning; names it goes by, those after || only where
    no column has one of those before; what it may hold."""

    key: str
    meaning: str
    names: str
    kinds: tuple[Kind, ...]

    def best_of(self, columns: Iterable[Column]) -> Column | None:
        """The column of this role: by the first of its names that a column has which holds what it may; None if none."""
        some = [column for column in columns if column.kind in self.kinds]
        for names in self.names.split(" || "):
            for column in some:
                if re.search(names, plain(column.name)):
                    return column
        return None


ROLES = (
    Role("lifecycle", "whether something starts or is complete", r"lifecycle|transition", NAMES),
    Role("case", "which visit a happening belongs to", r"^entity id$|^case( id| concept name)?$|^visit id$|^trace id$", NAMES),
    Role("activity", "what happened", r"^activity( name)?$|^concept name$|^aktivitat$|^actividad$ || ^event( name)?$", NAMES),
    Role("offered", "calls that came in an interval", r"\boffered\b|incoming calls|calls received|llamadas recibidas|\banrufe (gesamt|eingang)|number of (calls|visits|arrivals)", (Kind.NUMBER,)),
    Role("abandoned_count", "calls abandoned in an interval", r"abandoned calls|calls abandoned|\babandonadas\b|aufgelegte anrufe|^abandons$", (Kind.NUMBER,)),
    Role("answered_count", "calls answered in an interval", r"answered calls|calls (answered|handled)|\batendidas\b|angenommene anrufe", (Kind.NUMBER,)),
    Role("service_level", "share answered in time", r"service level|\bsla?\b|nivel de servicio|erreichbarkeit", LENGTHS),
    Role("shift_start", "when a shift starts", r"shift (start|begin|from)|^(clock|log|logged|sign) ?(in|on)\b|schichtbeginn|dienstbeginn|inicio turno", TIMES),
    Role("shift_end", "when a shift ends", r"shift (end|to|until)|^(clock|log|logged|sign) ?(out|off)\b|schichtende|dienstende|fin turno", TIMES),
    Role("churned", "whether a customer left", r"\bchurn|\bcancelled\b|gekundigt|\battrition", FLAGS),
    Role("tenure", "how long a customer has been one", r"\btenure\b|customer since|kunde seit|antiguedad|months? (as|with)", LENGTHS),
    Role("menu_start", "when the menu was entered", r"\b(vru|ivr|menu) (entry|start|enter)", TIMES),
    Role("menu_end", "when the menu was left", r"\b(vru|ivr|menu) (exit|end|leave)", TIMES),
    Role("queue_start", "when the wait began", r"\b(q|queue|queued|wait) ?(start|entry|entered|begin|in|from)\b|^(enqueued|queued)( at)?$|wartebeginn|inicio espera", TIMES),
    Role("queue_end", "when the wait ended", r"\b(q|queue|wait) ?(exit|end|left|out|to)\b|^dequeued( at)?$|warteende|fin espera", TIMES),
    Role("after_work", "work after the visit", r"\bacw\b|after ?call|wrap ?up|nachbearbeitung", LENGTHS),
    Role("wait", "how long the wait was", r"\b(q|queue) ?time\b|\bwait(ing|ed)?\b|speed of answer|answer speed|\basa\b|wartezeit|\bespera\b|\battente\b|wachttijd|triage atencion$", LENGTHS),
    Role("service", "how long the service was", r"\b(ser|service|serve|handle|handling|talk|treatment|call|visit) ?(time|duration|length|seconds|minutes)\b|talk ?duration|^(avg ?)?(duration|length|aht)\b|^service$|\bdauer\b|gesprachs|bedienzeit|\bduracion\b|atencion egreso$|\bduree\b|dienstduur", LENGTHS),
    Role("started", "when service began", r"\b(ser|service|serve|treatment|visit|call|talk) ?(start|started|begin|began|from)\b|start of service|^(start|started|begin|answered|called|seen|connected|picked up)( at| time| date)?$|bedienbeginn|^beginn$|atencion|\bbegin\b", TIMES),
    Role("ended", "when it was over", r"\b(ser|service|serve|treatment|visit|call|talk) ?(exit|end|ended|finish|to)\b|^(end|ended|finish|finished|completed|closed|left|departure|departed|hang ?up|discharge[d]?|check ?out)( at| time| date)?$|^ende$|\begreso\b|bedienende|^fin$|\bsortie\b", TIMES),
    Role("arrived", "when the visitor came", r"\barriv|\bcame\b|^(start|begin) of (call|visit)|^(created|opened|received|requested|registered|check ?in|entry|entered|timestamp|time|datetime|date ?time|call time|time of call)( at| time| on)?$|start time|ankunft|eingang|uhrzeit|anrufzeit|llegada|\badmi(ss?ion|t)|\bhora\b|\bheure\b|arrivee|aankomst|time timestamp", TIMES),
    Role("date", "the day", r"\bdate\b|^day$|\bfecha\b|\bdatum\b|^tag$|\bdia\b|\bjour\b|\bdata\b", (Kind.DATE, Kind.MOMENT)),
    Role("score", "how the visitor liked it", r"satisf|\brating\b|\bscore\b|\bcsat\b|\bnps\b|\bstars\b|zufrieden|bewertung|\bnote\b", (Kind.NUMBER,)),
    Role("amount", "money", r"\bamount\b|\btotal\b|\bprice\b|revenue|\bsales\b|betrag|umsatz|importe|monto|montant|\bspent\b", (Kind.NUMBER,)),
    Role("outcome", "what became of the visit", r"outcome|\bstatus\b|\bresult|answered|abandon|\bserved\b|disposition|ergebnis|resultado|\bestado\b|reneged|gave up", FLAGS),
    Role("agent", "who served", r"\bagent\b|\bserver\b|employee|\bstaff\b|operator|mitarbeiter|bearbeiter|\bagente\b|asesor|\bclerk\b|org resource|teller|medewerker|resource", NAMES),
    Role("customer", "who came", r"case concept name|customer|client\b|\bkunde|\bcliente\b|patient|caller|member|phone( number)?$|telefon|\bklant", NAMES),
    Role("kind", "what kind of visit", r"^type\b|\btopic\b|\breason\b|categor|\bskill\b|queue name|^art$|^tipo|motivo|\bsegment\b|servic", FLAGS),
)  # fmt: skip
"""In the order in which they are tried: the more particular names first."""
BY_KEY = {role.key: role for role in ROLES}
Roles = dict[str, Column]
"""The column of each role that there is."""


def plain(name: str) -> str:
    """A column's name in small letters without accents and marks: fecha_admisión is fecha admision."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    bare = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode().lower()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", bare).split())


def roles_of(columns: Iterable[Column], asked: Mapping[str, str], table: str) -> Roles:
    """The role of each column that has one: as asked, else by name and content, the first column of two alike."""
    columns = list(columns)
    found: Roles = {key: column_named(columns, name, key, table) for key, name in asked.items() if name}
    taken = {column.name for column in found.values()}
    for role in ROLES:
        if role.key in asked:
            continue
        if (column := role.best_of(one for one in columns if one.name not in taken)) is not None:
            found[role.key] = column
            taken.add(column.name)
    by_content(found, [column for column in columns if column.name not in taken], asked)
    return found


def by_content(found: Roles, rest: list[Column], asked: Mapping[str, str]) -> None:
    """Give the roles that no table is of use without to columns whose names say nothing but whose cells do."""
    for key, kinds in (("arrived", (Kind.MOMENT,)), ("date", (Kind.DATE,)), ("arrived", (Kind.CLOCK,))):
        has_time = {"arrived", "queue_start", "menu_end", "started"} & found.keys()
        fitting = [column for column in rest if column.kind in kinds and column not in found.values()]
        if key not in found and key not in asked and fitting and not (key == "arrived" and has_time):
            if kinds == (Kind.CLOCK,) and "date" not in found:
                continue
            found[key] = fitting[0]


def column_named(columns: list[Column], name: str, key: str, table: str) -> Column:
    """The column that --columns names; ServsimError where there is no such role, or no such column."""
    if key not in BY_KEY:
        raise ServsimError(f"--columns: {key} is no role of a column; it must be one of {', '.join(BY_KEY)}.")
    for column in columns:
        if column.name.casefold() == str(name).casefold():
            return column
    raise ServsimError(f"--columns: {key} is {name!r}, but {table} has no such column; it has {listed(columns)}.")


def listed(columns: Iterable[Column]) -> str:
    """The names of columns."""
    return ", ".join(column.name for column in columns)
