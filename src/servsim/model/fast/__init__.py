"""The compiled loop: the same story as `reference`, told fast, in rooms of the same names."""

from servsim.model.fast.engine import Desk, pieces, simulate

__all__ = ["Desk", "pieces", "simulate"]
