"""The compiled loop: the same story as `reference`, told fast, in rooms of the same names."""

from servsim.model.compilation import call_numba
from servsim.model.fast.engine import Desk, pieces, simulate

__all__ = ["Desk", "pieces", "simulate"]

call_numba()  # whoever imports an engine is about to simulate
