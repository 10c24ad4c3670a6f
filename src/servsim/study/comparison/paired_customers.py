"""The same customers in two scenarios: kept, lost, saved, spending, and where the difference in value comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from servsim.event_codes import Reason
from servsim.scenario.scenario import Scenario
from servsim.study.execution.replications import Outcome
from servsim.study.intervals_and_tables import Interval, interval
from servsim.study.money import COSTS, margin_of
from servsim.study.yearly_projection import PLACE
from servsim.units import MILLIONTHS

FATES = ("kept_by_both", "lost_by_both", "saved_by_b", "lost_by_b")
"""What can become of a customer of both opening books: in the book at the window's end under both, neither, B or A."""
KEPT, LOST, SAVED, LOST_BY_B = range(len(FATES))

Shared = Sequence[tuple[Outcome, Outcome]]
"""Outcomes of A and of B in the same replications."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Customers of both opening books, by what became of each of them in A and in B, in the replications that both
    share.

    reasons: (replications, reasons, reasons) how many were lost for which reason in A (rows) and in B (columns) by the
    end of the window, Reason.NONE for those who remain. spent: (2, replications, fates) the money they spent as far as
    replications go, longer: (2, replications, fates) the same, each customer's times `longer_in_b`. book: (2,
    replications) what the whole opening book spent, which may be more than those who are in both. world: the number of
    the first of these replications, None where there is none. first: (2, customers) in that replication, the reason
    each customer was lost for, and first_spent: (2, customers) what each of them spent, in millionths.
    """

    reasons: np.ndarray
    spent: np.ndarray
    longer: np.ndarray
    book: np.ndarray
    world: int | None
    first: np.ndarray
    first_spent: np.ndarray

    @property
    def counts(self) -> np.ndarray:
        """(replications, fates) customers."""
        remain, leave = int(Reason.NONE), slice(int(Reason.NONE) + 1, None)
        return np.stack(
            [
                self.reasons[:, remain, remain],
                self.reasons[:, leave, leave].sum(axis=(1, 2)),
                self.reasons[:, leave, remain].sum(axis=1),
                self.reasons[:, remain, leave].sum(axis=1),
            ],
            axis=1,
        )

    def to_dict(self, unit: str, confidence: float) -> dict[str, Any]:
        """Customers per replication by their fate, why those were lost who were lost, and what each group spent."""
        return {
            **dict(zip(FATES, means(self.counts).tolist(), strict=True)),
            "reasons": self.why(),
            "spent": {
                fate: {side: {part: gap.to_dict() for part, gap in parts.items()} for side, parts in spending.items()}
                for fate, spending in self.spending(unit, confidence).items()
            },
        }

    def why(self) -> dict[str, Any]:
        """Customers per replication by the reason they were lost for; those lost by both, in A and in B."""
        table, remain = means(self.reasons), int(Reason.NONE)
        lost = table[remain + 1 :, remain + 1 :]
        return {
            "saved_by_b": named(table[remain + 1 :, remain]),
            "lost_by_b": named(table[remain, remain + 1 :]),
            "lost_by_both": {"a": named(lost.sum(axis=1)), "b": named(lost.sum(axis=0))},
        }

    def spending(self, unit: str, confidence: float) -> dict[str, dict[str, dict[str, Interval]]]:
        """What the customers of each fate spent in A, in B, and the difference, per replication and for each of
        them.
        """
        a, b = self.spent
        sides = {"a": a, "b": b, "difference": b - a}
        return {
            fate: {
                "per_replication": {
                    side: interval(sample[:, place], unit, confidence) for side, sample in sides.items()
                },
                "each": {
                    side: for_each(sample[:, place], self.counts[:, place], unit, confidence)
                    for side, sample in sides.items()
                },
            }
            for place, fate in enumerate(FATES)
        }


def paired(shared: Shared) -> Pairs:
    """Customers paired by their keys; of two opening books of unlike size, those who are in both."""
    fates = [both(a.fate, b.fate).astype(int) for a, b in shared]
    spent = [both(a.spent, b.spent) for a, b in shared]
    stays = [both(a.stayed, b.stayed) for a, b in shared]
    tables = np.zeros((len(shared), len(Reason), len(Reason)))
    money, longer = np.zeros((2, 2, len(shared), len(FATES)))
    for number, (fate, amounts, stay) in enumerate(zip(fates, spent, stays, strict=True)):
        np.add.at(tables[number], (fate[0], fate[1]), 1)
        for which, own in enumerate(amounts / MILLIONTHS):
            np.add.at(money[which, number], fate_of(fate), own)
            np.add.at(longer[which, number], fate_of(fate), own * longer_in_b(stay))
    book = np.array([[outcome.spent.sum() / MILLIONTHS for outcome in pair] for pair in shared]).reshape(-1, 2).T
    nobody = np.zeros((2, 0), int)
    first, amounts = (fates[0], spent[0]) if shared else (nobody, nobody)
    return Pairs(tables, money, longer, book, shared[0][0].job.replication if shared else None, first, amounts)


