"""What a wait costs in satisfaction, from scores of visits of which the wait is known."""

from dataclasses import dataclass

import numpy as np

from servsim.records.visits import Visits
from servsim.scenario.tables.waiting_quality_loyalty_spending import Quality, Waiting

LEAST = 100
"""Scored visits from which on they are asked."""
SURE = 2.0
"""Standard errors that the slope must have, else what is assumed stays."""
TOPS = ((1.0, 0.0), (5.0, 1.0), (7.0, 1.0), (10.0, 0.0), (100.0, 0.0))
"""Highest and lowest marks of the scales that people use: yes or no, stars, seven steps, points, per cent."""
POINTS = 10.0


@dataclass(frozen=True)
class WaitWeight:
    """Points that a wait of one average patience beyond tolerance costs, its standard error, and scores it is from."""

    points: float
    error: float
    scores: int

    @property
    def is_sure(self) -> bool:
        """Is it more than the noise of the scores?"""
        return self.points > SURE * self.error


def as_points(score: np.ndarray) -> np.ndarray:
    """Scores on a scale from 0 to 10, by the smallest of the usual scales that has them all."""
    most = float(np.nanmax(score))
    top, bottom = next((ends for ends in TOPS if most <= ends[0]), (most, 0.0))
    found: np.ndarray = POINTS * (score - bottom) / (top - bottom)
    return found


def wait_weight(visits: Visits, patience_minutes: float, waiting: Waiting, quality: Quality) -> WaitWeight | None:
    """What a wait costs; None where too few say it.

    score = a − w (1 + b κ) max(0, felt wait / patience − tolerance) by least squares: a score is of one visit, which a
    disappointment of b κ times itself darkens (`quality_and_satisfaction.surprise`). An uninformed wait feels longer.
    """
    known = visits.served & ~np.isnan(visits.score) & ~np.isnan(visits.wait)
    if known.sum() < LEAST:
        return None
    felt = visits.wait[known] / 60 * (1 if waiting.informed else 1 + waiting.uninformed_weight)
    beyond = np.maximum(0.0, felt / patience_minutes - waiting.tolerance)
    points = as_points(visits.score[known])
    off = beyond - beyond.mean()
    if not off.any() or not points.std():
        return None
    slope = off @ points / (off @ off)
    rest = points - points.mean() - slope * off
    error = np.sqrt(rest @ rest / (len(rest) - 2) / (off @ off))
    darker = 1 + quality.disconfirmation * quality.loss_aversion
    return WaitWeight(float(-slope / darker), float(error / darker), int(known.sum()))
