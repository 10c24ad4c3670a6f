"""A business's own records: what they are, what they say of a desk, and how well a desk made of them predicts them."""