def longer_in_b(stay: np.ndarray) -> np.ndarray:
    """(customers,) (T_B − T_A) / (T_A + T_B), of the time T that each is in the book; 0 for who is never in it."""
    together = stay.sum(axis=0)
    return np.divide(stay[1] - stay[0], together, out=np.zeros(len(together)), where=together > 0)


def both(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(2, customers) what two scenarios have of the customers who are in both."""
    many = min(len(a), len(b))
    return np.stack([a[:many], b[:many]])


def fate_of(reasons: np.ndarray) -> np.ndarray:
    """(customers,) places in FATES, from the reasons customers were lost for in A and in B, Reason.NONE if not."""
    in_a, in_b = reasons != Reason.NONE
    return np.select([in_a & in_b, in_a, in_b], [LOST, SAVED, LOST_BY_B], KEPT)


def named(counts: np.ndarray) -> dict[str, float]:
    """Customers by reason, those that occur."""
    return {Reason(place + 1).name.lower(): float(count) for place, count in enumerate(counts) if count}


def means(table: np.ndarray) -> np.ndarray:
    """Means over replications; 0 of no replications."""
    mean: np.ndarray = table.sum(axis=0) / max(1, len(table))
    return mean


def for_each(amounts: np.ndarray, counts: np.ndarray, unit: str, confidence: float) -> Interval:
    """An amount for each of some customers, all replications together: Σ amounts / Σ counts; undefined of nobody.

    Its interval is the delta method's, of the replications' residuals amount − ratio · count over the mean count.
    Source: Cochran (1977), ratio estimators.
    """
    if not counts.any():
        return Interval(np.nan, np.nan, np.nan, unit)
    ratio = amounts.sum() / counts.sum()
    return interval(ratio + (amounts - ratio * counts) / counts.mean(), unit, confidence)


PARTS = (
    "saved_by_b", "lost_by_b", "stay_longer", "spend_while_they_stay", "only_in_one_book", "newcomers", *COSTS,
    "discounting",
)  # fmt: skip
"""Margin on what customers spend: those of both opening books who are in the book at the window's end in B only, in A
only, and all others of them, by how long they stay and by what they spend in that time; those of one opening book only;
everybody else. Then each of COSTS; and what money is worth less for coming later."""
AS_MANY = [KEPT, LOST]
"""The fates of those whom both keep, or both lose."""


def parts_of_the_difference(a: Scenario, b: Scenario, months: np.ndarray, pairs: Pairs) -> np.ndarray:
    """(replications, parts) money that B has more than A, from each of PARTS; the sum over them is the difference of
    value.

    months: (2, replications, months, COLUMNS). What S they spend who stay T in the book, with rates S / T:

        S_B − S_A = (T_B − T_A) (S_A + S_B) / (T_A + T_B) + (S_B / T_B − S_A / T_A) 2 T_A T_B / (T_A + T_B)

    The first term is `stay_longer`, the second `spend_while_they_stay`, customer by customer. The rate in the first is
    that of both stays together, since the rate of a short stay by itself says little.
    """
    margins = np.array([margin_of(a), margin_of(b)])[:, None]
    spent, longer = margins[..., None] * pairs.spent, margins[..., None] * pairs.longer
    sums = {name: months[..., place].sum(axis=2) for name, place in PLACE.items()}
    more = spent[1] - spent[0]
    stays = longer.sum(axis=0)[:, AS_MANY].sum(axis=1)
    costs = {name: sums[name][0] - sums[name][1] for name in COSTS}
    profit = sums["margin"] - sum(sums[name] for name in COSTS)
    found = {
        "saved_by_b": more[:, SAVED],
        "lost_by_b": more[:, LOST_BY_B],
        "stay_longer": stays,
        "spend_while_they_stay": more[:, AS_MANY].sum(axis=1) - stays,
        "only_in_one_book": b_less_a(margins * exact(pairs.book - pairs.spent.sum(axis=2))),
        "newcomers": b_less_a(margins * exact(sums["revenue"] - pairs.book)),
        **costs,
        "discounting": b_less_a(sums["cash"] - profit),
    }
    return np.stack([found[part] for part in PARTS], axis=1)


def b_less_a(sides: np.ndarray) -> np.ndarray:
    """(replications,) the difference of (2, replications) amounts."""
    gap: np.ndarray = sides[1] - sides[0]
    return gap


def exact(amounts: np.ndarray) -> np.ndarray:
    """Amounts to the millionth, as the trace counts them, so that nothing is not told as a little."""
    rounded: np.ndarray = np.rint(amounts * MILLIONTHS) / MILLIONTHS
    return rounded
