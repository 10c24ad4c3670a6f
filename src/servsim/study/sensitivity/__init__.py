"""`sensitivity`: what an answer rests on, and the value of information about it."""
