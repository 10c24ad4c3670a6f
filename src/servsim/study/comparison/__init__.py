"""`compare`: two scenarios on common random numbers."""
