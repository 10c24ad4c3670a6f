"""Amounts in the trace: points and money as whole millionths, so that sums are exact in any order."""

import math

import numpy as np

from servsim.model.compilation import kernel
from servsim.units import MILLIONTHS


@kernel
def millionths(amount):
    """A point or a currency unit as the trace counts it, rounded once."""
    return np.int64(math.floor(amount * MILLIONTHS + 0.5))
