"""`evaluate`: the best level of one lever, with a guarantee, when it pays back, and other staff beside it."""
