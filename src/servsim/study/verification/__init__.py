"""`verify`: the engines held against each other, against invariants, and against queueing theory."""
