"""Units: time in ticks and amounts in millionths, the integers of the model, and the way to them."""

TICKS_PER_SECOND = 1000
MINUTE = 60 * TICKS_PER_SECOND
QUARTER = 15 * MINUTE
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

MONTH = 730 * HOUR
"""A twelfth of 365 days."""
YEAR = 365 * DAY

MINUTES_PER_WEEK = 7 * 24 * 60
DAYS_PER_YEAR = 365.0
DAYS_PER_MONTH = DAYS_PER_YEAR / 12

NEVER = 2**62
"""An instant after everything, and a patience without end."""

MILLIONTHS = 1_000_000
"""How many parts of a point or of a currency unit the trace counts."""
