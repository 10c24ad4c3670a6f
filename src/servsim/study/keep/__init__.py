"""Finished worlds kept in a file: found again, listed, exported, merged, forgotten."""
