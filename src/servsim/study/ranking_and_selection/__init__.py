"""Ranking and selection: which of some levels is best, with a guarantee, in as few replications as it takes."""
