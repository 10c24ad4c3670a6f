"""Where the difference in value between two scenarios comes from: parts that add up to it, world by world."""

import math

import numpy as np

from servsim.scenario.scenario import Scenario
from servsim.study.contrast.why import FATES, KEPT, LOST_BY_B, SAVED, Pairs
from servsim.study.metrics import NAMES
from servsim.study.reading import margin_of
from servsim.units import DAY, DAYS_PER_YEAR, MILLIONTHS, WEEK

PARTS = (*FATES, "newcomers", "worth_of_each", "wages", "advertising", "training", "discounting")
"""Customers of both opening books by what became of them; everybody else; what one customer in the closing book is
worth; wages with managers' time; budgets; what money is worth less for coming later."""
NEWCOMERS, WORTH_OF_EACH, WAGES, ADVERTISING, TRAINING, DISCOUNTING = range(len(FATES), len(PARTS))


def parts_of_the_difference(a: Scenario, b: Scenario, figures: np.ndarray, pairs: Pairs) -> np.ndarray:
    """(worlds, parts, 2) money that B has more than A, from each of PARTS: in cash, and in the closing book.

    The sums over PARTS are the differences of `cash` and of `closing_book`. Undefined where there is a warm-up: cash
    counts it, revenue does not.
    """
    parts = np.stack([in_cash(b, figures[1], pairs.spent[1]) - in_cash(a, figures[0], pairs.spent[0]),
                      in_closing_book(figures, pairs.counts)], axis=2)  # fmt: skip
    return parts * (math.nan if a.horizon.warmup_weeks or b.horizon.warmup_weeks else 1.0)


def in_cash(scenario: Scenario, figures: np.ndarray, spent: np.ndarray) -> np.ndarray:
    """(worlds, parts) what a scenario's cash is made of: margin on what customers spend, less costs, discounted.

    figures: (worlds, metrics). spent: (worlds, fates) money.
    """
    years = math.ceil(scenario.horizon.weeks * WEEK) / DAY / DAYS_PER_YEAR
    revenue, profit, advertising, training = (
        years * column(figures, name) for name in ("revenue", "profit", "advertising_cost", "training_cost")
    )
    margin = margin_of(scenario)
    parts = np.zeros((len(figures), len(PARTS)))
    parts[:, : len(FATES)] = margin * spent
    parts[:, NEWCOMERS] = margin * exact(revenue - spent.sum(axis=1))
    parts[:, ADVERTISING], parts[:, TRAINING] = -advertising, -training
    parts[:, WAGES] = -exact(margin * revenue - advertising - training - profit)
    parts[:, DISCOUNTING] = column(figures, "cash") - parts.sum(axis=1)
    return parts


def in_closing_book(figures: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(worlds, parts) what makes B's closing book worth more than A's: how many are in it, and what each is worth.

    N_B w_B − N_A w_A = (N_B − N_A) (w_A + w_B) / 2 + (w_B − w_A) (N_A + N_B) / 2, N the customers and w their worth.
    Who is there more, or no longer, counts at the average worth of one customer. figures: (2, worlds, metrics).
    counts: (worlds, fates) customers.
    """
    customers, worth = column(figures, "customers_end"), column(figures, "closing_book")
    each = np.divide(worth, customers, out=np.zeros_like(worth), where=customers > 0)
    each = np.where(customers > 0, each, each[::-1])
    usual = each.mean(axis=0)
    old = counts[:, [KEPT, KEPT]].T + counts[:, [LOST_BY_B, SAVED]].T
    new = customers - old
    parts = np.zeros((len(counts), len(PARTS)))
    parts[:, SAVED], parts[:, LOST_BY_B] = counts[:, SAVED] * usual, -counts[:, LOST_BY_B] * usual
    parts[:, NEWCOMERS] = (new[1] - new[0]) * usual
    parts[:, WORTH_OF_EACH] = (each[1] - each[0]) * customers.mean(axis=0)
    return parts


def column(figures: np.ndarray, name: str) -> np.ndarray:
    """(…, worlds) a figure; 0 for a mechanism that is switched off."""
    sample = figures[..., NAMES.index(name)]
    return np.where(np.isnan(sample), 0.0, sample) if name.endswith("_cost") else sample


def exact(amounts: np.ndarray) -> np.ndarray:
    """Amounts to the millionth, as the trace counts them, so that nothing is not told as a little."""
    rounded: np.ndarray = np.rint(amounts * MILLIONTHS) / MILLIONTHS
    return rounded
