"""Visits out of a table with a row for each: when they came, how long they waited, and how they were served."""

from dataclasses import dataclass, replace

import numpy as np

from servsim.errors import ServsimError
from servsim.records.instants import changed_clocks, instants
from servsim.records.lengths import services, waits, without_outliers
from servsim.records.outcomes import GAVE_UP, SERVED, outcome_of
from servsim.records.roles import Roles
from servsim.records.values import A_DAY, NOBODY, Values

LONGEST_WAIT = A_DAY
NEEDS_ARRIVAL = (
    "there is no column with the time at which visitors came; `servsim fit` needs one with date and time, or a date "
    "and a clock. If a column has it, name it with --columns."
)


@dataclass(frozen=True, eq=False)
class Visits:
    """Visits in the order of coming.

    arrived: seconds since 1970, by the clock on the wall. wait, service: seconds, NaN where not known. served: whether
    they were; all others gave up. agent, customer: hashes, NOBODY where not known. kind: number of a label in `kinds`,
    which are "" where they may not be shown. score: as the visitor gave it, NaN where not known. after: seconds of work
    after it, NaN where no column says.
    """

    arrived: np.ndarray
    wait: np.ndarray
    served: np.ndarray
    service: np.ndarray
    agent: np.ndarray
    customer: np.ndarray
    kind: np.ndarray
    score: np.ndarray
    after: np.ndarray
    kinds: tuple[str, ...] = ()

    def __len__(self) -> int:
        """How many."""
        return len(self.arrived)

    @property
    def day(self) -> np.ndarray:
        """(visits,) days since 1970."""
        return np.floor(self.arrived / A_DAY).astype(np.int64)

    @property
    def second(self) -> np.ndarray:
        """(visits,) seconds after midnight."""
        return self.arrived % A_DAY

    def on(self, days: np.ndarray) -> "Visits":
        """The visits on some days."""
        return self.where(np.isin(self.day, days))

    def where(self, some: np.ndarray) -> "Visits":
        """Some of the visits."""
        arrays = {name: getattr(self, name)[some] for name in ARRAYS}
        return replace(self, **arrays)


ARRAYS = ("arrived", "wait", "served", "service", "agent", "customer", "kind", "score", "after")


def visits_of(values: Values, roles: Roles, table: str, said: list[str]) -> Visits:
    """The visits of a table; ServsimError where nothing says when they came. said: gets what was left out, and why."""
    times = instants(values, roles, said)
    rows = values.rows
    fate = outcome_of(values, times, roles, said)
    arrived = came(times, fate)
    if arrived is None:
        raise ServsimError(f"{table}: {NEEDS_ARRIVAL}")
    wait = waits(values, times, roles, arrived, fate, said)
    service = services(values, times, roles, fate, said)
    identity = {
        role: values.arrays.get(role, np.full(rows, NOBODY, np.int64)) for role in ("agent", "customer", "kind")
    }
    identity["customer"] = known_customers(identity["customer"], said)
    found = Visits(arrived, wait, fate == SERVED, service, identity["agent"], identity["customer"], identity["kind"],
                   values.arrays.get("score", np.full(rows, np.nan)),
                   values.arrays.get("after_work", np.full(rows, np.nan)),
                   kinds_of(values, roles))  # fmt: skip
    kept = found.where(sound(found, fate, times, said))
    if not len(kept):
        raise ServsimError(f"{table}: no row says when somebody came and what became of them; {NEEDS_ARRIVAL}")
    kept = kept.where(np.argsort(kept.arrived, kind="stable"))
    said += changed_clocks(kept.arrived)
    return replace(kept, service=without_outliers(kept.service, said))


def kinds_of(values: Values, roles: Roles) -> tuple[str, ...]:
    """What the numbers of kinds stand for; nothing where it may not be shown."""
    shown = set(roles["kind"].shown_labels) if "kind" in roles else set()
    return tuple(word if word in shown else "" for word in values.words.get("kind", ()))


def came(times: dict[str, np.ndarray], fate: np.ndarray) -> np.ndarray | None:
    """When a visit comes to the stage of waiting: behind a menu, if there is one; None where no column has it."""
    behind_a_menu = "queue_start" in times or "menu_end" in times
    tried = ("queue_start", "menu_end", "arrived", "menu_start") if behind_a_menu else ("arrived", "started")
    order = [role for role in tried if role in times]
    if not order:
        return None
    found = times[order[0]].copy()
    for role in order[1:]:
        found = np.where(np.isnan(found), times[role], found)
    if "menu_end" in times and "queue_start" in times:  # whoever gave up without queueing left in the menu
        found[(fate == GAVE_UP) & np.isnan(times["queue_start"])] = np.nan
    return found


def known_customers(customer: np.ndarray, said: list[str]) -> np.ndarray:
    """Customers without the one whom more than a fifth of rows name: that stands for nobody."""
    known = customer[customer != NOBODY]
    if len(known) < 20:
        return customer
    found, many = np.unique(known, return_counts=True)
    if many.max() <= 0.2 * len(customer):
        return customer
    said.append(f"one customer in {many.max() / len(customer):.0%} of rows stands for nobody.")
    return np.where(customer == found[many.argmax()], NOBODY, customer)


def sound(found: Visits, fate: np.ndarray, times: dict[str, np.ndarray], said: list[str]) -> np.ndarray:
    """(rows,) which rows are visits; said: how many are not, and why."""
    known = (fate == SERVED) | (fate == GAVE_UP)
    placed = ~np.isnan(found.arrived)
    backwards = known & placed & (found.wait < 0)
    endless = known & placed & (found.wait > LONGEST_WAIT)
    in_menu = (fate == GAVE_UP) & ~placed & ("menu_end" in times)
    for some, why in (
        (~known, "are neither served nor given up"),
        (in_menu, "gave up in the menu, before they waited"),
        (known & ~placed & ~in_menu, "do not say when they came"),
        (backwards, "end their wait before it begins"),
        (endless, "waited more than a day"),
    ):
        if some.any():
            said.append(f"{int(some.sum()):,} of {len(fate):,} rows {why}; they are left out.")
    return known & placed & ~backwards & ~endless
