"""Which level, or which settings of several levers, are best."""
