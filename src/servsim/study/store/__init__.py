"""Finished replications kept on disk, and found again."""
