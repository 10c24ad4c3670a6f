"""The SimPy reference: a service desk told as a story; `engine` is its beginning, the rooms are its parts."""

from servsim.model.compilation import call_numba
from servsim.model.reference.engine import Desk, pieces, simulate

__all__ = ["Desk", "pieces", "simulate"]

call_numba()  # whoever imports an engine is about to simulate
