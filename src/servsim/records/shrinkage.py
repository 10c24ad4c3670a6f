"""Factors of which chance explains a part: each drawn towards 1 by as much (empirical Bayes).

Source: Morris (1983), JASA 78(381), section 1.
"""

import numpy as np


def drawn_to_one(ratio: np.ndarray, error: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Factors out of ratios: f = 1 + (r − 1) τ² / (τ² + v), v the variance by chance of each.

    τ² = Σ w ((r − 1)² − v) / Σ w is how far they differ beyond chance; where that is nothing, all are 1.
    """
    off = ratio - 1
    whole = float(weight.sum())
    tau = max(0.0, float((weight * (off**2 - error)).sum()) / whole) if whole else 0.0
    return 1 + off * tau / (tau + error) if tau else np.ones_like(ratio)
