"""The SimPy reference: a service desk told as a story; `engine` is its beginning, the rooms are its parts."""

from servsim.model.reference.engine import Desk, pieces, simulate

__all__ = ["Desk", "pieces", "simulate"]
