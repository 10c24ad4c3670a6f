"""`check`: what can be said of a scenario before it is simulated, and of its first year."""
