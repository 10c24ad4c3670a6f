"""Two scenarios on the same worlds, and why one is better."""
