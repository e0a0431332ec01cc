"""A question to quoted sentences, and how sure that is."""
