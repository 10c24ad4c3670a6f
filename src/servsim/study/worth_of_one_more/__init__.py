"""`worth`: what one customer, newcomer or mistake more or fewer is worth."""
