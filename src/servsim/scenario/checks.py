"""What no single setting can get wrong: how settings must fit together."""
