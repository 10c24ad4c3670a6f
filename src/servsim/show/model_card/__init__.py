"""The model card: a page of reference about the model, made from its sources."""
