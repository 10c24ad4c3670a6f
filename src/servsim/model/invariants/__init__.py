"""Invariants: what must hold of any trace, whatever the scenario and whichever engine told it."""
