"""The film as one HTML page that needs nothing else: no network, no font, no other file."""

import json
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from servsim.show.film.film_data import HAPPY, PACES, Reel
from servsim.show.trace_words import plural
from servsim.study.histories.day import Day
from servsim.study.histories.visits import Fate

SCRIPTS = ("scene.js", "brush.js", "film.js", "player.js")
"""In the order in which they must be read."""
LEGEND = {
    "patient": "waits; the ring is the patience left",
    "impatient": "about to give up",
    "new": "here for the first time",
    "phone": "on the telephone",
    "colleague": "a colleague with a request",
    "happy": f"leaves happy: quality {HAPPY:.0f} and more",
    "neutral": "leaves neither happy nor unhappy",
    "unhappy": "leaves unhappy, or was not served",
    "won": "becomes a customer",
    "lost": "leaves for good",
    "absent": "an agent lost in thought",
    "break": "an agent on a break",
}
"""What the legend says, by the name of what it draws."""


def film_page(reels: list[Reel], labels: list[str], comparison: str = "") -> str:
    """The HTML of one film, or of two under one clock, each with its label."""
    first = reels[0]
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(part("film.html"))
    return page.render(
        title=first["title"], when=first["when"], world=first["world"], comparison=comparison,
        films=[{"label": label, "summary": summary(reel)} for reel, label in zip(reels, labels, strict=True)],
        paces=[(seconds, pace_words(seconds)) for seconds in PACES],
        legend=[(kind, words) for kind, words in LEGEND.items() if any(kind in kinds(reel) for reel in reels)],
        css=Markup(part("film.css")), script=Markup(film_script()), reels=Markup(harmless(reels)),
    )  # fmt: skip


def film_script() -> str:
    """The JavaScript that shows films: the classes Film and Player, and what they are made of."""
    once = '"use strict";\n'
    return once + "\n".join(part(name).removeprefix(once) for name in SCRIPTS)


def part(name: str) -> str:
    """A file that belongs to the film."""
    return (files("servsim.show.film") / name).read_text(encoding="utf-8")


def harmless(reels: list[Reel]) -> str:
    """Reels as JSON within a script element, which no name in them can end."""
    text = json.dumps(reels, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("&", "\\u0026")


def pace_words(seconds: int) -> str:
    """How fast a film runs, in words."""
    return "½ minute a second" if seconds == 30 else f"{plural(seconds // 60, 'minute')} a second"


def kinds(reel: Reel) -> set[str]:
    """What of the legend is to be seen in a reel."""
    people, doing = reel["people"], {spell[1] for agent in reel["agents"] for spell in agent["spells"]}
    customers = [one for one in people if one["fate"] != "colleague"]
    absent = any(not spell[2] for agent in reel["agents"] for spell in agent["spells"] if not agent["manager"])
    found = {one["mood"] for one in customers} | {one["book"] for one in customers}
    found |= {"patient", "impatient"} if any(one["patience"] for one in customers) else set()
    found |= {kind for kind in ("new", "phone") if any(one[kind] for one in customers)}
    found |= {"colleague"} if len(customers) < len(people) else set()
    return found | ({"absent"} if absent else set()) | ({"break"} & doing)


def summary(reel: Reel) -> str:
    """What a film shows, for who cannot see it."""
    customers = [one for one in reel["people"] if one["fate"] != "colleague" and one["came"] >= 0]
    served = sum(one["fate"] == Fate.SERVED for one in customers)
    return (
        f"A service desk on {reel['when']}: {plural(len(customers), 'visit')}, {served} served, "
        f"{plural(len(reel['agents']), 'member')} of staff."
    )


def comparison(left: Day, right: Day) -> str:
    """How those fared who came at the same instant on both sides."""
    ours, theirs = (
        {(visit.who, visit.arrived): visit.fate is Fate.SERVED for visit in day.visits} for day in (left, right)
    )
    both = ours.keys() & theirs.keys()
    only = [sum(side[who] and not other[who] for who in both) for side, other in ((ours, theirs), (theirs, ours))]
    alone = [len(side.keys() - both) for side in (ours, theirs)]
    before = "because what went before was different"
    besides = f" Besides, {alone[0]} came only on the left and {alone[1]} only on the right, {before}."
    return (
        f"{plural(len(both), 'customer')} came at the same instant on both sides: {only[1]} of them served only on the "
        f"right, {only[0]} only on the left." + (besides if any(alone) else "")
    )
