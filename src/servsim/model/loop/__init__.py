"""The rooms of the compiled loop (`fast`), each for a part of the story that `reference` tells."""
