"""What a person writes: every setting with unit, range, default and one sentence."""
