"""Where the difference in value between two scenarios comes from: parts that add up to it, world by world.

Each part is money of all years, as customers and costs come; that money of later years counts less is a part by itself.
"""

import numpy as np

from servsim.scenario.scenario import Scenario
from servsim.study.contrast.why import KEPT, LOST, LOST_BY_B, SAVED, Pairs
from servsim.study.money import COSTS, margin_of
from servsim.study.yearly_projection import PLACE
from servsim.units import MILLIONTHS

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
    """(worlds, parts) money that B has more than A, from each of PARTS; the sum over them is the difference of value.

    months: (2, worlds, months, COLUMNS). What S they spend who stay T in the book, with rates S / T:

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
    """(worlds,) the difference of (2, worlds) amounts."""
    gap: np.ndarray = sides[1] - sides[0]
    return gap


def exact(amounts: np.ndarray) -> np.ndarray:
    """Amounts to the millionth, as the trace counts them, so that nothing is not told as a little."""
    rounded: np.ndarray = np.rint(amounts * MILLIONTHS) / MILLIONTHS
    return rounded
