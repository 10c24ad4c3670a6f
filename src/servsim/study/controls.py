"""Controls: what chance alone brought to a world, the mean of which is known beforehand."""

import numpy as np

from servsim.study.metrics import Reading

CONTROLS: tuple[str, ...] = ()
"""Their names."""


def controls_of(reading: Reading) -> np.ndarray:
    """(controls,) each control's deviation from its known mean, in one world."""
    return np.zeros(0)
