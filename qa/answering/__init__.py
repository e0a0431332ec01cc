"""Answer extraction: from a question to quoted sentences with a confidence."""
