"""Every decision of the model, one file per mechanism: pure functions of numbers, compiled, shared by both engines.

A rule reads the sheet and the keys of who decides; it keeps nothing and changes nothing. What is a rule and what is
bookkeeping: if changing a line would change the answer on purpose, it belongs here.
"""
