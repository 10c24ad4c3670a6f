"""The model: the desk told twice, over one set of rules."""
