"""Worlds simulated, many at once, on this machine or others, and gathered."""
